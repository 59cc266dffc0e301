//go:build !nopostgres && !noriverui

package worker

import (
	"fmt"
	"log/slog"
	"net/http"

	"github.com/riverqueue/river"
	"riverqueue.com/riverui"
)

// pagesOf returns how to make River's pages of a client's jobs. What they count they
// count when asked: they are not started, which would have them count all the time.
func pagesOf[TTx any](c *river.Client[TTx], log *slog.Logger) func(at string) (http.Handler, error) {
	return func(at string) (http.Handler, error) {
		h, err := riverui.NewHandler(&riverui.HandlerOpts{Endpoints: riverui.NewEndpoints(c, nil), Logger: log, Prefix: at})
		if err != nil {
			return nil, fmt.Errorf("make the pages of the jobs: %w", err)
		}
		return h, nil
	}
}
