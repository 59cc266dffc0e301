package feed

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestOpen(t *testing.T) {
	want := calendarOf("1")
	s := newSite(t, text(want))
	f, _ := s.fetcher(t)
	for _, url := range []string{s.url(), strings.Replace(s.url(), "https", "webcal", 1), strings.Replace(s.url(), "https", "WEBCALS", 1), " " + s.url() + "#part\n"} {
		got, _, err := read(t, f, url)
		if err != nil || got != want {
			t.Errorf("Open(%q): %q, %v", url, got, err)
		}
	}
	if n := s.asked(); n != 1 {
		t.Errorf("four spellings of one URL were asked for %d times, want once", n)
	}
	if got := s.last(t).URL.String(); got != "/"+secret+"/basic.ics?key="+secret {
		t.Errorf("asked for %s", got)
	}
}

func TestUnpacksGzip(t *testing.T) {
	want := calendarOf("1")
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, want)
		z.Close()
	})
	f, _ := s.fetcher(t)
	if got, _ := mustRead(t, f, s.url()); got != want {
		t.Errorf("got %q", got)
	}
}

func TestYoungCopyIsNotAskedForAgain(t *testing.T) {
	s := newSite(t, text(calendarOf("1")))
	f, c := s.fetcher(t)
	if _, info := mustRead(t, f, s.url()); info != (Info{}) {
		t.Errorf("fetched: got %+v, want nothing from the cache", info)
	}
	c.add(5 * time.Minute)
	if _, info := mustRead(t, f, s.url()); info != (Info{FromCache: true, Age: 5 * time.Minute}) {
		t.Errorf("after 5 min: got %+v", info)
	}
	g, _ := s.fetcher(t) // another run, with the same folder
	g.Dir, g.Now = f.Dir, c.now
	mustRead(t, g, s.url())
	if n := s.asked(); n != 1 {
		t.Errorf("asked %d times within MaxAge, want once", n)
	}
	c.add(time.Second)
	mustRead(t, f, s.url())
	if n := s.asked(); n != 2 {
		t.Errorf("asked %d times after MaxAge, want twice", n)
	}
}

func TestConditionalRequest(t *testing.T) {
	const etag, modified = `W/"a,b"`, "Sun, 01 Mar 2026 10:00:00 GMT"
	want := calendarOf("1")
	for _, tt := range []struct{ etag, modified string }{{etag, ""}, {"", modified}, {etag, modified}, {"", ""}} {
		s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
			if tt.etag != "" {
				w.Header().Set("ETag", tt.etag)
			}
			if tt.modified != "" {
				w.Header().Set("Last-Modified", tt.modified)
			}
			if r.Header.Get("If-None-Match")+r.Header.Get("If-Modified-Since") != "" {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			io.WriteString(w, want)
		})
		f, c := s.fetcher(t)
		mustRead(t, f, s.url())
		for range 2 { // the second time, what was kept of the first 304
			c.add(time.Hour)
			got, info := mustRead(t, f, s.url())
			if fromCache := tt.etag+tt.modified != ""; got != want || info != (Info{FromCache: fromCache}) {
				t.Errorf("%+v: got %q, %+v", tt, got, info)
			}
			h := s.last(t).Header
			if h.Get("If-None-Match") != tt.etag || h.Get("If-Modified-Since") != tt.modified {
				t.Errorf("%+v: asked with %v", tt, h)
			}
		}
		c.add(5 * time.Minute)
		if _, info := mustRead(t, f, s.url()); info.Age != 5*time.Minute {
			t.Errorf("%+v: the copy is %v old after it was confirmed 5 min ago", tt, info.Age)
		}
	}
}

