package calls

import "errors"

// MaxPages is more pages than any list of a calendar has.
const MaxPages = 10_000

// ErrNoEnd says that the pages of a list lead back, or on for ever.
var ErrNoEnd = errors.New("the list has no end")

// Between is what to do about an answer that is none of the service's at that address.
func Between(address string) string {
	return "a proxy, a filter or the sign-in page of a network may stand in between: open " + address + " in a browser on this machine"
}
