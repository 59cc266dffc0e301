package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// The types of the JSON answers. Programs rely on their names; fields may be added,
// never renamed. What is printed for people is made of the same values.

// JSON returns an answer as indented text that is harmless on a screen. A list with
// nothing in it is [], never null.
func JSON(v any) ([]byte, error) {
	answer := reflect.New(reflect.TypeOf(v)).Elem()
	answer.Set(reflect.ValueOf(v))
	fillLists(answer)
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(answer.Interface()); err != nil {
		return nil, err
	}
	return HarmlessJSON(b.Bytes()), nil
}

// fillLists makes nil lists empty ones, in all that can be set of v.
func fillLists(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fillLists(v.Elem())
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			if field.CanSet() {
				fillLists(field)
			}
		}
	case reflect.Slice:
		if v.IsNil() {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		}
		for i := range v.Len() {
			fillLists(v.Index(i))
		}
	}
}

// Unknown is somebody of whose time something is not known.
type Unknown struct {
	Person string     `json:"person"`
	Reason string     `json:"reason"`
	Since  *time.Time `json:"since,omitempty"` // the first nightly pass that found it so
}

// Unknowns describes those of whose time something is not known.
func Unknowns(unknown []scheduler.Unknown) []Unknown {
	out := []Unknown{}
	for _, u := range unknown {
		j := Unknown{Person: string(u.Person), Reason: u.Reason}
		if !u.Since.IsZero() {
			j.Since = &u.Since
		}
		out = append(out, j)
	}
	return out
}

// Problem is a group that something could not be done for.
type Problem struct {
	Group string `json:"group"`
	Error string `json:"error"`
}

// Attention is something that needs a person.
type Attention struct {
	Group string `json:"group"`
	What  string `json:"what"`
}

// Names returns what people call those with the addresses.
func Names(w scheduler.Workspace, addresses []string) []string {
	out := make([]string, len(addresses))
	for i, a := range addresses {
		out[i] = w.Name(calendar.Address(a))
	}
	return out
}

// Addresses returns the addresses as text.
func Addresses(list []calendar.Address) []string {
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = string(a)
	}
	return out
}

// Count returns the number with its word: 1 session, 13 sessions.
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// Said is what is the matter with somebody.
type Said struct{ Who, What string }

// mostSaid is of how many people each gets a line; of more the first few are named.
const mostSaid, firstSaid = 5, 3

// Lines says it of each, or, of many, in one line how many they are and who the first
// ones are; what is said of them all alike. all wants each.
func Lines(list []Said, what string, all bool) []string {
	var out []string
	if len(list) > mostSaid && !all {
		for _, s := range list[:firstSaid] {
			out = append(out, s.Who)
		}
		return []string{fmt.Sprintf("%d people: %s: %s and %d more (-v says why of each)", len(list), what, strings.Join(out, ", "), len(list)-firstSaid)}
	}
	for _, s := range list {
		out = append(out, s.Who+": "+s.What)
	}
	return out
}
