package main

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/changing"
	"github.com/peerslot/peerslot/scheduler/web/plans"
)

// pagePlans are the plans of the admins' pages, each with the command that does the same.
var pagePlans = map[string]struct {
	ask  plans.Ask
	args []string
}{
	"repair": {plans.Ask{Do: "repair"}, []string{"repair"}},
	"review": {plans.Ask{Do: "review"}, []string{"review"}},
	"form":   {plans.Ask{Do: "form", Program: "circles", Seed: 1}, []string{"form", "circles"}},
	"swap":   {plans.Ask{Do: "form", Program: "circles", Seed: 1, Swap: [2]calendar.Address{"ana@acme.example", "dee@acme.example"}}, []string{"form", "circles", "--swap", "ana,dee"}},
	"keep":   {plans.Ask{Do: "form", Program: "circles", Seed: 1, Keep: []string{"circles-1-amber"}}, []string{"form", "circles", "--keep", "circles-1-amber"}},
	"book":   {plans.Ask{Do: "book"}, []string{"book", "--all"}},
	"one":    {plans.Ask{Do: "book", Groups: []string{"unbooked"}}, []string{"book", "unbooked"}},
}

// planner returns what makes the plans of the pages.
func (w lifeWorld) planner(t *testing.T) changing.WebPlanner {
	t.Helper()
	var out bytes.Buffer
	a := w.app(&out, &out)
	a.ConfigPath, a.NowFlag = filepath.Join(w.dir, "peerslot.yaml"), lifeNow
	if err := a.SetNow(); err != nil {
		t.Fatal(err)
	}
	return changing.WebPlanner{App: a}
}

// A page shows what the command would print, and changes nothing by showing it; its
// button does what the command does, and nothing if the world is another one by then.
func TestPlansOfPagesAreThoseOfCommands(t *testing.T) {
	t.Parallel()
	for _, leftovers := range leftoversOrNot() {
		world := newLifeWorld(t, leftovers)
		for name, p := range pagePlans {
			t.Run(fmt.Sprintf("%s leftovers %v", name, leftovers), func(t *testing.T) {
				t.Parallel()
				w, told := world.copied(t), world.copied(t)
				rehearsed, planner := w.run(t, append(p.args, "--dry-run")...), w.planner(t)
				before := w.files(t)
				plan, err := planner.Plan(t.Context(), p.ask)
				if err != nil || plan.Steps == 0 || len(plan.Changes) == 0 {
					t.Fatalf("the page's plan: %+v, %v; want something to do", plan, err)
				}
				if !strings.Contains(rehearsed.stdout, strings.TrimSpace(plan.Text)) {
					t.Errorf("the page shows\n%s\nthe command\n%s", plan.Text, rehearsed.stdout)
				}
				var other *plans.OtherError
				if err := planner.Apply(t.Context(), p.ask, "seen another day", "mia@acme.example"); !errors.As(err, &other) || other.Now.Hash != plan.Hash {
					t.Errorf("applied by another plan's hash: %v; want the plan as it is now", err)
				}
				if changed := changedFiles(before, w.files(t)); len(changed) > 0 {
					t.Errorf("changed %v though nobody agreed to this plan", changed)
				}
				if err := planner.Apply(t.Context(), p.ask, plan.Hash, "mia@acme.example"); err != nil {
					t.Fatalf("applied: %v", err)
				}
				told.must(t, append(p.args, "--yes")...)
				if diff := cmp.Diff(told.state(t), w.state(t)); diff != "" {
					t.Errorf("the page does something else than the command (-command +page):\n%s", diff)
				}
				if again, err := planner.Plan(t.Context(), p.ask); err == nil && again.Hash == plan.Hash {
					t.Error("once it is applied, the plan is the same")
				}
			})
		}
	}
	w := newLifeWorld(t, false)
	if plan, err := w.planner(t).Plan(t.Context(), plans.Ask{Do: "cancel"}); err == nil {
		t.Errorf("a plan that no page has: %+v", plan)
	}
	if _, err := w.planner(t).Plan(t.Context(), plans.Ask{Do: "form", Program: "nowhere"}); err == nil {
		t.Error("the plan of a program that is not there")
	}
}
