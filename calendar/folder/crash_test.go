package folder

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/calendartest"
	"github.com/peerslot/peerslot/calendar/ical"
)

// errCrash is thrown by a backend that stops before a step.
var errCrash = errors.New("crash")

// crashing calls f and stops it before its n-th step. It reports whether f got
// that far.
func (h hands) crashing(n int, f func() error) (crashed bool) {
	h.Helper()
	steps := 0
	h.beforeStep = func(string) {
		if steps++; steps > n {
			panic(errCrash)
		}
	}
	defer func() {
		h.beforeStep, h.own.index = nil, nil // as a new process finds it
		if r := recover(); r != nil {
			if r != errCrash {
				panic(r)
			}
			crashed = true
		}
	}()
	if err := f(); err != nil {
		h.Fatalf("stopped before step %d: %v", n, err)
	}
	return false
}

// A change is something done to a series that is there, or not yet.
type change struct {
	name string
	from []calendar.Series // put before, in turn
	do   func(h hands, last calendar.Series) error
	want func(last calendar.Series) calendar.Series
}

func putting(change func(calendar.Series) calendar.Series) (func(hands, calendar.Series) error, func(calendar.Series) calendar.Series) {
	return func(h hands, last calendar.Series) error {
		_, err := h.Put(h.Context(), change(last))
		return err
	}, change
}

func changes() []change {
	create := change{name: "create"}
	create.do, create.want = putting(func(calendar.Series) calendar.Series { return sample() })
	title := change{name: "title", from: []calendar.Series{sample()}}
	title.do, title.want = putting(func(s calendar.Series) calendar.Series {
		s.Title = "Another title"
		s.Sequence++
		return s
	})
	people := change{name: "people", from: []calendar.Series{sample()}}
	people.do, people.want = putting(func(s calendar.Series) calendar.Series {
		return with(s, calendartest.Bo, calendartest.Stranger)
	})
	cancel := change{
		name: "cancel",
		from: []calendar.Series{sample()},
		do:   func(h hands, _ calendar.Series) error { return h.Cancel(h.Context(), uid, calendartest.Window().Start) },
		want: func(s calendar.Series) calendar.Series {
			s.Sequence, s.Cancelled = 1, true
			return s
		},
	}
	return []change{create, title, people, cancel}
}

// A crash at any point leaves whole files alone; doing the same again finishes
// the work and leaves nothing over.
func TestCrashAtEveryStep(t *testing.T) {
	for _, c := range changes() {
		for n, crashed := 0, true; crashed; n++ {
			h := newHands(t)
			var last calendar.Series
			for _, s := range c.from {
				last = h.put(s)
			}
			crashed = h.crashing(n, func() error { return c.do(h, last) })
			h.wantWholeFiles()
			if err := c.do(h, last); err != nil {
				t.Fatalf("%s, again after a crash before step %d: %v", c.name, n, err)
			}
			h.wantCopies(c.want(last))
			if n > 100 {
				t.Fatalf("%s has no end", c.name)
			}
		}
	}
}

// What a person does after the crash wins over the run that comes back.
func TestHandChangeAfterACrash(t *testing.T) {
	c := changes()[1]
	for n, crashed := 0, true; crashed; n++ {
		h := newHands(t)
		last := h.put(sample())
		crashed = h.crashing(n, func() error { return c.do(h, last) })
		byHand := calendartest.Move(last, 2, time.Hour)
		h.edit(calendartest.Organizer, uid, func(s calendar.Series) calendar.Series { return s.WithOverride(byHand) })
		if err := c.do(h, last); !errors.Is(err, calendar.ErrChanged) {
			t.Errorf("stopped before step %d: the same Put again: got %v, want ErrChanged", n, err)
		}
		got, err := h.Get(t.Context(), uid)
		if err != nil || !got.Override(byHand.Original).Moved.Start.Equal(byHand.Moved.Start) {
			t.Errorf("stopped before step %d: got %+v, %v, want the session where it was moved by hand", n, got.Overrides, err)
		}
	}
}

// A cancellation that comes instead of the redo reaches whoever was invited.
func TestCancelAfterACrash(t *testing.T) {
	for n, crashed := 0, true; crashed; n++ {
		h := newHands(t)
		crashed = h.crashing(n, func() error {
			_, err := h.Put(t.Context(), sample())
			return err
		})
		if err := h.Cancel(t.Context(), uid, calendartest.Window().Start); err != nil {
			t.Fatalf("stopped before step %d: %v", n, err)
		}
		for _, a := range calendartest.People() {
			if kind, free := h.busy(a).At(at(14)); !free {
				t.Errorf("stopped before step %d, then cancelled: %s is not free but %v", n, a, kind)
			}
		}
	}
}

// wantWholeFiles tests that every .ics file can be read, but in folders in the making, where
// nobody looks.
func (h hands) wantWholeFiles() {
	h.Helper()
	for name, text := range h.files() {
		if strings.HasSuffix(name, suffix) && !strings.HasPrefix(name, tempFolder) && !strings.HasSuffix(text, "END:VCALENDAR\r\n") {
			h.Errorf("%s is not whole: %q", name, text)
		}
	}
}

