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

// Names of two words and more, as exports of HR systems have them.
func TestOfLongNames(t *testing.T) {
	known := func(key string) bool {
		return key == "email" || key == "name" || key == "role" || key == "manager" || key == "department"
	}
	for name, want := range map[string]string{
		"Email - Primary Work": "email", "Employee Email": "email", "Work Contact: Work Email": "email", "Personal Email": "", "Home E-mail": "", "Emergency Contact Email": "",
		"Preferred Name - First Name": "first", "Preferred Name": "name", "Employee": "name", "Worker": "name",
		"Worker's Manager": "manager", "Reports To Name": "manager", "Job Title Description": "role", "Home Department Description": "department",
		"Employee ID": "number", "Associate ID": "number", "Employee Type": "", "Description": "", "": "",
	} {
		if got := column.Of(name, known, []string{"Shoe size", name}); got != want {
			t.Errorf("%s stands for %q, want %q", name, got, want)
		}
	}
}
