package ical

import "testing"

func TestFreeBusy(t *testing.T) {
	in := func(lines string) string { return inCalendar("BEGIN:VFREEBUSY\r\n" + lines + "\r\nEND:VFREEBUSY") }
	runReadCases(t, []readCase{
		{"periods", in("FREEBUSY:20261104T090000Z/PT1H,20261105T090000Z/20261105T103000Z"), []string{"busy 04 09:00-10:00", "busy 05 09:00-10:30"}, ""},
		{"types", in("FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261104T090000Z/PT1H\r\nFREEBUSY;FBTYPE=FREE:20261104T110000Z/PT1H\r\n" +
			"FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20261104T130000Z/PT1H\r\nFREEBUSY;FBTYPE=X-OTHER:20261104T150000Z/PT1H\r\nFREEBUSY;FBTYPE=busy:20261104T170000Z/PT1H"),
			[]string{"tentative 04 09:00-10:00", "busy 04 13:00-14:00", "busy 04 15:00-16:00", "busy 04 17:00-18:00"}, ""},
		{"in the viewer's zone", in("FREEBUSY:20261104T090000/20261104T100000"), []string{"busy 04 08:00-09:00"}, ""},
		{"one cannot be read", in("FREEBUSY:20261104T090000Z/PT1H,garbage/PT1H"), []string{"busy 04 09:00-10:00"}, "FREEBUSY cannot be read"},
		{"an end cannot be read", in("FREEBUSY:20261104T090000Z/garbage"), []string{"unknown 04 09:00-05 09:00"}, "a day is unknown"},
		{"without an end", in("FREEBUSY:20261104T090000Z"), []string{"unknown 04 09:00-05 09:00"}, "a day is unknown"},
		{"a time cannot be read", in("FREEBUSY:20261104Tnine/PT1H"), []string{"all-day unknown 03 23:00-04 23:00"}, "FREEBUSY cannot be read"},
		{"for two days only", in("DTSTART:20261103T230000Z\r\nDTEND:20261105T230000Z\r\nFREEBUSY:20261104T090000Z/PT1H"),
			[]string{"unknown 01 23:00-03 23:00", "busy 04 09:00-10:00", "unknown 05 23:00-15 23:00"}, ""},
		{"nothing in all the time", in("DTSTART:20261001T000000Z\r\nDTEND:20261201T000000Z"), nil, ""},
		{"a meeting of its own", in("DTSTART:20261104T090000Z\r\nDTEND:20261104T100000Z\r\nSUMMARY:Busy"), []string{"busy 04 09:00-10:00"}, ""},
		{"a meeting without a start", in("DTEND:20261104T100000Z\r\nSUMMARY:Busy"), nil, "a VFREEBUSY without a time"},
	})
}
