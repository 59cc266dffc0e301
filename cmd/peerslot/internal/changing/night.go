package changing

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/scheduler"
)

// nightFlags are the flags of commands that run unattended.
type nightFlags struct {
	heartbeat string
}

func (f *nightFlags) add(a *console.App, cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.heartbeat, "heartbeat", "", "after the run, write how it went to `FILE`, for monitoring")
	a.AddAcceptClock(cmd.Flags())
	cmd.Flags().BoolVar(&a.Quiet, "quiet", false, "print nothing when nothing needs a person")
}

// A heartbeat is what monitoring reads of the last run.
type heartbeat struct {
	At           time.Time            `json:"at"`
	Command      string               `json:"command"`
	Status       string               `json:"status"` // done | attention | error
	Checked      int                  `json:"checked"`
	Changes      int                  `json:"changes"`
	Attention    int                  `json:"attention"`
	Sent         int                  `json:"mail_sent"`
	Replies      int                  `json:"mail_replies"`
	UnknownSince map[string]time.Time `json:"unknown_since"` // by address
	Error        string               `json:"error,omitempty"`
}

// monitored runs a command and leaves its heartbeat, also if it failed.
func monitored(a *console.App, command string, f nightFlags, run func(*heartbeat) error) error {
	if err := mayBeat(f.heartbeat); err != nil {
		return err
	}
	beat := heartbeat{Command: command, Status: "done", UnknownSince: map[string]time.Time{}}
	err := run(&beat)
	if f.heartbeat == "" {
		return err
	}
	person := console.IsPerson(err)
	switch {
	case person:
		beat.Status = "attention"
	case err != nil:
		beat.Status, beat.Error = "error", err.Error()
	}
	beat.At = a.Now().UTC()
	beat.Sent, beat.Replies = a.Mailed.Sent, a.Mailed.Replies
	if failed := beat.write(f.heartbeat); failed != nil && (err == nil || person) {
		return fmt.Errorf("write the heartbeat: %w", failed)
	}
	return err
}

// mayBeat is an error if something else than a heartbeat is at path, such as the store,
// whose place it would take night by night.
func mayBeat(path string) error {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return nil // what cannot be written is said then
	}
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	first := make([]byte, 1)
	if _, err := f.Read(first); err == nil && first[0] != '{' {
		return console.Usagef("", "--heartbeat %s: there is a file of another kind; name another", path)
	}
	return nil
}

// write replaces the file whole.
func (h heartbeat) write(path string) error {
	text, err := json.MarshalIndent(h, "", "  ")
	if err != nil {
		return err
	}
	return file.Replace(path, append(text, '\n'), 0o666) // monitoring runs as somebody else
}

// unknown notes whose calendars could not be read.
func (h *heartbeat) unknown(list []scheduler.Unknown) {
	for _, u := range list {
		h.UnknownSince[string(u.Person)] = u.Since
	}
}
