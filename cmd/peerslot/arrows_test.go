package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/peerslot/peerslot/"

// allowed holds, for each package, which of ours it may import outside its tests.
// A package that is not here may import nothing of ours.
var allowed = map[string][]string{
	"availability":                         {},
	"calendar":                             {"availability"},
	"calendar/ical":                        {"availability", "calendar", "calendar/ical/internal/busy", "calendar/ical/internal/line", "calendar/ical/internal/rrule", "calendar/ical/internal/zones"},
	"calendar/file":                        {},
	"calendar/folder":                      {"availability", "calendar", "calendar/ical"},
	"calendar/feed":                        {"availability", "calendar", "calendar/ical", "calendar/internal/screen", "calendar/internal/web"},
	"calendar/caldav":                      {"availability", "calendar", "calendar/caldav/internal/dav", "calendar/ical", "calendar/internal/calls", "calendar/internal/screen", "calendar/internal/web"},
	"calendar/oauth":                       {"calendar", "calendar/internal/calls"},
	"calendar/google/internal/api":         {"availability", "calendar/internal/calls"},
	"calendar/google":                      {"calendar/google/internal/api", "availability", "calendar", "calendar/ical", "calendar/internal/calls", "calendar/oauth"},
	"calendar/graph":                       {"calendar/graph/internal/api", "calendar/graph/internal/text", "availability", "calendar", "calendar/internal/calls", "calendar/windowszone", "calendar/oauth"},
	"calendar/graph/graphtest":             {"calendar/internal/webtest", "calendar/windowszone"},
	"calendar/google/googletest":           {"availability", "calendar", "calendar/internal/webtest"},
	"calendar/calendartest":                {"availability", "calendar", "calendar/internal/webtest"},
	"scheduler":                            {"availability", "calendar", "calendar/draft", "scheduler/agenda", "scheduler/attendance", "scheduler/byname", "scheduler/pile", "scheduler/roster"},
	"scheduler/roster":                     {"availability", "calendar"},
	"scheduler/agenda":                     {},
	"scheduler/byname":                     {},
	"scheduler/pile":                       {},
	"scheduler/since":                      {"scheduler"},
	"scheduler/attendance":                 {"availability", "calendar"},
	"calendar/draft":                       {"availability", "calendar"},
	"scheduler/forming":                    {"scheduler/booking", "scheduler/planning", "scheduler/report", "availability", "calendar", "scheduler", "scheduler/grouping"},
	"scheduler/grouping":                   {"scheduler/grouping/internal/exact", "scheduler/grouping/internal/layouts", "scheduler/grouping/internal/local", "scheduler/grouping/internal/matching", "scheduler/grouping/internal/meter", "scheduler/grouping/internal/table"},
	"scheduler/benchmark":                  {},
	"scheduler/report":                     {"availability", "calendar", "scheduler", "scheduler/attendance", "scheduler/planning"},
	"scheduler/feed":                       {"scheduler/account", "availability", "calendar", "calendar/ical", "scheduler", "scheduler/since"},
	"scheduler/report/overview":            {"availability", "calendar", "scheduler", "scheduler/report", "scheduler/since"},
	"scheduler/mail":                       {"availability", "calendar", "calendar/ical", "scheduler", "scheduler/report"},
	"scheduler/mail/mailtest":              {},
	"scheduler/undelivered":                {"calendar", "scheduler"},
	"scheduler/holiday":                    {"availability", "calendar/ical"},
	"scheduler/store":                      {"scheduler/account", "availability", "calendar", "scheduler", "scheduler/attendance"},
	"scheduler/schedulertest":              {"availability", "calendar", "calendar/calendartest", "scheduler", "scheduler/attendance", "scheduler/account", "scheduler/agenda", "scheduler/booking", "scheduler/planning", "scheduler/review", "scheduler/store"},
	"scheduler/account":                    {"calendar"},
	"scheduler/planning/internal/booked":   {"scheduler/byname"},
	"scheduler/planning/internal/division": {"calendar", "scheduler/roster"},
	"scheduler/planning":                   {"scheduler/planning/internal/booked", "scheduler/planning/internal/division", "availability", "calendar", "scheduler", "scheduler/attendance", "scheduler/agenda", "scheduler/since"},
	"scheduler/booking":                    {"availability", "calendar", "scheduler", "scheduler/planning"},
	"scheduler/adopt":                      {"calendar", "scheduler", "scheduler/planning"},
	"scheduler/handover":                   {"availability", "calendar", "scheduler", "scheduler/planning"},
	"scheduler/review":                     {"availability", "calendar", "scheduler", "scheduler/booking", "scheduler/pile", "scheduler/planning"},
	"scheduler/worker":                     {},
	"scheduler/repair":                     {"availability", "calendar", "scheduler", "scheduler/attendance", "scheduler/booking", "scheduler/pile", "scheduler/planning", "scheduler/undelivered"},
	"scheduler/chat":                       {"availability", "calendar", "scheduler"},
	"scheduler/web/issuer":                 {},
	"scheduler/web/plans":                  {"calendar", "scheduler", "scheduler/report"},
	"scheduler/web/internal/assets":        {"scheduler/report/overview"},
	"scheduler/web/internal/hoursform":     {"availability", "scheduler"},
	"scheduler/web":                        {"scheduler/web/internal/assets", "scheduler/web/internal/guard", "scheduler/web/internal/hoursform", "scheduler/web/internal/paging", "scheduler/web/issuer", "scheduler/web/plans", "scheduler/account", "availability", "calendar", "calendar/ical", "scheduler", "scheduler/attendance", "scheduler/feed", "scheduler/planning", "scheduler/report", "scheduler/report/overview", "scheduler/undelivered"},
	"scheduler/chat/chattest":              {},

	"scheduler/grouping/internal/exact":           {"scheduler/grouping/internal/local", "scheduler/grouping/internal/lp", "scheduler/grouping/internal/meter", "scheduler/grouping/internal/table"},
	"scheduler/grouping/internal/layouts":         {"scheduler/grouping/internal/meter"},
	"scheduler/grouping/internal/local":           {"scheduler/grouping/internal/meter", "scheduler/grouping/internal/table"},
	"scheduler/grouping/internal/table/tabletest": {"scheduler/benchmark", "scheduler/grouping/internal/table"},

	"calendar/ical/internal/busy":  {"availability", "calendar", "calendar/ical/internal/line", "calendar/ical/internal/rrule", "calendar/ical/internal/zones"},
	"calendar/ical/internal/zones": {"availability", "calendar/ical/internal/line", "calendar/ical/internal/rrule", "calendar/windowszone"},
	"calendar/ical/internal/line":  {"calendar/ical/internal/rrule"},
	"calendar/ical/internal/rrule": {"availability"},
	"calendar/caldav/internal/dav": {"calendar", "calendar/internal/calls", "calendar/internal/web"},
	"calendar/graph/internal/text": {},
	"calendar/graph/internal/api":  {"availability", "calendar", "calendar/internal/calls", "calendar/windowszone", "calendar/oauth"},
	"calendar/internal/calls":      {"calendar"},
	"calendar/internal/screen":     {"calendar", "calendar/ical"},
	"calendar/internal/web":        {},
	"calendar/internal/webtest":    {},
	"calendar/windowszone":         {},
}

