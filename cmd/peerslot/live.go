package main

import (
	"context"
	"errors"
	"maps"
	"os"
	"sync"
	"time"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/scheduler/store"
	"github.com/peerslot/peerslot/scheduler/web"
)

// A live workspace follows its files: a change of them is used at the next look, and
// one that cannot be read is kept as a fault beside what was read before.
type live struct {
	app   *app
	store *store.Store

	mu     sync.Mutex
	now    *workspace
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

// openLive opens the workspace for a process that stays. The caller must close it.
func (a *app) openLive(ctx context.Context) (*live, error) {
	w, err := a.openToChange(ctx, true)
	if err != nil {
		return nil, err
	}
	st, ok := w.service.Store.(*store.Store)
	if !ok {
		w.close()
		return nil, errors.New("the store is no database")
	}
	return &live{app: a, store: st, now: w, stamp: 1, looked: time.Now(), files: stamps(w.Files)}, nil
}

func (l *live) close() { _ = l.store.Close() }

// config returns the configuration that is in use.
func (l *live) config() *config.Config {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now.Config
}

const lookEvery = time.Second

// current implements web.Server's Open.
func (l *live) current(ctx context.Context) (web.Workspace, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if time.Since(l.looked) > lookEvery {
		l.look(ctx)
	}
	return web.Workspace{Service: l.now.service, Admins: l.now.Web.Admins, Most: l.now.MaxSessionsPerWeek, Stamp: l.stamp, Fault: l.fault}, nil
}

// look reads the workspace anew if one of its files was written.
func (l *live) look(ctx context.Context) {
	l.looked = time.Now()
	files := stamps(l.now.Files)
	if maps.Equal(files, l.files) {
		return
	}
	l.files = files
	l.stamp++
	w, err := l.app.openWith(context.WithoutCancel(ctx), noOther, func(string) (*store.Store, error) { return l.store, nil })
	switch {
	case err != nil:
		l.fault = err
	case storeURL(w.Config) != storeURL(l.now.Config) || w.Web.URL != l.now.Web.URL:
		l.fault = errors.New("store: or url: in web: was changed; that needs a restart of 'peerslot serve'")
	default:
		l.now, l.fault, l.files = w, nil, stamps(w.Files)
	}
	if l.fault != nil {
		l.app.log().Error("the configuration was changed and cannot be used; the former stays", "err", l.fault)
	}
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
