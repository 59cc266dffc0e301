package column_test

import (
	"testing"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/config/internal/column"
)

func TestOf(t *testing.T) {
	known := func(key string) bool { return key == "email" || key == "number" || key == "role" }
	row := []string{"Employee #", "Work E-Mail", "Email address", "Role", "Job Title", "Shoe size"}
	for i, want := range []string{"number", "email", "", "role", "", ""} {
		if got := column.Of(row[i], known, row); got != want {
			t.Errorf("%s stands for %q, want %q", row[i], got, want)
		}
	}
}
