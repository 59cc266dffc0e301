// Package workspace opens a configuration: its people, its store and its calendars. It is
// the one place that names backends.
package workspace

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/caldav"
	"github.com/peerslot/peerslot/calendar/feed"
	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/calendar/folder"
	"github.com/peerslot/peerslot/calendar/graph"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/account"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/agenda"
	"github.com/peerslot/peerslot/scheduler/mail"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/store"
)

// A Workspace is an open configuration: its people, store and calendars.
type Workspace struct {
	*config.Config
	App     *console.App
	Service *scheduler.Service
	Home    calendar.Backend // where series live
	Missing error            // says that there is no store yet; nil if there is one

	Resumed  []scheduler.Event  // what this turn finished of an earlier run's
	Findings []report.Attention // what of it cannot be finished

	zones *zones // of people, for whoever reads their calendars
}

// OpenToRead opens the workspace for a command that changes nothing: a store that is
// not there is taken for empty, and not made. The caller must close it.
func OpenToRead(ctx context.Context, a *console.App) (*Workspace, error) {
	return OpenToReadOr(ctx, a, NoOther)
}

// An otherBackend stands in for one that cannot be used for the reason given.
type otherBackend func(error) (calendar.Backend, error)

// NoOther is the error itself: nothing stands in for the backend.
func NoOther(err error) (calendar.Backend, error) { return nil, err }

// OpenToReadOr is OpenToRead with another backend if its own cannot be used.
func OpenToReadOr(ctx context.Context, a *console.App, other otherBackend) (*Workspace, error) {
	c, err := a.LoadConfig()
	if err != nil {
		return nil, err
	}
	w, err := OpenToRehearse(ctx, a, c, other)
	if err != nil {
		return nil, err
	}
	ready, err := w.Service.Ready(ctx)
	if err != nil {
		w.Close()
		return nil, err
	}
	return w.with(ready), nil
}

// OpenToRehearse is OpenToReadOr of a configuration that was read, for who rehearses a turn:
// until it is in that, the workspace is as its files say.
func OpenToRehearse(ctx context.Context, a *console.App, c *config.Config, other otherBackend) (*Workspace, error) {
	var missing error
	w, err := OpenConfig(ctx, a, c, other, func(location string) (*store.Store, error) {
		st, err := store.Read(ctx, location)
		if errors.Is(err, scheduler.ErrNoStore) {
			missing = noStore(err)
			return store.Memory(ctx)
		}
		return st, err
	})
	if err != nil {
		return nil, err
	}
	w.Missing = missing
	return w, nil
}

// OpenToChange opens the workspace for a command that changes it. Unless create, a
// store that is not there is an error. The caller must close it.
func OpenToChange(ctx context.Context, a *console.App, create bool) (*Workspace, error) {
	c, err := a.LoadConfig()
	if err != nil {
		return nil, err
	}
	return ChangeConfig(ctx, a, c, create)
}

// ChangeConfig is OpenToChange of a configuration that was read.
func ChangeConfig(ctx context.Context, a *console.App, c *config.Config, create bool) (*Workspace, error) {
	return OpenConfig(ctx, a, c, NoOther, func(location string) (*store.Store, error) {
		if !create {
			there, err := store.Read(ctx, location)
			if errors.Is(err, scheduler.ErrNoStore) {
				return nil, noStore(err)
			}
			if err == nil {
				there.Close()
			}
		}
		if a.Databases != nil {
			return a.Databases.Open(ctx, location)
		}
		return store.Open(ctx, location)
	})
}

// noStore is the error of a command that looks after what a store knows.
func noStore(err error) error {
	return console.WithHint(err, "'peerslot book' makes it with the first series; if there was one, look at store: in the configuration, and bring the file back from a backup, or have 'peerslot adopt' rebuild it from the organizer's calendar")
}

// HintMissing says, for a command that shows what a store knows, that there is none: it
// looks as if nothing had been booked.
func (w *Workspace) HintMissing() {
	if w.Missing != nil {
		w.App.Hint("%v; %s", w.Missing, console.HintFor(w.Missing))
	}
}

// OpenConfig opens the workspace of a configuration that was read.
func OpenConfig(ctx context.Context, a *console.App, c *config.Config, other otherBackend, open func(location string) (*store.Store, error)) (*Workspace, error) {
	var err error
	w := &Workspace{Config: c, App: a, zones: newZones(c.Workspace)}
	if w.Home, err = backend(ctx, a, w); err != nil {
		w.Home, err = other(err)
	}
	if err != nil {
		return nil, err
	}
	letters, err := MailNotifier(c)
	if err != nil {
		return nil, err
	}
	backend := calendar.Split{Backend: w.Home, Reader: newReaders(w).of}
	st, err := open(account.StoreURL(c))
	if err != nil {
		return nil, err
	}
	w.Service = &scheduler.Service{
		Workspace: c.Workspace,
		Store:     st,
		Backend:   backend,
		Holidays:  c.Holidays,
		Agenda:    agendas(c),
		Now:       a.Now,
		Log:       a.Log(),
		Progress:  console.NewProgress(a).Report,
		By:        a.By,
		AnswerKey: func(create bool) ([]byte, error) { return account.AnswerKey(a, c, create) },
	}
	if letters != nil && letters.Invite != mail.InviteNone {
		letters.Store, letters.Backend = st, backend
		w.Service.Notifier = letters
	}
	w.Service.Former = former{w}
	w.Service.Formerly, w.Service.Inherits = formerly(a, c), a.Inherits
	a.Finally = append(a.Finally, w.countCalls)
	return w, nil
}

