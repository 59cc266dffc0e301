// Package feed reads busy times from .ics feeds on the web and from .ics files.
//
// A feed's URL is a secret: whoever has it can read the calendar. So no error,
// warning or file name of this package holds more of it than scheme and host.
// And it was typed by somebody else than the one on whose machine it is fetched:
// so only addresses of the public internet are dialled, unless the config says
// otherwise.
package feed

import (
	"cmp"
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/internal/screen"
	"github.com/peerslot/peerslot/calendar/internal/web"
)

// A Fetcher fetches feeds and keeps a copy of each. Dir and Now must be set; the
// rest has useful zero values. The fields must not change after the first Open.
// Its methods may be called from several goroutines, and several processes may
// share a Dir.
type Fetcher struct {
	Dir string           // folder of the copies, made if missing; nobody else may be able to write to it
	Now func() time.Time // the clock by which copies grow old

	// AllowHosts names the hosts that may be asked though they are not on the
	// public internet or not encrypted: exact names or addresses, on every port,
	// or host:port. Entries that [CheckHost] refuses allow nothing.
	AllowHosts []string

	// Organizer is whose invitations can be told in a copy from those of others; "" for
	// nobody's.
	Organizer calendar.Address

	Timeout  time.Duration // of one fetch, redirects and body included; 0 means 30 s
	MaxSize  int64         // of a calendar once unpacked, in bytes; 0 means 64 MB
	MaxAge   time.Duration // a copy, or a failure, of at most this age is not asked for again; 0 means 5 min, below 0 never
	MaxStale time.Duration // a copy of at most this age stands in when the server cannot be asked; 0 means 24 h, below 0 never

	RootCAs  *x509.CertPool // who may vouch for a server; nil means whom the system trusts
	Resolver *net.Resolver  // nil means the system's

	// Proxy is asked instead of the feed's host; nil means none, and the
	// environment is not consulted. Then it is the proxy that looks names up, and
	// so it must refuse those that lead to private addresses.
	Proxy *url.URL

	once     sync.Once
	startErr error
	allow    web.AllowList
	copies   cache
	rt       http.RoundTripper

	mu    sync.Mutex
	turns map[string]*turn // by link.key
}

// Info says where a calendar came from.
type Info struct {
	FromCache bool          // it is the copy, not what the server sent just now
	Age       time.Duration // since the server last said that this is the calendar
	Problem   *Error        // why an older copy had to stand in; nil if none had to
}

// Open returns the calendar at a feed's URL; the caller must close it. It is a
// whole calendar from first to last line, though it may still be one that
// cannot be parsed. A copy that is young enough is returned without asking the
// server, and so one run asks once however often it opens a URL for one owner;
// callers that open one URL at the same time wait for one fetch.
//
// What is kept and returned tells when the owner is busy and little else: titles,
// notes, places and people are blanked or left out, but for the owner's own
// answers to invitations, to whichever of their addresses; all stand under the
// first. If that is "", those are left out, too. Invitations of the Organizer say that
// they are.
//
// When the server cannot be asked, or does not answer with a calendar, a copy not
// older than MaxStale stands in. It does not when the server says that the
// calendar may not be read or is gone, or when the address is refused: then its
// owner, or the config, has taken it back.
//
// The error is an [*Error], which never shows the URL.
func (f *Fetcher) Open(ctx context.Context, rawURL string, owner ...calendar.Address) (io.ReadCloser, Info, error) {
	f.once.Do(f.start)
	l, problem := parseLink(rawURL, f.allow)
	if problem != nil {
		return nil, Info{}, problem
	}
	l.organizer = calendar.Address(strings.ToLower(string(f.Organizer)))
	for _, a := range owner {
		l.owner = append(l.owner, calendar.Address(strings.ToLower(string(a))))
	}
	if f.startErr != nil {
		return nil, Info{}, &Error{Feed: l.String(), What: f.startErr.Error(), Next: "name a folder of your own for the copies of feeds"}
	}
	t := f.turn(l.key())
	select {
	case t.taken <- struct{}{}:
		defer func() { <-t.taken }()
	case <-ctx.Done():
		return nil, Info{}, f.explain(l, ctx.Err())
	}
	return f.open(ctx, l, t)
}

// Check reports what is wrong with a feed's URL as far as its text tells, and
// asks nobody. The error is an [*Error].
func (f *Fetcher) Check(rawURL string) error {
	if _, problem := parseLink(rawURL, web.NewAllowList(f.AllowHosts)); problem != nil {
		return problem
	}
	return nil
}

