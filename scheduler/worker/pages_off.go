//go:build nopostgres || noriverui

package worker

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

const mostShown = 200 // jobs on the page

// pagesOf returns how to make one page of a client's jobs in place of River's, which
// this build leaves out: those that wait, run, failed or were given up.
func pagesOf[TTx any](c *river.Client[TTx], log *slog.Logger) func(at string) (http.Handler, error) {
	return func(at string) (http.Handler, error) {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != at+"/" || r.Method != http.MethodGet {
				http.NotFound(w, r)
				return
			}
			found, err := c.JobList(r.Context(), river.NewJobListParams().States(append(unfinished, rivertype.JobStateDiscarded)...).First(mostShown))
			if err != nil {
				log.Error("the jobs cannot be listed", "err", err)
				http.Error(w, "the jobs cannot be listed", http.StatusInternalServerError)
				return
			}
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			writeJobs(w, found.Jobs)
		}), nil
	}
}

func writeJobs(w http.ResponseWriter, jobs []*rivertype.JobRow) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "job\tkind\tstate\tdue\ttried\tof\tlast fault\n")
	for _, j := range jobs {
		fault := ""
		if n := len(j.Errors); n > 0 {
			fault = strings.Join(strings.Fields(j.Errors[n-1].Error), " ")
		}
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%d\t%s\t%s\n", j.ID, j.Kind, j.State, j.ScheduledAt.UTC().Format(time.RFC3339), j.Attempt, j.EncodedArgs, fault)
	}
	_ = t.Flush() // who went away needs no answer
}
