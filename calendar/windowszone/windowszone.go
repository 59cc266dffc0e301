// Package windowszone translates between the time zones of Windows, which Exchange
// and Outlook write, and those of the IANA, by the table of the Unicode CLDR.
package windowszone

import (
	"slices"
	"strings"
	"sync"
)

// IANA returns the zone that stands for a zone of Windows, such as Europe/Berlin
// for "W. Europe Standard Time"; "" if there is none of that name.
func IANA(windows string) string {
	i, ok := slices.BinarySearchFunc(table[:], windows, func(z struct{ windows, iana, all string }, name string) int {
		return strings.Compare(z.windows, name)
	})
	if !ok {
		return ""
	}
	return table[i].iana
}

// Of returns the zone of Windows that has the clocks of an IANA zone, by any of its
// names: "W. Europe Standard Time" for Europe/Vienna, "India Standard Time" for
// Asia/Kolkata. It is "" for zones that Windows does not have.
func Of(iana string) string { return windowsOf()[iana] }

var windowsOf = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for _, z := range table {
		for name := range strings.FieldsSeq(z.all) {
			out[name] = z.windows
		}
	}
	return out
})

// AnyCase returns the IANA zone that a name of Windows or of the IANA stands for in
// whatever letters it is written, "w. europe standard time" or "europe/berlin"; "" for
// none. No two zones differ in letter case alone.
func AnyCase(name string) string { return lowerNames()[strings.ToLower(name)] }

var lowerNames = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for _, z := range table {
		for name := range strings.FieldsSeq(z.all) {
			out[strings.ToLower(name)] = name
		}
	}
	for _, z := range table {
		out[strings.ToLower(z.windows)] = z.iana
	}
	return out
})

// Names returns all zones of Windows, sorted.
func Names() []string {
	out := make([]string, len(table))
	for i, z := range table {
		out[i] = z.windows
	}
	return out
}
