//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A crowd is a workspace of groups of five on folders, in which everybody has a
// calendar of a quarter.
type crowd struct {
	dir, binary string
	groups      int
}

// layOut writes the workspace.
func (c crowd) layOut(b *testing.B) {
	b.Helper()
	zones := []string{"Europe/Berlin", "Europe/Lisbon", "Europe/London", "Europe/Madrid", "Europe/Paris"}
	var people, groups strings.Builder
	calendars := filepath.Join(c.dir, "calendars")
	if err := os.MkdirAll(calendars, 0o755); err != nil {
		b.Fatal(err)
	}
	for g := range c.groups {
		var members []string
		for i, zone := range zones {
			address := fmt.Sprintf("p%05d@acme.example", 5*g+i)
			members = append(members, address)
			fmt.Fprintf(&people, "  - {email: %s, name: P %d, timezone: %s}\n", address, 5*g+i, zone)
			if err := os.WriteFile(filepath.Join(calendars, address+".ics"), quarter(5*g+i, zone), 0o644); err != nil {
				b.Fatal(err)
			}
		}
		fmt.Fprintf(&groups, "  - {name: g%04d, members: [%s]}\n", g, strings.Join(members, ", "))
	}
	text := "organizer: robot@acme.example\ntimezone: Europe/Berlin\ncalendar: {backend: folder, folder: {path: calendars}}\npeople:\n" +
		people.String() + "groups:\n" + groups.String()
	if err := os.WriteFile(filepath.Join(c.dir, "peerslot.yaml"), []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
}

// quarter returns a calendar of 14 weeks with six meetings each.
func quarter(seed int, zone string) []byte {
	var text bytes.Buffer
	text.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//other//EN\r\n")
	for n := range 14 * 6 {
		day := time.Date(2026, 9, 28, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n/6*7+(n*7+seed*3)%5)
		hour := 9 + (n*5+seed*11+n/6)%7
		fmt.Fprintf(&text, "BEGIN:VEVENT\r\nUID:%d-%d\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID=%s:%sT%02d0000\r\nDTEND;TZID=%s:%sT%02d0000\r\nSUMMARY:Meeting\r\nDESCRIPTION:With a note\\, as most have\r\nEND:VEVENT\r\n",
			seed, n, zone, day.Format("20060102"), hour, zone, day.Format("20060102"), hour+1)
	}
	text.WriteString("END:VCALENDAR\r\n")
	return text.Bytes()
}

// run runs a command and returns the CPU ms that it took for each group, and the
// memory that it had at most, in MB.
func (c crowd) run(b *testing.B, args ...string) (ms, mb float64) {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), c.binary, args...)
	cmd.Dir = c.dir
	out, err := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != 0 && code != 3 {
		b.Fatalf("peerslot %v: %v\n%s", args, err, out[max(0, len(out)-2000):])
	}
	cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return cpu.Seconds() * 1000 / float64(c.groups), float64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) / 1024
}

// BenchmarkGrowth tells what a group costs when there are few and when there are
// many; the figures of a command should differ by less than 1.3.
func BenchmarkGrowth(b *testing.B) {
	binary := filepath.Join(b.TempDir(), "peerslot")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	for _, groups := range []int{200, 2000} {
		b.Run(fmt.Sprint(groups), func(b *testing.B) {
			for b.Loop() {
				c := crowd{b.TempDir(), binary, groups}
				c.layOut(b)
				for _, step := range []struct {
					name string
					args []string
				}{
					{"book", []string{"book", "--all", "--yes", "--start", "2026-09-28", "--now", "2026-09-21T08:00:00Z"}},
					{"status", []string{"status", "--now", "2026-10-01T20:00:00Z"}},
					{"night", []string{"repair", "--yes", "--now", "2026-10-01T20:00:00Z"}},
					{"quiet-night", []string{"repair", "--yes", "--now", "2026-10-01T20:10:00Z"}},
					{"groups", []string{"groups", "--now", "2026-10-01T20:10:00Z"}},
					{"check", []string{"check", "--now", "2026-10-01T20:10:00Z"}},
					{"export", []string{"export", "--all", "-o", "files", "--now", "2026-10-01T20:10:00Z"}},
					{"feeds", []string{"export", "--all", "--per-person", "-o", "feeds", "--now", "2026-10-01T20:10:00Z"}},
					{"report", []string{"report", "-o", "report.html", "--now", "2026-10-01T20:10:00Z"}},
				} {
					ms, mb := c.run(b, step.args...)
					b.ReportMetric(ms, step.name+"-cpu-ms/group")
					b.ReportMetric(mb, step.name+"-MB")
				}
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}
