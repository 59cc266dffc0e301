package fleet

import (
	"context"
	"errors"
	"maps"
	"os"
	"sync"
	"time"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/account"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler/store"
	"github.com/peerslot/peerslot/scheduler/web"
)

// A Live workspace follows its files: a change of them is used at the next look, and
// one that cannot be read is kept as a fault beside what was read before.
type Live struct {
	app   *console.App
	Store *store.Store

	mu     sync.Mutex
	now    *workspace.Workspace
	stamp  int64
	fault  error
	looked time.Time            // at the files
	files  map[string]fileStamp // as they were then
}

// A fileStamp tells whether a file was written since.
type fileStamp struct {
	at   time.Time
	size int64
}

// OpenLive opens the workspace for a process that stays; create says whether a store may be
// made that is not there. The caller must close it.
func OpenLive(ctx context.Context, a *console.App, create bool) (*Live, error) {
	w, err := workspace.OpenToChange(ctx, a, create)
	if err != nil {
		return nil, err
	}
	st, ok := w.Service.Store.(*store.Store)
	if !ok {
		w.Close()
		return nil, errors.New("the store is no database")
	}
	return &Live{app: a, Store: st, now: w, stamp: 1, looked: time.Now(), files: stamps(w.Files)}, nil
}

// Close closes the store.
func (l *Live) Close() { _ = l.Store.Close() }

// Config returns the configuration that is in use.
func (l *Live) Config() *config.Config {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now.Config
}

// lookEvery is how often files are looked at, at most.
const lookEvery = time.Second

// Current implements web.Server's Open.
func (l *Live) Current(ctx context.Context) (web.Workspace, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if time.Since(l.looked) > lookEvery {
		l.look(ctx)
	}
	return web.Workspace{Service: l.now.Service, Admins: l.now.Web.Admins, Most: l.now.MaxSessionsPerWeek, Stamp: l.stamp, Fault: l.fault, Steps: console.Command}, nil
}

// look reads the workspace anew if one of its files was written.
func (l *Live) look(ctx context.Context) {
	l.looked = time.Now()
	files := stamps(l.now.Files)
	if maps.Equal(files, l.files) {
		return
	}
	l.files = files
	l.stamp++
	w, err := l.read(context.WithoutCancel(ctx))
	switch {
	case err != nil:
		l.fault = err
	case account.StoreURL(w.Config) != account.StoreURL(l.now.Config) || w.Web.URL != l.now.Web.URL:
		l.fault = errors.New("store: or url: in web: was changed; that needs a restart of 'peerslot serve'")
	default:
		l.now, l.fault, l.files = w, nil, stamps(w.Files)
	}
	if l.fault != nil {
		l.app.Log().Error("the configuration was changed and cannot be used; the former stays", "err", l.fault)
	}
}

// read opens the workspace anew, on the store that is open.
func (l *Live) read(ctx context.Context) (*workspace.Workspace, error) {
	c, err := l.app.LoadConfig()
	if err != nil {
		return nil, err
	}
	return workspace.OpenConfig(ctx, l.app, c, workspace.NoOther, func(string) (*store.Store, error) { return l.Store, nil })
}

func stamps(files []string) map[string]fileStamp {
	out := map[string]fileStamp{}
	for _, f := range files {
		if info, err := os.Stat(f); err == nil {
			out[f] = fileStamp{info.ModTime(), info.Size()}
		}
	}
	return out
}