// rooms holds, for each of the rooms of the program, which of the others it may import.
var rooms = map[string][]string{
	"":          {"account", "changing", "config", "console", "demo", "fleet", "manual", "reading", "workspace", "zone"},
	"config":    {"config/internal/column", "config/internal/hint", "config/internal/yamltext", "zone"},
	"console":   {"config"},
	"account":   {"config", "console"},
	"workspace": {"account", "config", "console"},
	"changing":  {"account", "config", "console", "workspace"},
	"fleet":     {"account", "changing", "config", "console", "workspace"},
	"reading":   {"account", "changing", "config", "console", "fleet", "workspace", "zone"},
}

const programPath = "cmd/peerslot"

// floor is what all rooms but availability may stand on.
const floor = "calendar/file"

// onlyIn names the homes of packages that no others may import.
var onlyIn = map[string][]string{
	"database/sql":                {"scheduler/store", "scheduler/worker"}, // which is given a pool, and asks it nothing itself
	"github.com/spf13/cobra":      {"cmd/"},
	"net":                         {"calendar/", "scheduler/mail", "cmd/peerslot"},
	"net/http":                    {"calendar/", "scheduler/chat", "scheduler/web", "scheduler/worker", "cmd/peerslot"},
	"github.com/emersion/go-ical": {"calendar/ical"},
	"github.com/slack-go/slack":   {"scheduler/chat"},

	// These call methods by names that are known only as they run, so that the linker
	// leaves no exported method of any type out: a fifth of the program.
	"html/template": {},
	"text/template": {},

	"github.com/VictoriaMetrics/metrics": {"scheduler/web"},

	"github.com/riverqueue/river":               {"scheduler/worker"},
	"riverqueue.com/riverui":                    {"scheduler/worker"},
	"github.com/emersion/go-message":            {"scheduler/mail"},
	"github.com/emersion/go-smtp":               {"scheduler/mail"},
	"github.com/emersion/go-imap/v2/imapclient": {"scheduler/mail"},
}

