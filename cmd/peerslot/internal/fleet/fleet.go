// Package fleet keeps the workspaces of a process that stays, and does their jobs.
package fleet

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/peerslot/peerslot/calendar/folder"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/account"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler/store"
	"github.com/peerslot/peerslot/scheduler/worker"
)

// A Fleet is the workspaces that one process works on: the one of -c FILE, or each
// *.yaml of -c FOLDER. A workspace that cannot be read hinders no other.
type Fleet struct {
	App       *console.App
	Path      string // of the file or folder
	Folder    bool
	Databases *store.Databases
	jobs      int
	every     time.Duration

	mu   sync.Mutex
	read map[string]*reading // by path
	told map[string]string   // what was said to be wrong, by part and workspace

	crewed  map[*store.Jobs]*crew    // who does the jobs of a database; nil for who is on the way
	budgets map[string]store.Budget  // of the accounts that calls were made with
	folders map[string]*folder.Known // by path
}

// A reading is a configuration as its files were.
type reading struct {
	config *config.Config
	err    error
	files  map[string]fileStamp
}

// A Member is one workspace of a fleet.
type Member struct {
	Name   string // its file's, without .yaml
	Path   string
	Config *config.Config
}

// OpenFleet finds the workspaces that the configuration names. The only one must be
// readable.
func OpenFleet(a *console.App, jobs int, every time.Duration) (*Fleet, error) {
	path := a.ConfigFile()
	info, err := os.Stat(path)
	if err != nil {
		_, err = a.LoadConfig() // which says what to do
		return nil, err
	}
	f := &Fleet{App: a, Path: path, Folder: info.IsDir(), jobs: jobs, every: every,
		Databases: &store.Databases{Connections: 2*jobs + 4}, read: map[string]*reading{}, told: map[string]string{}, crewed: map[*store.Jobs]*crew{}, budgets: map[string]store.Budget{}, folders: map[string]*folder.Known{}}
	if !f.Folder {
		_, err = f.Config(path)
	}
	return f, err
}

// Close closes the databases.
func (f *Fleet) Close() { _ = f.Databases.Close() }

// Paths returns the files of all workspaces, as they are now, and those whose names end in
// .yml, which is a slip that has to be told. Hidden ones are an editor's, or another system's.
func (f *Fleet) Paths() ([]string, error) {
	if !f.Folder {
		return []string{f.Path}, nil
	}
	entries, err := os.ReadDir(f.Path)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, e := range entries {
		if name := e.Name(); (strings.HasSuffix(name, ".yaml") || misnamed(name)) && !strings.HasPrefix(name, ".") {
			all = append(all, filepath.Join(f.Path, name))
		}
	}
	if len(all) == 0 {
		err = console.Usagef("'peerslot init' writes one; put it there", "there is no *.yaml in %s", f.Path)
	}
	return all, err
}

func misnamed(path string) bool { return strings.HasSuffix(path, ".yml") }

// WorkspaceName returns what a workspace is called: its file's name without .yaml.
func WorkspaceName(path string) string { return strings.TrimSuffix(filepath.Base(path), ".yaml") }

// Members returns the workspaces that can be read and have a store of their own, and says
// once what is wrong with each other one.
func (f *Fleet) Members() ([]Member, error) {
	paths, err := f.Paths()
	if err != nil {
		return nil, err
	}
	var out []Member
	stores := account.Stores{}
	for _, p := range paths {
		name := WorkspaceName(p)
		c, err := f.Config(p)
		if err == nil {
			err = stores.Take(c, name)
		}
		f.Tell(File, name, err)
		if err == nil {
			out = append(out, Member{name, p, c})
		}
	}
	return out, nil
}

