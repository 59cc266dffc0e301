package report

// Group is one group and its slot.
type Group struct {
	Name     string   `json:"name"`
	Program  string   `json:"program"`
	Members  []string `json:"members"`
	Required []string `json:"required"`
	Slot     string   `json:"slot"` // "" if nothing is booked
	Zone     string   `json:"zone"`
}