type listedPackage struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

func TestArrows(t *testing.T) {
	t.Parallel()
	packages := listPackages(t)
	if len(packages) < 8 {
		t.Fatalf("go list found %d packages; the arrows are not checked", len(packages))
	}
	for _, p := range packages {
		name := strings.TrimPrefix(p.ImportPath, module)
		for _, imported := range p.Imports {
			checkHome(t, name, imported)
			ours, ok := strings.CutPrefix(imported, module)
			if !ok {
				continue
			}
			if isTestPackage(ours) && !isTestPackage(name) {
				t.Errorf("%s imports %s outside its tests", name, ours)
			}
			if room, ok := strings.CutPrefix(name, programPath); ok {
				other, inside := strings.CutPrefix(ours, programPath+"/internal/")
				room = strings.TrimPrefix(room, "/internal/")
				if inside && !slices.Contains(rooms[room], other) {
					t.Errorf("%s imports %s; the rooms of the program allow only %v", name, ours, rooms[room])
				}
				continue
			}
			if !slices.Contains(allowed[name], ours) && !(ours == floor && name != "availability") {
				t.Errorf("%s imports %s; the arrows allow only %v", name, ours, allowed[name])
			}
		}
		for _, imported := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if strings.HasPrefix(imported, module+"cmd/") && !strings.HasPrefix(name, "cmd/") {
				t.Errorf("%s imports %s; nothing imports cmd", name, imported)
			}
		}
	}
}

func isTestPackage(name string) bool { return strings.HasSuffix(name, "test") }

func checkHome(t *testing.T, name, imported string) {
	t.Helper()
	homes, ok := onlyIn[imported]
	if ok && !slices.ContainsFunc(homes, func(home string) bool { return strings.HasPrefix(name, home) }) {
		t.Errorf("%s imports %s, whose only home is %s", name, imported, strings.Join(homes, ", "))
	}
	if name == "availability" && strings.Contains(imported, ".") {
		t.Errorf("availability imports %s; it uses the standard library only", imported)
	}
	for _, banned := range []string{"context", "database/sql", "log", "log/slog", "net", "os"} {
		if name == "availability" && imported == banned {
			t.Errorf("availability imports %s; it does no I/O", imported)
		}
	}
}

func listPackages(t *testing.T) []listedPackage {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", module+"...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []listedPackage
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listedPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}
