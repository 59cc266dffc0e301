package column_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/config/internal/column"
)

func TestTrips(t *testing.T) {
	trip := func(from, to string, more ...column.Key) []column.Key {
		return append([]column.Key{{Name: "from", Text: from}, {Name: "to", Text: to}}, more...)
	}
	for cell, want := range map[string][][]column.Key{
		"2026-05-04/2026-05-22 Asia/Tokyo": {trip("2026-05-04", "2026-05-22", column.Key{Name: "timezone", Text: "Asia/Tokyo"})},
		"2026-05-04 UTC;\n2026-06-01/2026-06-02 (GMT+09:00) Osaka;": {
			trip("2026-05-04", "2026-05-04", column.Key{Name: "timezone", Text: "UTC"}),
			trip("2026-06-01", "2026-06-02", column.Key{Name: "timezone", Text: "(GMT+09:00) Osaka"}),
		},
		"2026-05-04 Asia/Tokyo hours: mon 10:00-18:00; fri 09:00-12:00 holidays: JP;2026-07-01 UTC": {
			trip("2026-05-04", "2026-05-04", column.Key{Name: "hours", Text: "mon 10:00-18:00; fri 09:00-12:00"}, column.Key{Name: "holidays", Text: "JP"}, column.Key{Name: "timezone", Text: "Asia/Tokyo"}),
			trip("2026-07-01", "2026-07-01", column.Key{Name: "timezone", Text: "UTC"}),
		},
		"soon":            {trip("soon", "soon")},
		"hours: mon 9-10": {trip("", "", column.Key{Name: "hours", Text: "mon 9-10"})},
		" ;\n; ":          nil,
		"2026-05-04/":     {trip("2026-05-04", "")},
		"2026-05-04 UTC hours: mon,fri 09:00-12:00, 13:00-15:00, 2026-06-01 UTC": {
			trip("2026-05-04", "2026-05-04", column.Key{Name: "hours", Text: "mon,fri 09:00-12:00, 13:00-15:00"}, column.Key{Name: "timezone", Text: "UTC"}),
			trip("2026-06-01", "2026-06-01", column.Key{Name: "timezone", Text: "UTC"}),
		},
		"; 2026-05-04 UTC": {trip("2026-05-04", "2026-05-04", column.Key{Name: "timezone", Text: "UTC"})},
	} {
		var got [][]column.Key
		for _, one := range column.Trips(cell) {
			got = append(got, one.Keys)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", cell, diff)
		}
	}
}

func TestSources(t *testing.T) {
	for cell, want := range map[string][]column.Item{
		"none":                         {{Text: "none"}},
		"https://acme.example/a;b.ics": {{Text: "https://acme.example/a;b.ics"}},
		"backend; my files/ana.ics;":   {{Text: "backend"}, {Text: "my files/ana.ics"}},
		"backend\nhttps://acme.example/google:.ics":                     {{Text: "backend"}, {Text: "https://acme.example/google:.ics"}},
		"google: room@acme.example; google:x":                           {{Keys: []column.Key{{Name: "google", Text: "room@acme.example"}}}, {Keys: []column.Key{{Name: "google", Text: "x"}}}},
		"caldav: https://acme.example/ username: ana password_env: ANA": {{Keys: []column.Key{{Name: "caldav", Text: "https://acme.example/"}, {Name: "username", Text: "ana"}, {Name: "password_env", Text: "ANA"}}}},
		"what is google: x":                                             {{Text: "what is google: x"}},
	} {
		if diff := cmp.Diff(want, column.Sources(cell)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", cell, diff)
		}
	}
}
