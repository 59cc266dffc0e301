package line

import (
	"bytes"
	"fmt"
)

// kinds are what is taken for calendars by mistake, by how it begins, and what to do.
var kinds = []struct{ begins, what string }{
	{"\x1f\x8b", "this is packed with gzip, twice: unpack it"},
	{"PK\x03\x04\x14\x00\x06\x00", "this is a document of an office program (.xlsx, .docx): export the calendar as .ics from the calendar program"},
	{"PK\x03\x04", "this is packed (zip): unpack it, and use the .ics files that are in it"},
	{"\xff\xfe", wide},
	{"\xfe\xff", wide},
	{"B\x00", wide},
	{"\x00B", wide},
	{"<", "this is a web page: the link leads to a sign-in, or is not that of the .ics file"},
	{"%PDF", "this is a printed calendar (PDF): export it as .ics"},
	{"{", "this is JSON: want the .ics file or its address, not what an API answers"},
	{"BEGIN:VCARD", "these are contacts: export the calendar"},
	{"RECEIVED:", "this is a mail: save the .ics that is attached to it"},
	{"RETURN-PATH:", "this is a mail: save the .ics that is attached to it"},
	{"FROM ", "this is a mail: save the .ics that is attached to it"},
	{"FROM:", "this is a mail: save the .ics that is attached to it"},
	{"MIME-VERSION:", "this is a mail: save the .ics that is attached to it"},
}

const wide = "this is UTF-16: export the calendar again, or open the file in an editor and save it as UTF-8"

// NotCalendar returns ErrNotCalendar, with what a text is that begins with head, if
// that can be told.
func NotCalendar(head []byte) error {
	if len(bytes.TrimSpace(head)) == 0 {
		return fmt.Errorf("%w; it is empty: export the calendar again", ErrNotCalendar)
	}
	for _, k := range kinds {
		if n := len(k.begins); len(head) >= n && bytes.EqualFold(head[:n], []byte(k.begins)) {
			return fmt.Errorf("%w; %s", ErrNotCalendar, k.what)
		}
	}
	return ErrNotCalendar
}
