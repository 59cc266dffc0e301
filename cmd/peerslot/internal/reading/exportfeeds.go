package reading

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/account"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/feed"
)

// indexName is the file that says whose feed each file is.
const indexName = "index.csv"

// checkPerPerson refuses what does not go with a feed for each person.
func (o ExportOptions) checkPerPerson() error {
	if o.perPerson && (!o.All || o.Output == "" || o.Output == "-" || o.method != defaultMethod) {
		return console.Usagef("", "--per-person writes everybody's feed into a folder: it goes with --all and -o DIR, and is always published")
	}
	return nil
}

// feeds writes a feed for each person, under a name that nobody can guess, and an index
// of whose they are. Feeds of people who are gone go with them.
func (o ExportOptions) feeds(ctx context.Context, a *console.App, w *workspace.Workspace) error {
	key, err := account.FeedKey(w.Dir)
	if err != nil {
		return err
	}
	invited, err := feed.NewInvited(ctx, w.Service)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.Output, 0o700); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	gone, err := readIndex(filepath.Join(o.Output, indexName), func(a calendar.Address, name string) bool {
		return w.Workspace.Roster.Has(a) && name == feed.FileName(key, a)
	})
	if err != nil {
		return err
	}
	files, faults, err := o.writeFeeds(ctx, w, key, invited, gone)
	if err != nil {
		return err
	}
	if err := writeIndex(ctx, filepath.Join(o.Output, indexName), key, w.Workspace.Roster); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(gone)) {
		if filepath.Base(name) == name {
			if err := os.Remove(filepath.Join(o.Output, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("export: %w", err)
			}
		}
	}
	for _, fault := range slices.Sorted(maps.Keys(faults)) {
		a.Warn("not exported: %s", fault)
	}
	if a.Json {
		err = a.Answer(jsonExport{Files: files})
	} else {
		fmt.Fprintln(a.Stdout, filepath.Join(o.Output, indexName))
	}
	return cmp.Or(err, console.PersonIf(len(faults) > 0))
}

// writeFeeds writes the feed of each person, and takes its file off those of people who are
// gone. It returns the files, where the answer lists them, and why series are in no feed.
func (o ExportOptions) writeFeeds(ctx context.Context, w *workspace.Workspace, key []byte, invited *feed.Invited, gone map[string]bool) ([]jsonFile, map[string]bool, error) {
	files, faults := []jsonFile{}, map[string]bool{}
	for mine, err := range invited.All(ctx) {
		if err != nil {
			return nil, nil, err
		}
		address := mine.Person.Address
		body, err := feed.Of(w.Workspace, mine.Bookings, mine.Person, "", w.Service.Now())
		if err != nil {
			return nil, nil, fmt.Errorf("export the feed of %s: %w", address, err)
		}
		for _, fault := range body.Faults {
			faults[fault.Error()] = true
		}
		name := feed.FileName(key, address)
		if err := file.Replace(filepath.Join(o.Output, name), body.Text, 0o600); err != nil {
			return nil, nil, fmt.Errorf("export: %w", err)
		}
		if delete(gone, name); w.App.Json {
			files = append(files, jsonFile{filepath.Join(o.Output, name), groupsIn(mine.Bookings)})
		}
	}
	return files, faults, nil
}

func groupsIn(bookings []scheduler.Booking) []string {
	groups := []string{}
	for _, b := range bookings {
		groups = append(groups, b.Group)
	}
	slices.Sort(groups)
	return slices.Compact(groups)
}

// largestIndex is what an index of a hundred thousand people has.
const largestIndex = 16 << 20

// readIndex returns the files that an earlier export wrote, but for those that are kept.
func readIndex(path string, kept func(person calendar.Address, file string) bool) (map[string]bool, error) {
	text, err := file.Read(path, largestIndex)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	rows := csv.NewReader(bytes.NewReader(text))
	row, err := rows.Read()
	others, headed := map[string]bool{}, slices.Equal(row, indexHead)
	for headed && err == nil {
		if row, err = rows.Read(); err == nil && !kept(calendar.Address(row[0]), row[1]) {
			others[row[1]] = true
		}
	}
	if !headed || !errors.Is(err, io.EOF) {
		return nil, console.WithHint(fmt.Errorf("export: %s is not an index of feeds", path), "remove it, or name another folder")
	}
	return others, nil
}

var indexHead = []string{"person", "file"}

func writeIndex(ctx context.Context, path string, key []byte, people scheduler.Roster) error {
	err := file.ReplaceUntil(ctx, path, 0o600, func(f io.Writer) error {
		rows := csv.NewWriter(f)
		_ = rows.Write(indexHead) // as Error tells
		for _, a := range people.Addresses() {
			_ = rows.Write([]string{string(a), feed.FileName(key, a)})
		}
		rows.Flush()
		return rows.Error()
	})
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}
