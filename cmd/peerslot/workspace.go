package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/caldav"
	"github.com/peerslot/peerslot/calendar/feed"
	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/calendar/folder"
	"github.com/peerslot/peerslot/calendar/graph"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/agenda"
	"github.com/peerslot/peerslot/scheduler/mail"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/store"
)

// A workspace is an open configuration: its people, store and calendars.
type workspace struct {
	*config.Config
	app     *app
	service *scheduler.Service
	home    calendar.Backend // where series live
	fresh   bool             // there is no store yet

	resumed  []scheduler.Event  // what this turn finished of an earlier run's
	findings []report.Attention // what of it cannot be finished
}

// configFile returns where the configuration is.
func (a *app) configFile() string {
	return cmp.Or(a.configPath, a.getenv("PEERSLOT_CONFIG"), "peerslot.yaml")
}

// loadConfig reads the workspace's configuration.
func (a *app) loadConfig() (*config.Config, error) {
	path := a.configFile()
	c, err := config.Load(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &hinted{fmt.Errorf("there is no %s here", path),
			"'peerslot init' writes one, 'peerslot demo' shows a worked example, -c FILE names another", exitUsage}
	}
	if kind, ok := errors.AsType[*file.KindError](err); ok {
		return nil, usagef("name the workspace's peerslot.yaml", "-c %s %w", path, kind)
	}
	return c, err
}

// openToRead opens the workspace for a command that changes nothing: a store that is
// not there is taken for empty, and not made. The caller must close it.
func (a *app) openToRead(ctx context.Context) (*workspace, error) {
	return a.openToReadOr(ctx, noOther)
}

// An otherBackend stands in for one that cannot be used for the reason given.
type otherBackend func(error) (calendar.Backend, error)

func noOther(err error) (calendar.Backend, error) { return nil, err }

// openToReadOr is openToRead with another backend if its own cannot be used.
func (a *app) openToReadOr(ctx context.Context, other otherBackend) (*workspace, error) {
	fresh := false
	w, err := a.openWith(ctx, other, func(location string) (*store.Store, error) {
		st, err := store.Read(ctx, location)
		if fresh = errors.Is(err, scheduler.ErrNoStore); fresh {
			return store.Memory(ctx)
		}
		return st, err
	})
	if err != nil {
		return nil, err
	}
	w.fresh = fresh
	ready, err := w.service.Ready(ctx)
	if err != nil {
		w.close()
		return nil, err
	}
	return w.with(ready), nil
}

// openToChange opens the workspace for a command that changes it. Unless create, a
// store that is not there is an error. The caller must close it.
func (a *app) openToChange(ctx context.Context, create bool) (*workspace, error) {
	return a.openWith(ctx, noOther, func(location string) (*store.Store, error) {
		if !create {
			there, err := store.Read(ctx, location)
			if errors.Is(err, scheduler.ErrNoStore) {
				return nil, noStore(err)
			}
			if err == nil {
				there.Close()
			}
		}
		if a.databases != nil {
			return a.databases.Open(ctx, location)
		}
		return store.Open(ctx, location)
	})
}

// noStore is the error of a command that looks after what a store knows.
func noStore(err error) error {
	return withHint(err, "look at store: in the configuration, and bring the file back from a backup; if it is lost, 'peerslot adopt' rebuilds it from the organizer's calendar")
}

func (a *app) openWith(ctx context.Context, other otherBackend, open func(location string) (*store.Store, error)) (*workspace, error) {
	c, err := a.loadConfig()
	if err != nil {
		return nil, err
	}
	return a.openConfig(ctx, c, other, open)
}