// Config returns a configuration, read anew only if one of its files was written since.
func (f *Fleet) Config(path string) (*config.Config, error) {
	if f.Folder && misnamed(path) {
		return nil, console.Usagef("rename it so that it does", "%s is not read: the file of a workspace ends in .yaml", path)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if r := f.read[path]; r != nil && maps.Equal(r.files, stamps(slices.Collect(maps.Keys(r.files)))) {
		return r.config, r.err
	}
	c, err := At(f.App, path).LoadConfig()
	files := []string{path}
	if err == nil {
		files = append(files, c.Files...)
	}
	f.read[path] = &reading{c, err, stamps(files)}
	return c, err
}

// A Part of a workspace is what may be wrong with it by itself.
type Part string

// The parts of a workspace.
const (
	File  Part = "file"
	Jobs  Part = "jobs"
	Store Part = "store"
	Pages Part = "pages"
)

// Tell says what is wrong with a workspace, once for as long as it stays so.
func (f *Fleet) Tell(part Part, name string, err error) {
	what, of := "", string(part)+" "+name
	if err != nil {
		what = err.Error()
	}
	f.mu.Lock()
	news := f.told[of] != what
	f.told[of] = what
	f.mu.Unlock()
	switch {
	case !news:
	case err == nil:
		f.App.Log().Info("the workspace can be used again", "workspace", name)
	default:
		log := f.App.Log().With("workspace", name, "err", err)
		if hint := console.HintFor(err); hint != "" {
			log = log.With("hint", hint)
		}
		others := ""
		if f.Folder {
			others = ", and the others go on"
		}
		log.Error("the workspace cannot be worked on" + others)
	}
}

// At returns the app for another workspace, which tells its user nothing.
func At(a *console.App, path string) *console.App {
	b := *a
	b.ConfigPath, b.Interactive, b.Terminal, b.Json = path, false, false, false
	b.Out = &console.Output{W: io.Discard}
	b.Stdout, b.Mailed, b.Finally = b.Out, console.Mailed{}, nil
	return &b
}

// jobsAt returns where the jobs of a workspace lie: in its PostgreSQL database, or in
// a SQLite file of the whole fleet.
func (f *Fleet) jobsAt(c *config.Config) string {
	if account.OnDatabase(c) {
		return account.StoreURL(c)
	}
	dir := f.Path
	if !f.Folder {
		dir = filepath.Dir(f.Path)
	}
	return filepath.Join(dir, ".peerslot", "jobs.db")
}

// Work does the jobs of all workspaces until ctx ends. In a folder it looks again and
// again for a database that could not be reached, or came with a workspace.
func (f *Fleet) Work(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	if err := f.crewAll(ctx, g); err != nil {
		if ctx.Err() != nil {
			return g.Wait()
		}
		return err
	}
	if f.Folder {
		g.Go(func() error {
			Every(ctx, f.every, func() { _ = f.crewAll(ctx, g) }) // said in the log
			return nil
		})
	}
	return g.Wait()
}

// Every calls do after each d, until ctx ends.
func Every(ctx context.Context, d time.Duration, do func()) {
	for tick := time.Tick(d); ; {
		select {
		case <-ctx.Done():
			return
		case <-tick:
			do()
		}
	}
}

// crewAll has a crew in g do the jobs of each database that had none. No database is
// waited for by what concerns another.
func (f *Fleet) crewAll(ctx context.Context, g *errgroup.Group) error {
	members, err := f.Members()
	if err != nil {
		return err
	}
	var tries errgroup.Group
	for _, m := range members {
		tries.Go(func() error {
			err := f.crew(ctx, g, m.Config)
			f.Tell(Jobs, m.Name, err)
			return err
		})
	}
	if err = tries.Wait(); err == nil || !f.Folder {
		return err
	}
	if len(f.working()) == 0 {
		return errors.New("none of the workspaces can be worked on; the log says why")
	}
	return nil
}

// crew has one in g do the jobs of the database of a workspace, unless there is one.
func (f *Fleet) crew(ctx context.Context, g *errgroup.Group, of *config.Config) error {
	jobs, err := f.openJobs(ctx, of)
	if err != nil {
		return err
	}
	f.mu.Lock()
	_, there := f.crewed[jobs]
	if !there {
		f.crewed[jobs] = nil // so that nobody else makes one
	}
	f.mu.Unlock()
	if there {
		return nil
	}
	c, err := f.newCrew(ctx, jobs)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		delete(f.crewed, jobs)
		return err
	}
	f.crewed[jobs] = c
	g.Go(func() error { return c.worker.Run(ctx) })
	return nil
}

