package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/account"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/changing"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/fleet"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/zone"
	"github.com/peerslot/peerslot/scheduler/mail"
	"github.com/peerslot/peerslot/scheduler/review"
	"github.com/peerslot/peerslot/scheduler/web"
	"github.com/peerslot/peerslot/scheduler/web/issuer"
)

const defaultListen = "127.0.0.1:8080"

func newServeCmd(a *console.App) *cobra.Command {
	var o serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the members' pages and the operator's",
		Long: `Serves the pages on which members see their sessions, set their hours and answer, until
it is stopped by a signal. They sign in by a link that is sent by mail; without mail: in
the configuration, on a loopback address, the link is printed here instead.

url: in web: says how members reach it, behind a proxy that speaks https; without https it
serves this machine alone. A change of the configuration is used from the next page on;
one that cannot be read is shown to admins, and the former stays.

What 'peerslot work' does is done besides: nights, mail and replies. -c may name a folder
of workspaces; each is served under the host of its url:.

/healthz says whether it can do its work, and /metrics, on this machine alone, how it
goes, for Prometheus; --metrics answers on an address of its own, where those of each of
several workspaces are at /metrics/HOST, and /metrics has the jobs of all.

With --now the clock starts there and runs.`,
		Example: `  peerslot serve
  peerslot serve --listen 127.0.0.1:9000`,
		Args: console.Exactly(0, "takes no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), a) },
	}
	o.add(a, cmd)
	return cmd
}

type serveOptions struct {
	workOptions
	listen string
	ready  func([]*web.Server) // called once they serve; nil for nothing

	listening func(address string) // is told where; nil for nothing
}

func (o *serveOptions) add(a *console.App, cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.listen, "listen", defaultListen, "`ADDRESS` and port to serve on")
	o.workOptions.add(a, cmd)
}

func (o serveOptions) run(ctx context.Context, a *console.App) error {
	if err := o.check(); err != nil {
		return err
	}
	runClock(a)
	f, err := fleet.OpenFleet(a, o.jobs, o.every)
	if err != nil {
		return err
	}
	defer f.Close()
	metrics, err := o.openMetrics() // before a store is made
	if err != nil {
		return err
	}
	if metrics != nil {
		defer metrics.Close()
	}
	site, err := openSite(ctx, f, o)
	defer site.close()
	if err != nil {
		return err
	}
	if o.listening != nil {
		o.listening(site.listener.Addr().String())
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return f.Work(ctx) })
	if metrics != nil {
		g.Go(func() error { return serveMetrics(ctx, site.metrics(), metrics) })
	}
	g.Go(func() error { return serve(ctx, site, o) })
	return g.Wait()
}

// runClock has a clock that was set by --now run from there.
func runClock(a *console.App) {
	if a.NowFlag == "" {
		return
	}
	from, begun := a.Now(), time.Now()
	a.Now = func() time.Time { return from.Add(time.Since(begun)) }
}

// open listens for members who know the pages by an address, "" if it is not said.
// Without https nobody else on the way may read along.
func (o serveOptions) open(members string) (net.Listener, error) {
	host, err := hostOf("listen", o.listen, defaultListen)
	if err != nil {
		return nil, err
	}
	if !config.IsLoopback(host) && !strings.HasPrefix(members, "https://") {
		return nil, console.Usagef("set url: in web: to the https:// address that members use, and let a proxy speak https there", "--listen %q: without https peerslot serves a loopback address only", o.listen)
	}
	listener, err := net.Listen("tcp", o.listen)
	if err != nil {
		return nil, console.WithHint(err, "is peerslot running there already? --listen names another port")
	}
	return listener, nil
}

// hostOf returns the host of an address to listen on, which a flag says.
func hostOf(flag, address, example string) (string, error) {
	host, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil {
		return "", console.Usagef("", "--%s %q: want an address and a port such as %s", flag, address, example)
	}
	return host, nil
}

// webServer returns the server of the pages. at is where it listens.
func webServer(a *console.App, l *fleet.Live, at string) (*web.Server, error) {
	c := l.Config()
	u, err := url.Parse(cmp.Or(c.Web.URL, "http://"+at))
	if err != nil {
		return nil, err
	}
	key, err := account.FeedKey(c.Dir)
	if err != nil {
		return nil, err
	}
	s := &web.Server{URL: u, Trusted: c.Web.Trusted, Open: l.Current, Accounts: l.Store, Feeds: l.Store, Key: key, Answer: review.Answer, HasAnswered: review.HasAnswered, Zone: zone.Read, Planner: changing.WebPlanner{App: a}, Now: a.Now, Log: a.Log()}
	if s.OIDC, err = provider(a, c.Web.OIDC); err != nil {
		return nil, err
	}
	if c.Mail.Configured() || u.Scheme == "http" {
		s.Printed = func() bool { return !l.Config().Mail.Configured() }
		s.SendLink = func(ctx context.Context, to calendar.Address, link string) error {
			return sendLink(ctx, a, l, to, link)
		}
	}
	return s, nil
}

