package changing

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler/forming"
)

// TestFormHurried: where the clock ended the search, JSON and text say so, and a person is needed.
func TestFormHurried(t *testing.T) {
	t.Parallel()
	for _, hurried := range []bool{false, true} {
		var stderr bytes.Buffer
		f := formed{plan: forming.Plan{Hurried: hurried}}
		f.out = f.plan.Report(nil)
		c := formChange(workspace.FormOptions{Budget: time.Second, Rounds: 1}, &console.App{Stderr: &stderr})
		c.warn(nil, f)
		answer, err := json.Marshal(c.answer(f, false))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(answer), `"hurried":true`); got != hurried {
			t.Errorf("hurried %t: JSON says %s", hurried, answer)
		}
		if got := strings.Contains(stderr.String(), "the clock ended the search"); got != hurried {
			t.Errorf("hurried %t: the text says %q", hurried, &stderr)
		}
		if _, got := errors.AsType[*console.NeedsPerson](c.verdict(f)); got != hurried {
			t.Errorf("hurried %t: a person is needed: %t", hurried, got)
		}
	}
}