// wantCopies tests that everybody in s has s, nobody else has it, and nothing
// was left over.
func (h hands) wantCopies(s calendar.Series) {
	h.Helper()
	people := s.People()
	for name, text := range h.files() {
		dir, base := filepath.Split(filepath.FromSlash(name))
		a := calendar.Address(filepath.Clean(dir))
		switch {
		case base == markerName && strings.HasPrefix(text, "peerslot made this folder"):
		case base != ical.UIDText(s.UID)+suffix || !slices.Contains(people, a):
			h.Errorf("%s is left over", name)
		default:
			people = slices.DeleteFunc(people, func(p calendar.Address) bool { return p == a })
			got, err := h.readCopy(a, s.UID)
			got.Version = s.Version
			if diff := cmp.Diff(s, got); err != nil || diff != "" {
				h.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
			}
		}
	}
	if len(people) > 0 {
		h.Errorf("no copy for %v", people)
	}
}

// childEnv holds the folder in which a process started by a test works.
const childEnv = "PEERSLOT_FOLDER_CHILD"

// children are what such a process does.
var children = map[string]func(h hands){
	"TestKill":         killed,
	"TestTwoProcesses": counting,
}

// child does the work of the test if this process was started by it.
func child(t *testing.T) bool {
	path := os.Getenv(childEnv)
	if path != "" {
		children[t.Name()](hands{t, &Backend{Path: path}})
	}
	return path != ""
}

// start starts this test again, as a process that works in the folder of h, and
// returns what it prints.
func (h hands) start() (*exec.Cmd, *bufio.Scanner) {
	h.Helper()
	cmd := exec.CommandContext(h.Context(), os.Args[0], "-test.run=^"+h.Name()+"$")
	cmd.Env = append(os.Environ(), childEnv+"="+h.Path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		h.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

// killed puts series with ever new titles and attendees until it is killed, and
// says so before each.
func killed(h hands) {
	sets := [][]calendar.Address{{"ana@acme.example", "bo@acme.example"}, {"bo@acme.example", "new@acme.example"}, {"ana@acme.example", "cem@acme.example"}}
	for i := 0; ; i++ {
		uid := calendartest.UID(i % 3)
		s, err := h.Get(h.Context(), uid)
		if errors.Is(err, calendar.ErrNotFound) {
			s, err = calendartest.Series(uid), nil
		}
		if err != nil {
			h.Fatal(err)
		}
		s = with(s, sets[rand.IntN(len(sets))]...)
		s.Title = fmt.Sprintf("Title %d", s.Sequence)
		fmt.Println(s.Title)
		h.put(s)
	}
}

// A process that is killed at any moment leaves whole files, and the next run
// brings every copy in line.
func TestKill(t *testing.T) {
	if child(t) {
		return
	}
	h := newHands(t)
	foreign := map[string]string{
		"ana@acme.example/mine.ics": meeting(at(9)), "bo@acme.example.ics": meeting(at(10)), "cem@acme.example/color": "#ff0000",
	}
	for name, text := range foreign {
		h.write(name, text)
	}
	for range 32 {
		cmd, lines := h.start()
		for range 1 + rand.IntN(6) {
			if !lines.Scan() || !strings.HasPrefix(lines.Text(), "Title ") {
				t.Fatalf("the process ended by itself: %q", lines.Text())
			}
		}
		time.Sleep(rand.N(3 * time.Millisecond)) // into the middle of a Put
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		cmd.Wait() // reports the kill
		h.wantWholeFiles()
		h.finish()
	}
	after := h.files()
	for name, text := range foreign {
		if after[name] != text {
			t.Errorf("%s was changed", name)
		}
	}
}

// finish does what the next run does with the series that are there, and tests
// the copies.
func (h hands) finish() {
	h.Helper()
	h.own.index = nil
	copies, people := 0, 0
	for i := range 3 {
		uid := calendartest.UID(i)
		s, err := h.Get(h.Context(), uid)
		if errors.Is(err, calendar.ErrNotFound) {
			s, err = calendartest.Series(uid), nil
		}
		if err != nil {
			h.Fatal(err)
		}
		s = h.put(s)
		people += len(s.People())
		for _, a := range s.People() {
			got, err := h.readCopy(a, uid)
			if got.Version = s.Version; err != nil || !cmp.Equal(s, got) {
				h.Errorf("the copy of %s of %s is not that of the organizer: %v", a, uid, err)
			}
		}
	}
	for name := range h.files() {
		if strings.Contains(name, "/pssample") {
			copies++
		}
		if strings.HasSuffix(name, ".tmp") {
			h.Errorf("%s is left over", name)
		}
	}
	if copies != people {
		h.Errorf("%d copies of series for %d people", copies, people)
	}
}

const rounds = 15

// counting counts the sequence of one series up.
func counting(h hands) {
	for done := 0; done < rounds; {
		s, err := h.Get(h.Context(), uid)
		if err != nil {
			h.Fatal(err)
		}
		s.Sequence++
		s.Title = fmt.Sprint("Title by ", os.Getpid(), done)
		if _, err := h.Put(h.Context(), s); err == nil {
			done++
		} else if !errors.Is(err, calendar.ErrChanged) {
			h.Fatal(err)
		}
	}
}

// Processes that change one series at once lose no change.
func TestTwoProcesses(t *testing.T) {
	if child(t) {
		return
	}
	h := newHands(t)
	h.put(sample())
	const processes = 3
	var wg sync.WaitGroup
	for range processes {
		cmd, lines := h.start()
		wg.Go(func() {
			for lines.Scan() {
			}
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	s, err := h.Get(t.Context(), uid)
	if err != nil || s.Sequence != processes*rounds {
		t.Errorf("got sequence %d, %v, want %d", s.Sequence, err, processes*rounds)
	}
	h.wantCopies(s)
}