// provider returns who vouches for people, nil for nobody.
func provider(a *console.App, o config.WebOIDC) (*issuer.Provider, error) {
	if o.Issuer == "" {
		return nil, nil
	}
	p := &issuer.Provider{Issuer: o.Issuer, ClientID: o.ClientID, TrustEmail: o.TrustEmail}
	if o.SecretEnv == "" {
		return p, nil
	}
	if p.Secret = a.Getenv(o.SecretEnv); p.Secret == "" {
		return nil, console.Usagef("set it to the secret of the client that peerslot is at "+o.Issuer, "the environment variable %s, which secret_env: in oidc: names, is empty", o.SecretEnv)
	}
	return p, nil
}

// sendLink mails a link that signs in; without mail it is printed.
func sendLink(ctx context.Context, a *console.App, l *fleet.Live, to calendar.Address, link string) error {
	c := l.Config()
	if !c.Mail.Configured() {
		fmt.Fprintf(a.Stderr, "Link for %s: %s\n", to, link)
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	message, err := (&mail.Composer{From: c.Mail.From, Workspace: c.Workspace}).SignIn(to, link, a.Now())
	if err != nil {
		return err
	}
	return account.MailServer(a, c).SendAll(ctx, string(c.Mail.From.Address), string(to), message)
}

// newServer returns a server that no slow client keeps busy.
func newServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 16 << 10,
	}
}

// serveOn answers until the server is closed.
func serveOn(h *http.Server, listener net.Listener) error {
	if err := h.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// stopWithin is how long requests that are under way have when the server is stopped.
const stopWithin = 10 * time.Second

// serve answers requests until ctx ends, and then those that are under way. Workspaces of
// a folder that cannot be served yet are looked at again and again.
func serve(ctx context.Context, s *site, o serveOptions) error {
	h := newServer(s)
	g, ctx := errgroup.WithContext(ctx)
	begin := func(servers []*web.Server) {
		for _, one := range servers {
			fmt.Fprintf(s.fleet.App.Stderr, "Serving %s on %s; stop with Ctrl-C.\n", one.URL, s.listener.Addr())
			g.Go(func() error { return one.Run(ctx) })
		}
	}
	begin(s.all())
	g.Go(func() error { return serveOn(h, s.listener) })
	if s.fleet.Folder {
		g.Go(func() error {
			fleet.Every(ctx, o.every, func() {
				more, _ := s.open(ctx, o) // said in the log
				begin(more)
			})
			return nil
		})
	}
	g.Go(func() error {
		<-ctx.Done()
		for _, one := range s.all() {
			one.Stop()
		}
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
		defer cancel()
		if err := h.Shutdown(stop); err != nil {
			return h.Close()
		}
		return nil
	})
	if o.ready != nil {
		o.ready(s.all())
	}
	return g.Wait()
}

func newLinkCmd(a *console.App) *cobra.Command {
	var listen string
	cmd := &cobra.Command{
		Use:   "link ADDRESS",
		Short: "Print a link that signs a person in to the members' pages",
		Long: `Prints a link with which the person signs in to the pages that 'peerslot serve' serves,
once and within 15 minutes, for those whom no mail reaches. It asks for their address.`,
		Example: `  peerslot link ana@acme.example`,
		Args:    console.Exactly(1, "name the person by their mail address"),
		RunE:    func(cmd *cobra.Command, args []string) error { return printLink(cmd.Context(), a, args[0], listen) },
	}
	cmd.Flags().StringVar(&listen, "listen", defaultListen, "`ADDRESS` on which it serves, if the configuration has no url:")
	return cmd
}

func printLink(ctx context.Context, a *console.App, person, listen string) error {
	live, err := fleet.OpenLive(ctx, a, false)
	if err != nil {
		return err
	}
	defer live.Close()
	s, err := webServer(a, live, listen)
	if err != nil {
		return err
	}
	link, err := s.LinkFor(ctx, person)
	if err != nil {
		return console.Usagef("people who sign in are on the roster, or among admins: in web:", "%w", err)
	}
	if a.Json {
		return a.Answer(struct {
			Link string `json:"link"`
		}{link})
	}
	fmt.Fprintln(a.Stdout, link)
	return nil
}
