package report

import (
	"testing"
	"time"
)

// Programs go through the lists of an answer without asking whether there are any.
func TestAnEmptyListIsNoNull(t *testing.T) {
	type inner struct {
		Names []string  `json:"names"`
		At    time.Time `json:"at"`
	}
	type answer struct {
		Inner  inner    `json:"inner"`
		Many   []inner  `json:"many"`
		None   *inner   `json:"none"`
		Absent []string `json:"absent,omitempty"`
	}
	got, err := JSON(answer{Many: []inner{{}}})
	want := `{
  "inner": {
    "names": [],
    "at": "0001-01-01T00:00:00Z"
  },
  "many": [
    {
      "names": [],
      "at": "0001-01-01T00:00:00Z"
    }
  ],
  "none": null
}
`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
}
