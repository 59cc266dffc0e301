package text

import "fmt"

// Farewell is what attendees are told when a series ends: that it is cancelled, or, if
// somebody else organizes it from now on, that their invitation takes its place.
func Farewell(successor string) string {
	if successor == "" {
		return "This series of sessions has been cancelled by its organizer."
	}
	return fmt.Sprintf("The sessions go on, organized by %s from now on: a new invitation takes the place of this one.", successor)
}
