package feed

import (
	"context"
	"net/http"
)

const maxRedirects = 5

// get asks for a feed and follows redirects, each of which is checked like a
// link of its own. It does so without an http.Client, which would send the URL
// along as Referer. from is who answered in the end.
func (f *Fetcher) get(ctx context.Context, l link, kept *record) (resp *http.Response, from link, err error) {
	from = l
	for range 1 + maxRedirects {
		resp, err = f.rt.RoundTrip(request(ctx, from, kept))
		if err == nil && !redirects(resp.StatusCode) {
			return resp, from, nil
		}
		if err == nil {
			resp.Body.Close()
			from, err = from.follow(resp.Header.Get("Location"), f.allow)
		} else {
			err = &hopError{at: from.String(), err: err}
		}
		if err != nil {
			return nil, from, err
		}
	}
	return nil, from, errRedirects
}

func request(ctx context.Context, l link, kept *record) *http.Request {
	req := (&http.Request{Method: http.MethodGet, URL: &l.url, Header: http.Header{}}).WithContext(ctx)
	req.Header.Set("Accept", "text/calendar, */*;q=0.1")
	req.Header.Set("User-Agent", "peerslot")
	if l.user != nil {
		password, _ := l.user.Password()
		req.SetBasicAuth(l.user.Username(), password)
	}
	// What tells one state of a calendar from another is no business of any other
	// server than the one that said so.
	if kept.validFor(l) && kept.ETag != "" {
		req.Header.Set("If-None-Match", kept.ETag)
	}
	if kept.validFor(l) && kept.Modified != "" {
		req.Header.Set("If-Modified-Since", kept.Modified)
	}
	return req
}

func redirects(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// validator returns a header that a later request can send back, or "" if it is
// not fit to be kept.
func validator(header string) string {
	for _, c := range []byte(header) {
		if c < ' ' || c > '~' {
			return ""
		}
	}
	if len(header) > 256 {
		return ""
	}
	return header
}
