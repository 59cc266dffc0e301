package fleet

import (
	"net/http"
	"sync"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
)

// JobPages returns where the pages of the jobs are found, for requests under the path
// at: those of the database in which the jobs of a workspace lie, nil if this process
// does none there, or this build has no such pages.
func (f *Fleet) JobPages(at string) func(*config.Config) http.Handler {
	var mu sync.Mutex
	made := map[*crew]http.Handler{}
	return func(c *config.Config) http.Handler {
		who := f.crewOf(c)
		if who == nil {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		if pages, ok := made[who]; ok {
			return pages
		}
		pages, err := who.worker.Pages(at)
		if err != nil {
			f.App.Log().Error("the jobs cannot be shown", "err", err)
		}
		made[who] = pages
		return pages
	}
}

// crewOf returns who does the jobs of a workspace, nil for nobody yet.
func (f *Fleet) crewOf(c *config.Config) *crew {
	jobs := f.Databases.JobsOpen(f.jobsAt(c))
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.crewed[jobs]
}