func TestUnfitValidatorsAreNotSentBack(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"`+strings.Repeat("<", 10_000)+`"`)
		w.Header().Set("Last-Modified", "gestern, um f\xfcnf")
		io.WriteString(w, calendarOf("1"))
	})
	f, c := s.fetcher(t)
	mustRead(t, f, s.url())
	c.add(time.Hour)
	mustRead(t, f, s.url())
	if h := s.last(t).Header; h.Get("If-None-Match")+h.Get("If-Modified-Since") != "" {
		t.Errorf("asked with %v", h)
	}
}

func TestUnaskedNotModified(t *testing.T) {
	s := newSite(t, status(http.StatusNotModified))
	f, _ := s.fetcher(t)
	if _, _, err := read(t, f, s.url()); err == nil || !strings.Contains(err.Error(), "304") {
		t.Errorf("got %v, want an error that names the status", err)
	}
}

func TestNewerCalendarReplacesTheCopy(t *testing.T) {
	s := newSite(t, text(calendarOf("1")))
	f, c := s.fetcher(t)
	mustRead(t, f, s.url())
	s.set(text(calendarOf("2")))
	c.add(time.Hour)
	if got, info := mustRead(t, f, s.url()); got != calendarOf("2") || info != (Info{}) {
		t.Errorf("got %q, %+v", got, info)
	}
	if n := len(files(t, f)); n != 1 {
		t.Errorf("%d files in the cache, want 1", n)
	}
}

// failures are answers in whose place a copy may stand.
func failures(s *site) map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{
		"502":        status(502),
		"429":        status(429),
		"204":        status(204),
		"206":        func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(206); io.WriteString(w, calendarOf("2")) },
		"login page": text("<!doctype html><title>Sign in</title>" + calendarOf("2")),
		"json":       text(`{"error": "BEGIN:VCALENDAR"}`),
		"vcard":      text("BEGIN:VCARD\r\nEND:VCARD\r\n"),
		"empty":      text(""),
		"blank":      text(" \r\n\r\n"),
		"utf-16":     text("\xff\xfeB\x00E\x00G\x00I\x00N\x00"),
		"cut":        text(strings.TrimSuffix(calendarOf("2"), "END:VCALENDAR\r\n")),
		"second cut": text(calendarOf("2") + "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"),
		"brotli": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			text(calendarOf("2"))(w, r)
		},
		"bad gzip": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			text(calendarOf("2"))(w, r)
		},
		"too large": text("BEGIN:VCALENDAR\r\n" + strings.Repeat("X:x\r\n", 1<<10) + "END:VCALENDAR\r\n"),
		"huge length": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "99999999")
			text(calendarOf("2"))(w, r)
		},
		"short": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			text(calendarOf("2"))(w, r)
		},
		"hang-up": func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, calendarOf("2"))
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		},
		"silent hang-up": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"redirect loop":  redirect(s.url()),
		"to nowhere":     redirect(""),
		"to nonsense":    redirect("https://%zz/" + secret),
	}
}

func TestCopyStandsIn(t *testing.T)      { testCopyStandsIn(t, newSite(t, nil), 1) }
func TestCopyStandsInHTTP2(t *testing.T) { testCopyStandsIn(t, startSite(t, nil, true), 2) }

func testCopyStandsIn(t *testing.T, s *site, version int) {
	for name, answer := range failures(s) {
		t.Run(name, func(t *testing.T) {
			f, c := s.fetcher(t)
			f.MaxSize = 4 << 10
			want := calendarOf("1")
			s.set(text(want))
			mustRead(t, f, s.url())
			if got := s.last(t).ProtoMajor; got != version {
				t.Errorf("asked in HTTP/%d, want HTTP/%d", got, version)
			}
			s.set(answer)
			c.add(24 * time.Hour)
			got, info := mustRead(t, f, s.url())
			if got != want || !info.FromCache || info.Age != 24*time.Hour || info.Problem == nil {
				t.Errorf("a day later: got %q, %+v", got, info)
			}
			c.add(time.Hour)
			if _, _, err := read(t, f, s.url()); err == nil || !strings.Contains(err.Error(), "the copy of 25h0m ago is too old") {
				t.Errorf("an hour later: got %v, want an error that tells the age", err)
			}
			s.set(text(want))
			c.add(time.Hour)
			if got, info := mustRead(t, f, s.url()); got != want || info.Problem != nil {
				t.Errorf("mended: got %q, %+v", got, info)
			}
			if n := len(files(t, f)); n != 1 {
				t.Errorf("%d files in the cache, want 1", n)
			}
		})
	}
}

func TestFailureWithoutCopy(t *testing.T) {
	s := newSite(t, nil)
	for name, answer := range failures(s) {
		s.set(answer)
		f, _ := s.fetcher(t)
		f.MaxSize = 4 << 10
		_, _, err := read(t, f, s.url())
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Feed != "https://127.0.0.1/…" || e.What == "" || e.Next == "" {
			t.Errorf("%s: got %#v, want an Error with all its parts", name, err)
		}
		if n := len(files(t, f)); n != 0 {
			t.Errorf("%s: left %d files in the cache", name, n)
		}
	}
}

func TestNoCopyOfWhatWasTakenBack(t *testing.T) {
	s := newSite(t, nil)
	for name, answer := range map[string]http.HandlerFunc{
		"401": status(401), "403": status(403), "404": status(404), "410": status(410), "451": status(451),
		"moved to a private host": redirect("https://10.1.2.3/" + secret),
		"moved to a private name": redirect("https://example.com/" + secret),
		"moved to http":           redirect("http://127.0.0.1/" + secret),
	} {
		f, c := s.fetcher(t)
		f.Resolver = names("10.1.2.3")
		s.set(text(calendarOf("1")))
		mustRead(t, f, s.url())
		s.set(answer)
		c.add(time.Hour)
		if got, _, err := read(t, f, s.url()); err == nil {
			t.Errorf("%s: the copy %q stood in", name, got)
		}
	}
}

func TestFailureIsRemembered(t *testing.T) {
	s := newSite(t, status(503))
	f, c := s.fetcher(t)
	for range 3 {
		if _, _, err := read(t, f, s.url()); err == nil {
			t.Fatal("no error")
		}
	}
	if n := s.asked(); n != 1 {
		t.Errorf("a failing server was asked %d times, want once", n)
	}
	s.set(text(calendarOf("1")))
	c.add(5*time.Minute + 1)
	mustRead(t, f, s.url())
}

func TestConcurrentOpensFetchOnce(t *testing.T) {
	release := make(chan struct{})
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		<-release
		io.WriteString(w, calendarOf("1"))
	})
	f, _ := s.fetcher(t)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if got, _, err := read(t, f, s.url()); err != nil || got != calendarOf("1") {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
	for s.asked() == 0 {
		runtime.Gosched()
	}
	close(release)
	wg.Wait()
	if n := s.asked(); n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
}

func TestCancelConcernsOnlyItsCaller(t *testing.T) {
	release := make(chan struct{})
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
			io.WriteString(w, calendarOf("1"))
		case <-r.Context().Done():
		}
	})
	f, _ := s.fetcher(t)
	ctx, cancel := context.WithCancel(t.Context())
	fetching := make(chan error)
	go func() {
		_, _, err := f.Open(ctx, s.url(), "")
		fetching <- err
	}()
	for s.asked() == 0 {
		runtime.Gosched()
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, _, err := f.Open(ended, s.url(), ""); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting for another's fetch: got %v, want context.Canceled", err)
	}
	cancel()
	if err := <-fetching; !errors.Is(err, context.Canceled) {
		t.Errorf("fetching: got %v, want context.Canceled", err)
	}
	close(release)
	mustRead(t, f, s.url())
}

func TestEndlessBodies(t *testing.T) {
	zip := func(w http.ResponseWriter) io.Writer {
		w.Header().Set("Content-Encoding", "gzip")
		return gzip.NewWriter(w)
	}
	plain := func(w http.ResponseWriter) io.Writer { return w }
	for _, tt := range []struct {
		name   string
		writer func(http.ResponseWriter) io.Writer
		start  string
		want   error
	}{
		{"calendar", plain, "BEGIN:VCALENDAR\r\n", ErrTooLarge},
		{"packed calendar", zip, "BEGIN:VCALENDAR\r\n", ErrTooLarge},
		{"page", plain, "<html>", ErrNotCalendar},
		{"blanks", zip, "", ErrNotCalendar},
	} {
		s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
			out := tt.writer(w)
			io.WriteString(out, tt.start)
			for chunk := []byte(strings.Repeat(" ", 1<<20)); r.Context().Err() == nil; {
				if _, err := out.Write(chunk); err != nil {
					return
				}
			}
		})
		f, _ := s.fetcher(t)
		f.MaxSize = 8 << 20
		if _, _, err := read(t, f, s.url()); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
		if n := len(files(t, f)); n != 0 {
			t.Errorf("%s: left %d files in the cache", tt.name, n)
		}
	}
}

// What is announced as too large is not waited for.
func TestAnnouncedSize(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "99999999")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	f, _ := s.fetcher(t)
	if _, _, err := read(t, f, s.url()); !errors.Is(err, ErrTooLarge) {
		t.Errorf("got %v, want ErrTooLarge", err)
	}
}

func TestCheckMakesNoFolder(t *testing.T) {
	f := &Fetcher{Dir: filepath.Join(t.TempDir(), "feeds"), Now: newClock().now}
	if err := f.Check("https://calendar.example/" + secret); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(f.Dir); err == nil {
		t.Error("Check made the folder of the copies")
	}
}

// BenchmarkOpenKept opens a copy of 2.7 MB that is young enough.
