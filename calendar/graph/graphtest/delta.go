package graphtest

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/peerslot/peerslot/calendar/internal/webtest"
)

// delta is event-delta: what changed since a token, or all. Its links hold the
// window. Occurrences that nobody changed are bare; of what is gone only the id is
// left.
func (s *Server) delta(r request) (any, error) {
	since, skip, window := 0, 0, ""
	switch token, next := r.query.Get("$deltatoken"), r.query.Get("$skiptoken"); {
	case token != "":
		since, skip, window = parseToken(token)
		if since <= s.expired {
			return nil, webtest.Refuse(http.StatusGone, "SyncStateNotFound")
		}
	case next != "":
		since, skip, window = parseToken(next)
	default:
		if _, _, err := windowOf(r.query); err != nil {
			s.T.Error(err)
		}
		window = r.query.Get("startDateTime") + "/" + r.query.Get("endDateTime")
	}
	if strings.Count(window, "/") != 1 {
		return nil, webtest.Refuse(http.StatusBadRequest, "BadRequest")
	}
	items := s.changedSince(r, since, window)
	n := 10
	if found := regexp.MustCompile(`odata\.maxpagesize=(\d+)`).FindStringSubmatch(r.Header.Get("Prefer")); found != nil {
		n, _ = strconv.Atoi(found[1])
	}
	if s.Page > 0 {
		n = min(n, s.Page)
	}
	rest := items[min(skip, len(items)):]
	d := doc{}
	link := fmt.Sprintf("https://graph.microsoft.com/v1.0/users/%s/calendarView/delta?", r.user)
	if len(rest) > n {
		rest = rest[:n]
		d["@odata.nextLink"] = fmt.Sprintf("%s$skiptoken=%d_%d_%s", link, since, skip+n, window)
	} else {
		d["@odata.deltaLink"] = fmt.Sprintf("%s$deltatoken=%d_0_%s", link, s.touch(), window)
	}
	if rest == nil {
		rest = []any{}
	}
	d["value"] = rest
	return d, nil
}

func parseToken(token string) (since, skip int, window string) {
	parts := strings.SplitN(token, "_", 3)
	if len(parts) != 3 {
		return 0, 0, ""
	}
	since, _ = strconv.Atoi(parts[0])
	skip, _ = strconv.Atoi(parts[1])
	return since, skip, parts[2]
}

// changedSince returns the items that changed after a number of changes. A series
// that did not is left out with all its occurrences.
func (s *Server) changedSince(r request, since int, window string) (out []any) {
	r.query = nil
	from, to, _ := strings.Cut(window, "/")
	gone := func(id string) doc { return doc{"id": id, "@removed": doc{"reason": "deleted"}} }
	for _, x := range s.series {
		if x.deleted != 0 {
			if since > 0 && x.deleted > since {
				out = append(out, gone(x.id))
			}
			continue
		}
		if x.changed > since {
			d := s.show(r, x, nil)
			delete(d, "@odata.etag")
			out = append(out, d)
		}
		for _, o := range x.occurrences() {
			outside := o.end.Format("2006-01-02T15:04:05Z") < from || o.start.Format("2006-01-02T15:04:05Z") > to
			switch {
			case o.look().changed <= since || outside && since == 0:
			case outside:
				out = append(out, gone(o.id()))
			case o.exception == nil:
				out = append(out, doc{"id": o.id(), "type": "occurrence", "seriesMasterId": x.id, "start": utc(o.start), "end": utc(o.end)})
			default:
				out = append(out, s.show(r, x, &o))
			}
		}
		for date, when := range x.cancelled {
			if since > 0 && when > since {
				out = append(out, gone(x.id+"_"+date))
			}
		}
	}
	slices.Reverse(out) // in no order that anybody may count on
	return out
}

// Expire ends all delta tokens.
func (s *Server) Expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expired = s.touch()
}
