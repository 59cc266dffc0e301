// Command libraries is a program of the libraries that peerslot stands on, and of
// nothing else: cobra, Google's calendar and its sign-in, iCalendar, SQLite,
// PostgreSQL and the jobs on both. No figure of peerslot can be below its own.
package main

import (
	"context"
	"database/sql"
	"os"

	"github.com/emersion/go-ical"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/spf13/cobra"
	"golang.org/x/oauth2/google"
	gcal "google.golang.org/api/calendar/v3"
	_ "modernc.org/sqlite"
)

// use keeps the linker from leaving libraries out.
func use(cmd *cobra.Command, args []string) error {
	ctx := cmd.Context()
	cal, err := ical.NewDecoder(os.Stdin).Decode()
	if err != nil {
		return err
	}
	login, err := google.ConfigFromJSON([]byte(args[0]))
	if err != nil {
		return err
	}
	event, err := (&gcal.Event{Summary: cal.Name}).MarshalJSON()
	if err != nil {
		return err
	}
	cmd.Println(string(event), login.Client(ctx, nil))
	pool, err := pgxpool.New(ctx, args[1])
	if err != nil {
		return err
	}
	postgres, err := river.NewClient(riverpgxv5.New(pool), &river.Config{})
	if err != nil {
		return err
	}
	file, err := sql.Open("sqlite", args[2])
	if err != nil {
		return err
	}
	sqlite, err := river.NewClient(riversqlite.New(file), &river.Config{})
	if err != nil {
		return err
	}
	if err := postgres.Start(ctx); err != nil {
		return err
	}
	return sqlite.Start(ctx)
}

func main() {
	_ = (&cobra.Command{Use: "libraries", Version: "1", RunE: use}).ExecuteContext(context.Background())
}
