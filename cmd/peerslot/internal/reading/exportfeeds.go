package reading

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
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
	bookings, err := feed.Bookings(ctx, w.Service)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.Output, 0o700); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	former, err := readIndex(filepath.Join(o.Output, indexName))
	if err != nil {
		return err
	}
	of := byAttendee(bookings)
	index := map[string]calendar.Address{}
	answer := jsonExport{Files: []jsonFile{}}
	faults := map[string]bool{}
	for _, address := range w.Workspace.Roster.Addresses() {
		person := w.Workspace.Roster.Of(address)
		var mine []scheduler.Booking
		for _, at := range person.Addresses() {
			mine = append(mine, of[at]...)
		}
		body, err := feed.Of(w.Workspace, mine, person, "", w.Service.Now())
		if err != nil {
			return fmt.Errorf("export the feed of %s: %w", address, err)
		}
		for _, fault := range body.Faults {
			faults[fault.Error()] = true
		}
		name := feed.FileName(key, address)
		if err := file.Replace(filepath.Join(o.Output, name), body.Text, 0o600); err != nil {
			return fmt.Errorf("export: %w", err)
		}
		index[name] = address
		answer.Files = append(answer.Files, jsonFile{filepath.Join(o.Output, name), groupsIn(mine)})
	}
	if err := writeIndex(filepath.Join(o.Output, indexName), index); err != nil {
		return err
	}
	for _, name := range former {
		if _, kept := index[name]; !kept && filepath.Base(name) == name {
			if err := os.Remove(filepath.Join(o.Output, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("export: %w", err)
			}
		}
	}
	for _, fault := range slices.Sorted(maps.Keys(faults)) {
		a.Warn("not exported: %s", fault)
	}
	if a.Json {
		err = a.Answer(answer)
	} else {
		fmt.Fprintln(a.Stdout, filepath.Join(o.Output, indexName))
	}
	if err == nil && len(faults) > 0 {
		return &console.NeedsPerson{}
	}
	return err
}

func byAttendee(bookings []scheduler.Booking) map[calendar.Address][]scheduler.Booking {
	of := map[calendar.Address][]scheduler.Booking{}
	for _, b := range bookings {
		for _, at := range b.Series.Attendees {
			of[at.Address] = append(of[at.Address], b)
		}
	}
	return of
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

// readIndex returns the files that an earlier export wrote.
func readIndex(path string) ([]string, error) {
	text, err := file.Read(path, largestIndex)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(rows) == 0 || !slices.Equal(rows[0], indexHead) {
		return nil, console.WithHint(fmt.Errorf("export: %s is not an index of feeds", path), "remove it, or name another folder")
	}
	var names []string
	for _, row := range rows[1:] {
		names = append(names, row[1])
	}
	return names, nil
}

var indexHead = []string{"person", "file"}

func writeIndex(path string, index map[string]calendar.Address) error {
	rows := [][]string{}
	for name, address := range index {
		rows = append(rows, []string{string(address), name})
	}
	slices.SortFunc(rows, slices.Compare)
	var text bytes.Buffer
	if err := csv.NewWriter(&text).WriteAll(append([][]string{indexHead}, rows...)); err != nil {
		return err
	}
	if err := file.Replace(path, text.Bytes(), 0o600); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}