// openConfig opens the workspace of a configuration that was read.
func (a *app) openConfig(ctx context.Context, c *config.Config, other otherBackend, open func(location string) (*store.Store, error)) (*workspace, error) {
	var err error
	w := &workspace{Config: c, app: a}
	if w.home, err = a.backend(ctx, w); err != nil {
		w.home, err = other(err)
	}
	if err != nil {
		return nil, err
	}
	readers, err := a.readers(c, w.home)
	if err != nil {
		return nil, err
	}
	letters, err := mailNotifier(c)
	if err != nil {
		return nil, err
	}
	backend := calendar.Split{Backend: w.home, Readers: readers}
	st, err := open(storeURL(c))
	if err != nil {
		return nil, err
	}
	w.service = &scheduler.Service{
		Workspace: c.Workspace,
		Store:     st,
		Backend:   backend,
		Holidays:  c.Holidays,
		Agenda:    agendas(c.Dir),
		Now:       a.now,
		Log:       a.log(),
		Progress:  newProgress(a).report,
		By:        a.by,
		AnswerKey: func(create bool) ([]byte, error) { return a.answerKey(c, create) },
	}
	if letters != nil && letters.Invite != mail.InviteNone {
		letters.Store, letters.Backend = st, backend
		w.service.Notifier = letters
	}
	w.service.Former = former{a, w}
	w.service.Formerly, w.service.Inherits = a.formerly(c), a.inherits
	a.finally = append(a.finally, func() { a.countCalls(w) })
	return w, nil
}

// with returns the workspace as the service sees it, with the groups that forming
// made.
func (w *workspace) with(s *scheduler.Service) *workspace {
	seen, c := *w, *w.Config
	c.Workspace = s.Workspace
	seen.Config, seen.service = &c, s
	return &seen
}

// in returns the workspace as it is in a turn.
func (w *workspace) in(t *scheduler.Turn) *workspace {
	seen := w.with(t.Service)
	seen.resumed = t.Resumed
	for _, f := range t.Findings {
		seen.findings = append(seen.findings, report.Attention{Group: f.Group, What: fmt.Sprint(f.Err)})
	}
	return seen
}

// takeFindings returns what an earlier run left that cannot be finished, for a command
// that has findings of its own.
func (w *workspace) takeFindings() []report.Attention {
	findings := w.findings
	w.findings = nil
	return findings
}

// progress tells how far a step is.
func (w *workspace) progress(what string, done, total int) {
	if w.service.Progress != nil {
		w.service.Progress(what, done, total)
	}
}

// quiet returns the workspace for a rehearsal that tells nothing of its own.
func (w *workspace) quiet() *workspace {
	s := *w.service
	s.Log, s.Progress = slog.New(slog.DiscardHandler), nil
	return w.with(&s)
}

// countCalls tells, with --verbose, how many calls of each method were made.
func (a *app) countCalls(w *workspace) {
	caller, ok := w.home.(calendar.Caller)
	if !ok || !a.verbose {
		return
	}
	calls := caller.Calls()
	for _, method := range slices.Sorted(maps.Keys(calls)) {
		a.log().Info("calls", "method", method, "count", calls[method])
	}
}

func (w *workspace) close() { _ = w.service.Store.Close() }

