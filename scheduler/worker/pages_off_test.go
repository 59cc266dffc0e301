//go:build nopostgres || noriverui

package worker_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/peerslot/peerslot/scheduler/store"
	"github.com/peerslot/peerslot/scheduler/worker"
)

// A build without River's pages lists the jobs, and changes none.
func TestPageListsJobs(t *testing.T) {
	t.Parallel()
	d := &store.Databases{}
	t.Cleanup(func() { d.Close() })
	jobs, err := d.Jobs(t.Context(), filepath.Join(t.TempDir(), "jobs.db"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := worker.OnSQLite(t.Context(), jobs.SQLite, worker.Options{Alone: jobs.Alone}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Queue(t.Context(), worker.Job{Kind: worker.Series, Workspace: "acme", Subject: "leads"}); err != nil {
		t.Fatal(err)
	}
	pages, err := w.Pages("/acme/admin/jobs")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		method, path string
		status       int
		words        string
	}{
		{http.MethodGet, "/acme/admin/jobs/", http.StatusOK, `{"workspace":"acme","subject":"leads"}`},
		{http.MethodGet, "/acme/admin/jobs/api/jobs", http.StatusNotFound, ""},
		{http.MethodPost, "/acme/admin/jobs/", http.StatusNotFound, ""},
	} {
		got := httptest.NewRecorder()
		pages.ServeHTTP(got, httptest.NewRequest(c.method, c.path, nil))
		if text := strings.ReplaceAll(got.Body.String(), " ", ""); got.Code != c.status || !strings.Contains(text, c.words) {
			t.Errorf("%s %s: %d %q; want %d %q", c.method, c.path, got.Code, got.Body, c.status, c.words)
		}
	}
}
