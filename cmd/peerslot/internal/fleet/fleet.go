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
	told map[string]string   // what was said to be wrong with a workspace, by its name

	crewed  []*crew                  // once they work
	budgets map[string]store.Budget  // of the accounts that calls were made with
	folders map[string]*folder.Known // by path
}

// A reading is a configuration as its files were.
type reading struct {
	config *config.Config
	err    error
	files  map[string]fileStamp
}

// A member is one workspace of a fleet.
type member struct {
	name   string // its file's, without .yaml
	path   string
	config *config.Config
}

// OpenFleet finds the workspaces that the configuration names.
func OpenFleet(a *console.App, jobs int, every time.Duration) (*Fleet, error) {
	path := a.ConfigFile()
	info, err := os.Stat(path)
	if err != nil {
		_, err = a.LoadConfig() // which says what to do
		return nil, err
	}
	return &Fleet{App: a, Path: path, Folder: info.IsDir(), jobs: jobs, every: every,
		Databases: &store.Databases{Connections: 2*jobs + 4}, read: map[string]*reading{}, told: map[string]string{}, budgets: map[string]store.Budget{}, folders: map[string]*folder.Known{}}, nil
}

func (f *Fleet) Close() { _ = f.Databases.Close() }

// Paths returns the files of all workspaces, as they are now.
func (f *Fleet) Paths() ([]string, error) {
	if !f.Folder {
		return []string{f.Path}, nil
	}
	all, err := filepath.Glob(filepath.Join(f.Path, "*.yaml"))
	if err == nil && len(all) == 0 {
		err = console.Usagef("'peerslot init' writes one; put it there", "there is no *.yaml in %s", f.Path)
	}
	return all, err
}

func WorkspaceName(path string) string { return strings.TrimSuffix(filepath.Base(path), ".yaml") }

// Members returns the workspaces that can be read, and says once what is wrong with
// each other one.
func (f *Fleet) Members() ([]member, error) {
	paths, err := f.Paths()
	if err != nil {
		return nil, err
	}
	var out []member
	for _, p := range paths {
		name := WorkspaceName(p)
		c, err := f.load(p)
		f.Tell(name, err)
		if err == nil {
			out = append(out, member{name, p, c})
		}
	}
	return out, nil
}

// load reads a configuration, anew only if one of its files was written since.
func (f *Fleet) load(path string) (*config.Config, error) {
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

// Tell says what is wrong with a workspace, once for as long as it stays so.
func (f *Fleet) Tell(name string, err error) {
	what := ""
	if err != nil {
		what = err.Error()
	}
	f.mu.Lock()
	news := f.told[name] != what
	f.told[name] = what
	f.mu.Unlock()
	switch {
	case !news:
	case err == nil:
		f.App.Log().Info("the workspace can be used again", "workspace", name)
	default:
		f.App.Log().Error("the workspace cannot be worked on, and the others go on", "workspace", name, "err", err, "hint", console.HintFor(err))
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
	if location := account.StoreURL(c); strings.Contains(location, "://") {
		return location
	}
	dir := f.Path
	if !f.Folder {
		dir = filepath.Dir(f.Path)
	}
	return filepath.Join(dir, ".peerslot", "jobs.db")
}

// Work does the jobs of all workspaces until ctx ends.
func (f *Fleet) Work(ctx context.Context) error {
	crews, err := f.crews(ctx)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	f.mu.Lock()
	f.crewed = slices.Collect(maps.Values(crews))
	f.mu.Unlock()
	g, ctx := errgroup.WithContext(ctx)
	for _, c := range crews {
		g.Go(func() error { return c.worker.Run(ctx) })
	}
	return g.Wait()
}

// crews returns one for each database of jobs.
func (f *Fleet) crews(ctx context.Context) (map[*store.Jobs]*crew, error) {
	members, err := f.Members()
	if err != nil {
		return nil, err
	}
	if len(members) == 0 && !f.Folder {
		_, err := f.load(f.Path)
		return nil, err
	}
	crews := map[*store.Jobs]*crew{}
	for _, m := range members {
		jobs, err := f.openJobs(ctx, m.config)
		f.Tell(m.name, err)
		if err == nil && crews[jobs] == nil {
			crews[jobs], err = f.newCrew(ctx, jobs)
		}
		if err != nil && !f.Folder {
			return nil, err
		}
	}
	if len(crews) == 0 {
		return nil, errors.New("none of the workspaces can be worked on; the log says why")
	}
	return crews, nil
}

func (f *Fleet) openJobs(ctx context.Context, c *config.Config) (*store.Jobs, error) {
	at := f.jobsAt(c)
	if !strings.Contains(at, "://") {
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

	asked map[string]time.Time // when replies were asked for last, by workspace
}

func (f *Fleet) newCrew(ctx context.Context, jobs *store.Jobs) (*crew, error) {
	c := &crew{Fleet: f, jobs: jobs, asked: map[string]time.Time{}}
	o := worker.Options{Jobs: f.jobs, Every: f.every, Schema: jobs.Schema, Log: f.App.LogFrom(slog.LevelError), Alone: jobs.Alone}
	var err error
	c.worker, err = c.hire(ctx, o)
	return c, err
}

// key names a workspace in the jobs of its database, whatever its file is called
// elsewhere.
func (m member) key() string {
	location := account.StoreURL(m.config)
	if _, query, ok := strings.Cut(location, "?"); ok && strings.Contains(location, "://") {
		for _, part := range strings.Split(query, "&") {
			if schema, ok := strings.CutPrefix(part, "schema="); ok {
				return schema
			}
		}
	}
	if strings.Contains(location, "://") {
		return "default"
	}
	return m.name
}

// members returns the workspaces whose jobs lie in this database.
func (c *crew) members(ctx context.Context) []member {
	all, err := c.Fleet.Members()
	if err != nil {
		c.App.Log().Error("the workspaces cannot be listed", "err", err)
	}
	return slices.DeleteFunc(all, func(m member) bool { return !c.has(ctx, m) })
}

// has reports whether the jobs of a workspace lie in this database.
func (c *crew) has(ctx context.Context, m member) bool {
	jobs, err := c.openJobs(ctx, m.config)
	if err != nil {
		c.Tell(m.name, err)
	}
	return jobs == c.jobs
}

// member returns the workspace of a key. Of the many that there may be it looks, for
// each job, at the files of the one that had the key when they were read last.
func (c *crew) member(ctx context.Context, key string) (member, bool) {
	if m, ok := c.lastKnown(key); ok {
		fresh, err := c.load(m.path)
		c.Tell(m.name, err)
		if m.config = fresh; err == nil && m.key() == key && c.has(ctx, m) {
			return m, true
		}
	}
	all := c.members(ctx)
	i := slices.IndexFunc(all, func(m member) bool { return m.key() == key })
	if i < 0 {
		return member{}, false
	}
	return all[i], true
}

// lastKnown returns the workspace of a key as its files were read last.
func (c *crew) lastKnown(key string) (member, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, path := range slices.Sorted(maps.Keys(c.read)) {
		r := c.read[path]
		if m := (member{WorkspaceName(path), path, r.config}); r.err == nil && m.key() == key {
			return m, true
		}
	}
	return member{}, false
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
func (c *crew) open(ctx context.Context, m member) (*workspace.Workspace, error) {
	a := At(c.App, m.path)
	a.Budget = func(account string, perMinute int) console.Pace {
		return c.budget(account, perMinute)
	}
	a.Folders = c.folder
	return workspace.OpenConfig(ctx, a, m.config, workspace.NoOther, func(location string) (*store.Store, error) { return c.Databases.Open(ctx, location) })
}