// with returns the workspace as the service sees it, with the groups that forming
// made.
func (w *Workspace) with(s *scheduler.Service) *Workspace {
	seen, c := *w, *w.Config
	c.Workspace = s.Workspace
	seen.Config, seen.Service = &c, s
	w.zones.follow(s.Workspace)
	return &seen
}

// In returns the workspace as it is in a turn.
func (w *Workspace) In(t *scheduler.Turn) *Workspace {
	seen := w.with(t.Service)
	seen.Resumed = t.Resumed
	for _, f := range t.Findings {
		seen.Findings = append(seen.Findings, report.Attention{Group: f.Group, What: fmt.Sprint(f.Err)})
	}
	return seen
}

// Attention says a finding as commands do.
func (w *Workspace) Attention(f scheduler.Finding) report.Attention {
	return report.NewAttention(w.Workspace, f, console.Command)
}

// Attentions says findings as commands do; the answer is never nil.
func (w *Workspace) Attentions(findings []scheduler.Finding) []report.Attention {
	out := make([]report.Attention, len(findings))
	for i, f := range findings {
		out[i] = w.Attention(f)
	}
	return out
}

// TakeFindings returns what an earlier run left that cannot be finished, for a command
// that has findings of its own.
func (w *Workspace) TakeFindings() []report.Attention {
	findings := w.Findings
	w.Findings = nil
	return findings
}

// Progress tells how far a step is.
func (w *Workspace) Progress(what string, done, total int) {
	if w.Service.Progress != nil {
		w.Service.Progress(what, done, total)
	}
}

// Quiet returns the workspace for a rehearsal that tells nothing of its own.
func (w *Workspace) Quiet() *Workspace {
	s := *w.Service
	s.Log, s.Progress = slog.New(slog.DiscardHandler), nil
	return w.with(&s)
}

// countCalls tells, with --verbose, how many calls of each method were made.
func (w *Workspace) countCalls() {
	caller, ok := w.Home.(calendar.Caller)
	if !ok || !w.App.Verbose {
		return
	}
	calls := caller.Calls()
	for _, method := range slices.Sorted(maps.Keys(calls)) {
		w.App.Log().Info("calls", "method", method, "count", calls[method])
	}
}

// Close closes the store.
func (w *Workspace) Close() { _ = w.Service.Store.Close() }

// backend is the one switch that names the backends.
func backend(ctx context.Context, a *console.App, w *Workspace) (calendar.Backend, error) {
	c := w.Config
	var b calendar.Backend
	switch c.Calendar.Backend {
	case config.Folder:
		home := &folder.Backend{Path: c.Path(c.Calendar.Folder.Path), Zone: w.zones.of, Organizer: c.Workspace.Organizer.Address, Aliases: w.aliases}
		if a.Folders != nil {
			home.Known = a.Folders(home.Path)
		}
		b = home
	case config.Google:
		g, err := account.OpenGoogle(a, c)
		if err != nil {
			return nil, err
		}
		b = g
	case config.Microsoft:
		mailbox, err := account.MicrosoftConfig(a, c)
		if err != nil {
			return nil, err
		}
		mailbox.Log = a.Log()
		if b, err = graph.Open(mailbox); err != nil {
			return nil, err
		}
	case config.CalDAV:
		account, err := caldavConfig(a, w, &c.Calendar.CalDAV, c.Workspace.Organizer.Address)
		if err != nil {
			return nil, err
		}
		if b, err = caldav.Open(ctx, account); err != nil {
			return nil, err
		}
	default:
		return nil, console.Usagef("use backend: folder", "calendar backend %q is not part of this build", c.Calendar.Backend)
	}
	return b, nil
}

// aliases returns the other addresses of a person.
func (w *Workspace) aliases(a calendar.Address) []calendar.Address {
	return w.Config.Workspace.Roster.Of(a).Aliases
}

// readers are the places where people's calendars are read.
type readers struct {
	*Workspace
	feeds    *feed.Reader
	accounts *caldav.Reader
	further  calendar.BusyReader // of Google calendars by ID
}

func newReaders(w *Workspace) *readers {
	fetcher := Fetcher(filepath.Join(w.Dir, ".peerslot", "feeds"), w.Calendar.AllowHosts)
	fetcher.Organizer = w.Config.Workspace.Organizer.Address
	r := &readers{Workspace: w, further: calendar.Nothing{Why: "the workspace's Google calendar cannot be used"}}
	r.feeds = &feed.Reader{Zone: w.zones.of, Organizer: fetcher.Organizer, Fetcher: fetcher, Sources: r.sources}
	r.accounts = &caldav.Reader{Account: r.account}
	if g, ok := w.Home.(interface {
		Further(func(calendar.Address) []string) calendar.BusyReader
	}); ok {
		r.further = g.Further(r.ids)
	}
	return r
}

