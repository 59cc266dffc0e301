package scheduler

import (
	"context"
	"fmt"
	"slices"

	"github.com/peerslot/peerslot/calendar"
)

// namedNow returns settings with programs by the names that they have now.
func (w Workspace) namedNow(s Settings) Settings {
	s.Left = slices.Clone(s.Left)
	for i, name := range s.Left {
		if p, ok := w.Program(name); ok {
			s.Left[i] = p.Name
		}
	}
	return s
}

// With returns the workspace in which settings win over the roster, and in whose groups
// nobody is who left their program. Settings of who is not on the roster do nothing; of
// whom they cannot be read nothing is known.
func (w Workspace) With(settings []Settings) Workspace {
	if len(settings) == 0 {
		return w
	}
	w.Roster, w.Spoilt = w.Roster.Clone(), slices.Clone(w.Spoilt)
	left := false
	for _, s := range settings {
		if p, ok := w.Roster.Find(s.Person); ok {
			w.Roster.Put(w.namedNow(s).Of(p))
			if s.Fault != nil {
				w.Spoilt = append(w.Spoilt, Finding{Kind: SpoiltRecord, Person: s.Person, Err: s.Fault})
			}
			left = left || len(s.Left) > 0
		}
	}
	if left {
		w.Groups = slices.Clone(w.Groups)
		for i, g := range w.Groups {
			w.Groups[i].Members = w.staying(g)
		}
	}
	return w
}

// staying returns the members of g who did not leave its program.
func (w Workspace) staying(g Group) []calendar.Address {
	return slices.DeleteFunc(slices.Clone(g.Members), func(a calendar.Address) bool { return w.left(a, g.Program) })
}

// left reports whether somebody left the program.
func (w Workspace) left(a calendar.Address, program string) bool {
	return program != "" && slices.Contains(w.Roster.Of(a).Left, program)
}

// Set keeps what a member set about themselves; why says in words what that is, and
// stands in the history. It returns ErrStale if they set something else meanwhile.
func (s *Service) Set(ctx context.Context, set Settings, why string) error {
	slices.Sort(set.Left)
	set.Left, set.Set = slices.Compact(set.Left), s.Now().UTC()
	what := Event{At: set.Set, What: "settings", Why: fmt.Sprintf("%s %s", set.Person, why), By: set.Person}
	_, err := s.Commit(ctx, Batch{Settings: []Settings{set}, Events: []Event{what}})
	return err
}

// SettingsOf returns what the member set, the zero Settings of theirs if nothing.
func (s *Service) SettingsOf(ctx context.Context, a calendar.Address) (Settings, error) {
	all, err := s.Store.Settings(ctx)
	if err != nil {
		return Settings{}, fmt.Errorf("read the members' settings: %w", err)
	}
	if i := slices.IndexFunc(all, func(s Settings) bool { return s.Person == a }); i >= 0 {
		return all[i], nil
	}
	return Settings{Person: a}, nil
}
