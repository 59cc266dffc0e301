package line

import (
	"bytes"
	"fmt"
)

// kinds are what is taken for calendars by mistake, by how it begins, and what to do.
var kinds = []struct{ begins, what string }{
	{"\x1f\x8b", "this is packed (gzip): unpack it"},
	{"PK\x03\x04", "this is packed (zip): unpack it"},
	{"\xff\xfe", "this is UTF-16: save it as UTF-8"},
	{"\xfe\xff", "this is UTF-16: save it as UTF-8"},
	{"<", "this is a web page: the link leads to a sign-in, or is not that of the .ics file"},
	{"BEGIN:VCARD", "these are contacts: export the calendar"},
	{"RECEIVED:", "this is a mail: save the .ics that is attached to it"},
	{"RETURN-PATH:", "this is a mail: save the .ics that is attached to it"},
	{"FROM ", "this is a mail: save the .ics that is attached to it"},
	{"FROM:", "this is a mail: save the .ics that is attached to it"},
	{"MIME-VERSION:", "this is a mail: save the .ics that is attached to it"},
}

// NotCalendar returns ErrNotCalendar, with what a text is that begins with head, if
// that can be told.
func NotCalendar(head []byte) error {
	for _, k := range kinds {
		if n := len(k.begins); len(head) >= n && bytes.EqualFold(head[:n], []byte(k.begins)) {
			return fmt.Errorf("%w; %s", ErrNotCalendar, k.what)
		}
	}
	return ErrNotCalendar
}