// inDir returns the path as seen from the configuration's folder.
func inDir(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

func storeURL(c *config.Config) string {
	if strings.Contains(c.Store, "://") {
		return c.Store
	}
	return inDir(c.Dir, c.Store)
}

// backend is the one switch that names the backends.
func (a *app) backend(ctx context.Context, w *workspace) (calendar.Backend, error) {
	c := w.Config
	zone := zoneOf(c.Workspace)
	var b calendar.Backend
	switch c.Calendar.Backend {
	case config.Folder:
		b = &folder.Backend{Path: inDir(c.Dir, c.Calendar.Folder.Path), Zone: zone, Organizer: c.Workspace.Organizer.Address,
			Aliases: func(a calendar.Address) []calendar.Address { return c.Workspace.Roster[a].Aliases }}
	case config.Google:
		g, err := a.openGoogle(ctx, c)
		if err != nil {
			return nil, err
		}
		b = g
	case config.Microsoft:
		mailbox, err := a.microsoftConfig(c)
		if err != nil {
			return nil, err
		}
		mailbox.Log = a.log()
		if b, err = graph.Open(mailbox); err != nil {
			return nil, err
		}
	case config.CalDAV:
		account, err := a.caldavConfig(c, &c.Calendar.CalDAV, c.Workspace.Organizer.Address)
		if err != nil {
			return nil, err
		}
		if b, err = caldav.Open(ctx, account); err != nil {
			return nil, err
		}
	default:
		return nil, &hinted{fmt.Errorf("calendar backend %q is not part of this build", c.Calendar.Backend), "use backend: folder", exitUsage}
	}
	return b, nil
}

// readers returns who is read elsewhere than from the workspace's backend alone.
func (a *app) readers(c *config.Config, home calendar.Backend) (map[calendar.Address]calendar.BusyReader, error) {
	r := readers{
		app: a, Config: c, home: home, zone: zoneOf(c.Workspace),
		feeds:    &feed.Reader{Organizer: c.Workspace.Organizer.Address, Fetcher: a.fetcher(filepath.Join(c.Dir, ".peerslot", "feeds"), c.Calendar.AllowHosts), Sources: map[calendar.Address][]feed.Source{}},
		accounts: &caldav.Reader{Accounts: map[calendar.Address]caldav.Config{}},
		ids:      map[calendar.Address][]string{},
	}
	if g, ok := home.(interface {
		Further(map[calendar.Address][]string) calendar.BusyReader
	}); ok {
		r.further = g.Further(r.ids)
	}
	all := map[calendar.Address]calendar.BusyReader{}
	for address, p := range c.Workspace.Roster {
		one, err := r.of(address, p)
		if err != nil {
			return nil, err
		}
		if one != nil {
			all[address] = one
		}
	}
	return all, nil
}

// readers are the places where people's calendars are read.
type readers struct {
	*app
	*config.Config
	home     calendar.Backend
	zone     func(calendar.Address) *time.Location
	feeds    *feed.Reader
	accounts *caldav.Reader
	further  calendar.BusyReader // of Google calendars by ID; nil if the backend has none
	ids      map[calendar.Address][]string
}

// of returns the reader of one person, nil for whom the backend alone is asked.
func (r *readers) of(address calendar.Address, p scheduler.Person) (calendar.BusyReader, error) {
	if p.Calendar == "" {
		return nil, nil
	}
	var places []calendar.BusyReader
	for _, source := range append([]string{p.Calendar}, p.More...) {
		place, err := r.place(address, source)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(places, place) {
			places = append(places, place)
		}
	}
	if len(places) == 1 {
		return places[0], nil
	}
	return &calendar.Together{Readers: places}, nil
}

// place returns where one of a person's calendars is read, and notes it there.
func (r *readers) place(address calendar.Address, source string) (calendar.BusyReader, error) {
	id, google := strings.CutPrefix(source, config.GoogleID)
	switch {
	case source == "none":
		return calendar.Nothing{}, nil
	case source == config.OwnBackend:
		return r.home, nil
	case google && r.further == nil:
		return nil, &hinted{fmt.Errorf("%s has a further Google calendar, but the workspace's calendar is not on Google", address), "name the address of its .ics feed instead", exitUsage}
	case google:
		r.ids[address] = append(r.ids[address], id)
		return r.further, nil
	case source == string(config.CalDAV) && r.Accounts[address] != nil:
		account, err := r.caldavConfig(r.Config, r.Accounts[address], address)
		r.accounts.Accounts[address] = account
		return r.accounts, err
	case feed.IsURL(source):
		r.feeds.Sources[address] = append(r.feeds.Sources[address], feed.Source{URL: source, Zone: r.zone(address), Aliases: r.Workspace.Roster[address].Aliases})
	default:
		r.feeds.Sources[address] = append(r.feeds.Sources[address], feed.Source{File: inDir(r.Dir, source), Zone: r.zone(address), Aliases: r.Workspace.Roster[address].Aliases})
	}
	return r.feeds, nil
}

// caldavConfig returns how an account is asked. A person's own without a sign-in
// is asked with the workspace's, if it is on the same server.
func (a *app) caldavConfig(c *config.Config, o *config.CalDAVOptions, owner calendar.Address) (caldav.Config, error) {
	cfg := caldav.Config{
		URL: o.URL, Username: o.Username, Organizer: owner, Calendar: o.Calendar, InviteByMail: o.InviteByMail,
		Dir: filepath.Join(c.Dir, ".peerslot", "caldav"), Zone: zoneOf(c.Workspace),
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
		if *secret = a.getenv(name); *secret == "" {
			return cfg, &hinted{fmt.Errorf("calendar: the environment variable %s is not set", name), "set it to the password of the CalDAV account: an app password where the server has them", exitUsage}
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

func (a *app) fetcher(cacheDir string, allow []string) *feed.Fetcher {
	return &feed.Fetcher{Dir: cacheDir, AllowHosts: allow, Now: time.Now} // copies grow old by the real clock
}

func zoneOf(w scheduler.Workspace) func(calendar.Address) *time.Location {
	return func(a calendar.Address) *time.Location {
		for _, name := range []string{w.Roster[a].Zone, w.Zone} {
			if loc, err := availability.LoadZone(name); err == nil {
				return loc
			}
		}
		return time.UTC
	}
}

// largestAgenda is what the template of an agenda may have.
const largestAgenda = 64 << 10

// agendas returns the agenda of a program: a built-in one, or a template of the
// user's own next to the configuration.
func agendas(dir string) func(scheduler.Program) (agenda.Agenda, error) {
	return func(p scheduler.Program) (agenda.Agenda, error) {
		if agenda, ok := agenda.BuiltIn(p.Agenda); ok {
			return agenda, nil
		}
		text, err := file.Read(inDir(dir, p.Agenda), largestAgenda)
		if err != nil {
			return agenda.Agenda{}, fmt.Errorf("agenda of program %q: want peer-circle, coaching, one-on-one or the path of a template: %w", p.Name, err)
		}
		return agenda.Parse(filepath.Base(p.Agenda), string(text))
	}
}

// groupsFor returns the groups that the arguments name, all of them, or the one
// made of --with.
func (w *workspace) groupsFor(s selection) ([]scheduler.Group, error) {
	if len(s.with) > 0 {
		g, err := w.adHoc(s)
		return []scheduler.Group{g}, err
	}
	if s.all {
		return w.Workspace.Groups, nil
	}
	var out []scheduler.Group
	for _, name := range s.names {
		g, err := w.service.Group(name)
		if err != nil {
			return nil, err
		}
		out = append(out, g)
	}
	return out, nil
}

// A selection is how a command line names groups.
type selection struct {
	names []string
	all   bool
	with  []string // addresses
	name  string   // of the group made of with
}

// check reports a selection that names nothing, or too much. other is what may be
// named instead of a group.
func (s selection) check(cmd, other string) error {
	ways := 0
	for _, used := range []bool{len(s.names) > 0, s.all, len(s.with) > 0} {
		if used {
			ways++
		}
	}
	if ways != 1 {
		return usagef(fmt.Sprintf("'peerslot groups' lists the groups; see 'peerslot %s --help'", cmd), "%s: name a group, or %s", cmd, other)
	}
	return nil
}

func (w *workspace) adHoc(s selection) (scheduler.Group, error) {
	g := scheduler.Group{Name: s.name}
	for _, word := range s.with {
		a, err := w.person(word)
		if err != nil {
			return g, err
		}
		for _, other := range g.Members {
			if other == a {
				return g, usagef("", "--with names %s twice", a)
			}
		}
		g.Members = append(g.Members, a)
	}
	if len(g.Members) < 2 || len(g.Members) > 8 {
		return g, usagef("", "--with names %d people; a group has 2 to 8", len(g.Members))
	}
	return g, nil
}

// person returns the address of somebody of the roster, who may be named by the
// part before the @ alone if that is unique.
func (w *workspace) person(word string) (calendar.Address, error) {
	if a, err := calendar.ParseAddress(word); err == nil {
		if _, ok := w.Workspace.Roster[a]; ok {
			return a, nil
		}
		return "", usagef("add them to people: in the configuration", "%s is not among the people", a)
	}
	var found []calendar.Address
	for a := range w.Workspace.Roster {
		if strings.EqualFold(a.Local(), word) {
			found = append(found, a)
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	return "", usagef("name people by their addresses", "%q is nobody's address", word)
}
