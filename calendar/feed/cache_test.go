package feed

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestDamagedCopyIsFetchedAgain(t *testing.T) {
	want := calendarOf("1")
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		io.WriteString(w, want)
	})
	for name, damage := range map[string]func([]byte) []byte{
		"a bit":      func(b []byte) []byte { b[headerSize+20] ^= 1; return b },
		"the end":    func(b []byte) []byte { return b[:len(b)-1] },
		"more":       func(b []byte) []byte { return append(b, 'x') },
		"the header": func(b []byte) []byte { b[0] = 'x'; return b },
		"all of it":  func([]byte) []byte { return nil },
		"another feed's": func(b []byte) []byte {
			b[strings.Index(string(b), `"Key":"`)+len(`"Key":"`)] = '?'
			return b
		},
		"a later format": func(b []byte) []byte { return []byte(strings.Replace(string(b), `"Version":2`, `"Version":9`, 1)) },
	} {
		f, _ := s.fetcher(t)
		mustRead(t, f, s.url())
		for file, content := range files(t, f) {
			if err := os.WriteFile(filepath.Join(f.Dir, file), damage([]byte(content)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		before := s.asked()
		if got, info := mustRead(t, f, s.url()); got != want || info != (Info{}) {
			t.Errorf("%s: got %q, %+v", name, got, info)
		}
		if s.asked() != before+1 || s.last(t).Header.Get("If-None-Match") != "" {
			t.Errorf("%s: want one request without conditions", name)
		}
	}
}

func TestCopyFromTheFutureIsOfNoAge(t *testing.T) {
	s := newSite(t, text(calendarOf("1")))
	f, c := s.fetcher(t)
	mustRead(t, f, s.url())
	c.add(-time.Hour)
	s.set(status(503))
	if _, info, err := read(t, f, s.url()); err == nil {
		t.Errorf("got a copy with %+v, want an error", info)
	}
}

func TestCacheTellsNothing(t *testing.T) {
	s := newSite(t, text(calendarOf("1")))
	f, _ := s.fetcher(t)
	mustRead(t, f, strings.Replace(s.url(), "://", "://"+secret+":"+secret+"@", 1))
	if dir, err := os.Stat(f.Dir); err != nil || dir.Mode().Perm() != 0o700 {
		t.Errorf("the folder has mode %v, want 0700", dir.Mode())
	}
	for name, content := range files(t, f) {
		checkText(t, name, content)
		if info, err := os.Stat(filepath.Join(f.Dir, name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("a copy has mode %v, want 0600", info.Mode())
		}
	}
}

func TestFolderThatOthersMayWrite(t *testing.T) {
	s := newSite(t, text(calendarOf("1")))
	f, _ := s.fetcher(t)
	if err := os.Mkdir(f.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(f.Dir, 0o722); err != nil {
		t.Fatal(err)
	}
	if _, _, err := read(t, f, s.url()); err == nil || s.asked() != 0 {
		t.Errorf("got %v after %d requests, want an error before the first", err, s.asked())
	}
}

func TestFolderThatCannotBeMade(t *testing.T) {
	s := newSite(t, text(calendarOf("1")))
	f, _ := s.fetcher(t)
	if err := os.WriteFile(f.Dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := read(t, f, s.url()); err == nil || !strings.Contains(err.Error(), "cannot be kept") {
		t.Errorf("got %v", err)
	}
}

func TestFolderThatVanishes(t *testing.T) {
	s := newSite(t, text(calendarOf("1")))
	f, c := s.fetcher(t)
	mustRead(t, f, s.url())
	if err := os.RemoveAll(f.Dir); err != nil {
		t.Fatal(err)
	}
	c.add(time.Hour)
	if _, _, err := read(t, f, s.url()); err == nil || !strings.Contains(err.Error(), "cannot be kept in "+f.Dir) {
		t.Errorf("got %v", err)
	}
}

func TestUnusedCopiesAreDeleted(t *testing.T) {
	s := newSite(t, text(calendarOf("1")))
	f, c := s.fetcher(t)
	if err := os.Mkdir(f.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	old, young, foreign := strings.Repeat("a", 64)+".feed", strings.Repeat("b", 64)+".feed.ABC", "notes.feed"
	for name, age := range map[string]time.Duration{old: 31, young: 29, foreign: 400} {
		path, then := filepath.Join(f.Dir, name), c.now().Add(-age*24*time.Hour)
		if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chtimes(path, then, then)); err != nil {
			t.Fatal(err)
		}
	}
	mustRead(t, f, s.url())
	left := files(t, f)
	_, hasOld := left[old]
	_, hasYoung := left[young]
	_, hasForeign := left[foreign]
	if hasOld || !hasYoung || !hasForeign || len(left) != 3 {
		t.Errorf("left %d files: old %v, young %v, foreign %v", len(left), hasOld, hasYoung, hasForeign)
	}
}

// Those of version 1 held titles, and are not waited for to grow old.
func TestFormerCopiesAreDeleted(t *testing.T) {
	s := newSite(t, text(calendarOf("1")))
	f, c := s.fetcher(t)
	mustRead(t, f, s.url())
	for name, content := range files(t, f) {
		former := strings.Replace(content, `"Version":2`, `"Version":1`, 1)
		path := filepath.Join(f.Dir, strings.Repeat("a", 64)+".feed")
		if err := errors.Join(os.WriteFile(path, []byte(former), 0o600), os.Chtimes(path, c.now(), c.now())); err != nil {
			t.Fatal(err)
		}
		g, _ := s.fetcher(t)
		g.Dir, g.Now = f.Dir, c.now
		mustRead(t, g, s.url())
		if left := files(t, f); len(left) != 1 || left[name] != content {
			t.Errorf("left %d files, want only the present copy", len(left))
		}
	}
}

func BenchmarkOpenKept(b *testing.B) {
	text := "BEGIN:VCALENDAR\r\n" + strings.Repeat("RELATED-TO:what a calendar of five thousand events weighs\r\n", 50_000) + "END:VCALENDAR\r\n"
	f := &Fetcher{Dir: b.TempDir(), Now: newClock().now}
	f.rt = roundTrip(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(text))}, nil
	})
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		body, _, err := f.Open(b.Context(), "https://calendar.example/", "")
		if err != nil {
			b.Fatal(err)
		}
		body.Close()
	}
}
