package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
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

	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/scheduler/store"
	"github.com/peerslot/peerslot/scheduler/worker"
)

// A fleet is the workspaces that one process works on: the one of -c FILE, or each
// *.yaml of -c FOLDER. A workspace that cannot be read hinders no other.
type fleet struct {
	app       *app
	path      string // of the file or folder
	folder    bool
	databases *store.Databases
	jobs      int
	every     time.Duration

	mu   sync.Mutex
	read map[string]*reading // by path
	told map[string]string   // what was said to be wrong with a workspace, by its name
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

// openFleet finds the workspaces that the configuration names.
func (a *app) openFleet(jobs int, every time.Duration) (*fleet, error) {
	path := a.configFile()
	info, err := os.Stat(path)
	if err != nil {
		_, err = a.loadConfig() // which says what to do
		return nil, err
	}
	return &fleet{app: a, path: path, folder: info.IsDir(), jobs: jobs, every: every,
		databases: &store.Databases{Connections: 2*jobs + 4}, read: map[string]*reading{}, told: map[string]string{}}, nil
}

func (f *fleet) close() { _ = f.databases.Close() }

// paths returns the files of all workspaces, as they are now.
func (f *fleet) paths() ([]string, error) {
	if !f.folder {
		return []string{f.path}, nil
	}
	all, err := filepath.Glob(filepath.Join(f.path, "*.yaml"))
	if err == nil && len(all) == 0 {
		err = usagef("'peerslot init' writes one; put it there", "there is no *.yaml in %s", f.path)
	}
	return all, err
}

func workspaceName(path string) string { return strings.TrimSuffix(filepath.Base(path), ".yaml") }

// members returns the workspaces that can be read, and says once what is wrong with
// each other one.
func (f *fleet) members() ([]member, error) {
	paths, err := f.paths()
	if err != nil {
		return nil, err
	}
	var out []member
	for _, p := range paths {
		name := workspaceName(p)
		c, err := f.load(p)
		f.tell(name, err)
		if err == nil {
			out = append(out, member{name, p, c})
		}
	}
	return out, nil
}

// load reads a configuration, anew only if one of its files was written since.
func (f *fleet) load(path string) (*config.Config, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r := f.read[path]; r != nil && maps.Equal(r.files, stamps(slices.Collect(maps.Keys(r.files)))) {
		return r.config, r.err
	}
	c, err := f.app.at(path).loadConfig()
	files := []string{path}
	if err == nil {
		files = append(files, c.Files...)
	}
	f.read[path] = &reading{c, err, stamps(files)}
	return c, err
}

// tell says what is wrong with a workspace, once for as long as it stays so.
func (f *fleet) tell(name string, err error) {
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
		f.app.log().Info("the workspace can be used again", "workspace", name)
	default:
		f.app.log().Error("the workspace cannot be worked on, and the others go on", "workspace", name, "err", err, "hint", hintFor(err))
	}
}

// at returns the app for another workspace, which tells its user nothing.
func (a *app) at(path string) *app {
	b := *a
	b.configPath, b.interactive, b.terminal, b.json = path, false, false, false
	b.out = &output{w: io.Discard}
	b.stdout, b.mailed, b.finally = b.out, mailed{}, nil
	return &b
}

// jobsAt returns where the jobs of a workspace lie: in its PostgreSQL database, or in
// a SQLite file of the whole fleet.
func (f *fleet) jobsAt(c *config.Config) string {
	if location := storeURL(c); strings.Contains(location, "://") {
		return location
	}
	dir := f.path
	if !f.folder {
		dir = filepath.Dir(f.path)
	}
	return filepath.Join(dir, ".peerslot", "jobs.db")
}

// work does the jobs of all workspaces until ctx ends.
func (f *fleet) work(ctx context.Context) error {
	crews, err := f.crews(ctx)
	if ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, c := range crews {
		g.Go(func() error { return c.worker.Run(ctx) })
	}
	return g.Wait()
}

// crews returns one for each database of jobs.
func (f *fleet) crews(ctx context.Context) (map[*store.Jobs]*crew, error) {
	members, err := f.members()
	if err != nil {
		return nil, err
	}
	if len(members) == 0 && !f.folder {
		_, err := f.load(f.path)
		return nil, err
	}
	crews := map[*store.Jobs]*crew{}
	for _, m := range members {
		jobs, err := f.openJobs(ctx, m.config)
		f.tell(m.name, err)
		if err == nil && crews[jobs] == nil {
			crews[jobs], err = f.newCrew(ctx, jobs)
		}
		if err != nil && !f.folder {
			return nil, err
		}
	}
	if len(crews) == 0 {
		return nil, errors.New("none of the workspaces can be worked on; the log says why")
	}
	return crews, nil
}

func (f *fleet) openJobs(ctx context.Context, c *config.Config) (*store.Jobs, error) {
	at := f.jobsAt(c)
	if !strings.Contains(at, "://") {
		if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
			return nil, err
		}
	}
	return f.databases.Jobs(ctx, at)
}

// A crew does the jobs of one database, for all workspaces whose stores lie there.
type crew struct {
	*fleet
	jobs   *store.Jobs
	worker *worker.Worker

	asked map[string]time.Time // when replies were asked for last, by workspace
}

func (f *fleet) newCrew(ctx context.Context, jobs *store.Jobs) (*crew, error) {
	c := &crew{fleet: f, jobs: jobs, asked: map[string]time.Time{}}
	o := worker.Options{Jobs: f.jobs, Every: f.every, Schema: jobs.Schema, Log: f.app.logFrom(slog.LevelError), Alone: jobs.Alone}
	var err error
	c.worker, err = c.hire(ctx, o)
	return c, err
}

// key names a workspace in the jobs of its database, whatever its file is called
// elsewhere.
func (m member) key() string {
	location := storeURL(m.config)
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
	all, err := c.fleet.members()
	if err != nil {
		c.app.log().Error("the workspaces cannot be listed", "err", err)
	}
	return slices.DeleteFunc(all, func(m member) bool {
		jobs, err := c.openJobs(ctx, m.config)
		if err != nil {
			c.tell(m.name, err)
		}
		return jobs != c.jobs
	})
}

// open opens a workspace for a job. The caller must close it.
func (c *crew) open(ctx context.Context, m member) (*workspace, error) {
	a := c.app.at(m.path)
	a.budget = func(account string, perMinute int) pace {
		return store.Budget{Jobs: c.jobs, Account: account, PerMinute: perMinute}
	}
	return a.openConfig(ctx, m.config, noOther, func(location string) (*store.Store, error) { return c.databases.Open(ctx, location) })
}

// A pace says when the next call of an account may be made.
type pace interface {
	Wait(ctx context.Context) error
}

// paceOf returns how the calls of an account are counted together with those of other
// processes; nil if this one is alone.
func (a *app) paceOf(service string, c *config.Config, perMinute, usual int) pace {
	if a.budget == nil {
		return nil
	}
	return a.budget(fmt.Sprintf("%s of %s", service, cmp.Or(c.Calendar.Google.Subject, string(c.Workspace.Organizer.Address))), cmp.Or(perMinute, usual))
}
