package feed_test

import (
	"fmt"

	"github.com/peerslot/peerslot/calendar/feed"
)

func ExampleRedact() {
	fmt.Println(feed.Redact("https://calendar.example/private-0123456789/basic.ics"))
	fmt.Println(feed.Redact("webcal://ana:password@calendar.example/ana.ics"))
	fmt.Println(feed.Redact("not a URL"))
	// Output:
	// https://calendar.example/…
	// webcal://calendar.example/…
	// …
}