// working returns the crews that do jobs.
func (f *Fleet) working() (out []*crew) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.crewed {
		if c != nil {
			out = append(out, c)
		}
	}
	return out
}

func (f *Fleet) openJobs(ctx context.Context, c *config.Config) (*store.Jobs, error) {
	at := f.jobsAt(c)
	if !account.OnDatabase(c) {
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			return nil, err
		}
	}
	return f.Databases.Jobs(ctx, at)
}

// A crew does the jobs of one database, for all workspaces whose stores lie there.
type crew struct {
	*Fleet
	jobs   *store.Jobs
	worker *worker.Worker
	paths  sync.Map // of the file of a workspace, by its key

	// By workspace: when replies were asked for last, up to which of the groups it was their turn,
	// and the last notice whose turn it was.
	asked   map[string]time.Time
	passed  map[string]int
	noticed map[string]string
}

func (f *Fleet) newCrew(ctx context.Context, jobs *store.Jobs) (*crew, error) {
	c := &crew{Fleet: f, jobs: jobs, asked: map[string]time.Time{}, passed: map[string]int{}, noticed: map[string]string{}}
	o := worker.Options{Jobs: f.jobs, Every: f.every, Schema: jobs.Schema, Log: f.App.LogFrom(slog.LevelError), Alone: jobs.Alone}
	var err error
	c.worker, err = c.hire(ctx, o)
	return c, err
}

// key names a workspace in the jobs of its database, whatever its file is called
// elsewhere.
func (m Member) key() string {
	if !account.OnDatabase(m.Config) {
		return m.Name
	}
	_, query, _ := strings.Cut(account.StoreURL(m.Config), "?")
	for part := range strings.SplitSeq(query, "&") {
		if schema, ok := strings.CutPrefix(part, "schema="); ok {
			return schema
		}
	}
	return "default"
}

// members returns the workspaces whose jobs lie in this database.
func (c *crew) members() []Member {
	all, err := c.Fleet.Members()
	if err != nil {
		c.App.Log().Error("the workspaces cannot be listed", "err", err)
	}
	return slices.DeleteFunc(all, func(m Member) bool { return !c.has(m) })
}

// has reports whether the jobs of a workspace lie in this database. Of one that nobody
// has opened yet it is not known.
func (c *crew) has(m Member) bool { return c.Databases.JobsOpen(c.jobsAt(m.Config)) == c.jobs }

// member returns the workspace of a key. Of the many that there may be it looks, for
// each job, at the files of the one that had the key last.
func (c *crew) member(key string) (Member, bool) {
	if path, ok := c.paths.Load(key); ok {
		m := Member{Name: WorkspaceName(path.(string)), Path: path.(string)}
		var err error
		m.Config, err = c.Config(m.Path)
		c.Tell(File, m.Name, err)
		if err == nil && m.key() == key && c.has(m) {
			return m, true
		}
	}
	all := c.members()
	i := slices.IndexFunc(all, func(m Member) bool { return m.key() == key })
	if i < 0 {
		return Member{}, false
	}
	c.paths.Store(key, all[i].Path)
	return all[i], true
}

// folder returns what this process knows of a folder of calendars.
func (f *Fleet) folder(path string) *folder.Known {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.folders[path] == nil {
		f.folders[path] = &folder.Known{}
	}
	return f.folders[path]
}

// open opens a workspace for a job. The caller must close it.
func (c *crew) open(ctx context.Context, m Member) (*workspace.Workspace, error) {
	a := At(c.App, m.Path)
	a.Budget = func(account string, perMinute int) console.Pace {
		return c.budget(account, perMinute)
	}
	a.Folders = c.folder
	return workspace.OpenConfig(ctx, a, m.Config, workspace.NoOther, func(location string) (*store.Store, error) { return c.Databases.Open(ctx, location) })
}