func (f *Fetcher) start() {
	f.allow = web.NewAllowList(f.AllowHosts)
	f.turns = map[string]*turn{}
	if f.rt == nil {
		f.rt = web.Transport(web.Options{Allow: f.allow, RootCAs: f.RootCAs, Resolver: f.Resolver, Proxy: f.Proxy})
	}
	f.copies, f.startErr = openCache(f.Dir, f.Now())
}

// A turn is taken by the one caller who may fetch a URL. It remembers the last
// failure, so that a dead server is not waited for again in the same run.
type turn struct {
	taken    chan struct{}
	failed   *Error
	failedAt time.Time
}

func (f *Fetcher) turn(key string) *turn {
	f.mu.Lock()
	defer f.mu.Unlock()
	t := f.turns[key]
	if t == nil {
		t = &turn{taken: make(chan struct{}, 1)}
		f.turns[key] = t
	}
	return t
}

func (f *Fetcher) open(ctx context.Context, l link, t *turn) (io.ReadCloser, Info, error) {
	kept := f.copies.find(l.copyKey())
	if age, ok := kept.age(f.Now()); ok && age <= f.maxAge() {
		return f.read(l, Info{FromCache: true, Age: age})
	}
	problem := t.failed
	if since := f.Now().Sub(t.failedAt); problem == nil || since < 0 || since > f.maxAge() {
		unchanged, err := f.fetch(ctx, l, kept)
		if err == nil {
			t.failed = nil
			return f.read(l, Info{FromCache: unchanged})
		}
		if ctx.Err() != nil { // the caller gave up: what came of it says nothing of the feed
			return nil, Info{}, f.explain(l, ctx.Err())
		}
		problem = f.explain(l, err)
		t.failed, t.failedAt = problem, f.Now()
	}
	return f.standIn(l, kept, problem)
}

// standIn returns the copy in place of what could not be fetched, if it may.
func (f *Fetcher) standIn(l link, kept *record, problem *Error) (io.ReadCloser, Info, error) {
	age, ok := kept.age(f.Now())
	switch {
	case !ok || problem.final:
		return nil, Info{}, problem
	case age > f.maxStale():
		older := *problem
		older.What += "; the copy of " + formatAge(age) + " ago is too old to stand in"
		return nil, Info{}, &older
	}
	return f.read(l, Info{FromCache: true, Age: age, Problem: problem})
}

func (f *Fetcher) read(l link, info Info) (io.ReadCloser, Info, error) {
	body, err := f.copies.read(l.copyKey())
	if err != nil {
		return nil, Info{}, f.explain(l, err)
	}
	return body, info, nil
}

// fetch asks the server and keeps what it answers. unchanged means that it is
// what was kept already. The error is still to be explained.
func (f *Fetcher) fetch(ctx context.Context, l link, kept *record) (unchanged bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, f.timeout())
	defer cancel()
	resp, from, err := f.get(ctx, l, kept)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusNotModified && kept.validFor(from):
		return true, f.copies.renew(kept, f.Now())
	case resp.StatusCode == http.StatusOK:
		return false, f.keep(l, from, resp)
	}
	return false, statusError(resp.StatusCode)
}

// keep streams a calendar from the server into the cache, without what is private.
func (f *Fetcher) keep(l, from link, resp *http.Response) error {
	if resp.Header.Get("Content-Encoding") != "" && !resp.Uncompressed {
		return errEncoding
	}
	if resp.ContentLength > f.maxSize() {
		return &http.MaxBytesError{Limit: f.maxSize()}
	}
	body, err := startOfCalendar(http.MaxBytesReader(nil, resp.Body, f.maxSize()))
	if err != nil {
		return err
	}
	return f.copies.write(record{
		Key: l.copyKey(), From: from.key(), Checked: f.Now(),
		ETag: validator(resp.Header.Get("Etag")), Modified: validator(resp.Header.Get("Last-Modified")),
	}, io.NopCloser(screen.New(body, l.organizer, l.owner...)))
}

func (f *Fetcher) timeout() time.Duration  { return cmp.Or(f.Timeout, 30*time.Second) }
func (f *Fetcher) maxAge() time.Duration   { return cmp.Or(f.MaxAge, 5*time.Minute) }
func (f *Fetcher) maxStale() time.Duration { return cmp.Or(f.MaxStale, 24*time.Hour) }
func (f *Fetcher) maxSize() int64          { return cmp.Or(f.MaxSize, defaultMaxSize) }

const defaultMaxSize = 64 << 20
