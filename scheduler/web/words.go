package web

import (
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/peerslot/peerslot/scheduler/report"
)

// words are the functions that pages write with.
var words = template.FuncMap{
	"when":  when,
	"day":   func(t time.Time, zone *time.Location) string { return t.In(zone).Format("Mon 2 January") },
	"clock": func(t time.Time, zone *time.Location) string { return t.In(zone).Format("15:04") },
	"short": func(t time.Time, zone *time.Location) string { return t.In(zone).Format("Mon 2 Jan 15:04") },
	"stamp": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"city":  city,
	"count": report.Count,
	"join":  strings.Join,
	"plus":  func(a, b int) int { return a + b },
	"has":   func(list []string, s string) bool { return slices.Contains(list, s) },
}

// when says a time in full: "Tue 2 March, 17:30 Berlin".
func when(t time.Time, zone *time.Location) string {
	return t.In(zone).Format("Mon 2 January, 15:04 ") + city(zone)
}

// city is what people call a zone.
func city(zone *time.Location) string {
	name := zone.String()
	return strings.ReplaceAll(name[strings.LastIndex(name, "/")+1:], "_", " ")
}