// of returns the reader of one person, nil for whom the backend alone is asked.
func (r *readers) of(a calendar.Address) calendar.BusyReader {
	var places []calendar.BusyReader
	for _, source := range r.Config.Workspace.Roster.Of(a).Calendars() {
		if place := r.place(a, source); !slices.Contains(places, place) {
			places = append(places, place)
		}
	}
	switch len(places) {
	case 0:
		return nil
	case 1:
		return places[0]
	}
	return &calendar.Together{Readers: places}
}

// place returns where one of a person's calendars is read.
func (r *readers) place(a calendar.Address, source string) calendar.BusyReader {
	switch {
	case source == "none":
		return calendar.Nothing{}
	case source == config.OwnBackend:
		return r.Home
	case strings.HasPrefix(source, config.GoogleID):
		return r.further
	case source == string(config.CalDAV) && r.Accounts[a] != nil:
		if _, err := r.account(a); err != nil { // it concerns this person only
			return calendar.Nothing{Why: strings.TrimSuffix("their CalDAV account: "+err.Error()+": "+console.HintFor(err), ": ")}
		}
		return r.accounts
	}
	return r.feeds
}

// ids returns those of a person's further Google calendars.
func (r *readers) ids(a calendar.Address) (out []string) {
	for _, source := range r.Config.Workspace.Roster.Of(a).Calendars() {
		if id, ok := strings.CutPrefix(source, config.GoogleID); ok {
			out = append(out, id)
		}
	}
	return out
}

// sources returns a person's feeds and files.
func (r *readers) sources(a calendar.Address) (out []feed.Source) {
	p := r.Config.Workspace.Roster.Of(a)
	for _, source := range p.Calendars() {
		switch {
		case r.place(a, source) != calendar.BusyReader(r.feeds):
		case feed.IsURL(source):
			out = append(out, feed.Source{URL: source, Aliases: p.Aliases})
		default:
			out = append(out, feed.Source{File: r.Path(source), Aliases: p.Aliases})
		}
	}
	return out
}

// account returns the CalDAV account of a person's own.
func (r *readers) account(a calendar.Address) (caldav.Config, error) {
	return caldavConfig(r.App, r.Workspace, r.Accounts[a], a)
}

// caldavConfig returns how an account is asked. A person's own without a sign-in
// is asked with the workspace's, if it is on the same server.
func caldavConfig(a *console.App, w *Workspace, o *config.CalDAVOptions, owner calendar.Address) (caldav.Config, error) {
	c := w.Config
	cfg := caldav.Config{
		URL: o.URL, Username: o.Username, Organizer: owner, Inviter: c.Workspace.Organizer.Address, Calendar: o.Calendar, InviteByMail: o.InviteByMail,
		Dir: filepath.Join(c.Dir, ".peerslot", "caldav"), Zone: w.zones.of, Aliases: w.aliases,
		Now: time.Now, AllowHosts: c.Calendar.AllowHosts, // copies grow old by the real clock
	}
	if shared := c.Calendar.CalDAV; o.Username == "" && o.TokenEnv == "" && sameServer(o.URL, shared.URL) {
		cfg.Username = shared.Username
		o = &shared
	}
	for name, secret := range map[string]*string{o.PasswordEnv: &cfg.Password, o.TokenEnv: &cfg.Token} {
		if name == "" {
			continue
		}
		if *secret = a.Getenv(name); *secret == "" {
			return cfg, console.Usagef("set it to the password of the CalDAV account: an app password where the server has them", "the environment variable %s is not set", name)
		}
	}
	return cfg, nil
}

// sameServer reports whether two URLs have the same scheme, host and port.
func sameServer(a, b string) bool {
	u, err := url.Parse(a)
	v, err2 := url.Parse(b)
	return err == nil && err2 == nil && u.Scheme == v.Scheme && u.Host == v.Host && u.Host != ""
}

// Fetcher returns who reads feeds, with their copies in cacheDir; allow names hosts that may be
// asked though they are not public.
func Fetcher(cacheDir string, allow []string) *feed.Fetcher {
	return &feed.Fetcher{Dir: cacheDir, AllowHosts: allow, Now: time.Now} // copies grow old by the real clock
}

// largestAgenda is what the template of an agenda may have.
const largestAgenda = 64 << 10

// agendas returns the agenda of a program: a built-in one, or a template of the
// user's own next to the configuration.
func agendas(c *config.Config) func(scheduler.Program) (agenda.Agenda, error) {
	return func(p scheduler.Program) (agenda.Agenda, error) {
		if agenda, ok := agenda.BuiltIn(p.Agenda); ok {
			return agenda, nil
		}
		text, err := file.Read(c.Path(p.Agenda), largestAgenda)
		if err != nil {
			return agenda.Agenda{}, fmt.Errorf("agenda of program %q: want peer-circle, coaching, one-on-one or the path of a template: %w", p.Name, err)
		}
		return agenda.Parse(filepath.Base(p.Agenda), string(text))
	}
}
