package benchmark

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Slots asks for the weekly hour that a group can attend best over all sessions.
type Slots struct {
	Name    string   `json:"name"`
	Zone    string   `json:"zone"`  // the wall clock of the series
	Start   string   `json:"start"` // the first session is on or after this date
	Count   int      `json:"count"` // sessions, one a week
	Minutes int      `json:"minutes"`
	Members []Member `json:"members"`
}

// A SlotScore is what a slot is worth: more attendances first, then the better worst session.
type SlotScore struct{ Attendance, Worst int }

// Compare returns +1 if s is better than t.
func (s SlotScore) Compare(t SlotScore) int {
	return cmp.Or(cmp.Compare(s.Attendance, t.Attendance), cmp.Compare(s.Worst, t.Worst))
}

var slotMonday = time.Date(2026, 2, 16, 0, 0, 0, 0, time.UTC)

// NewSlots makes a problem of n members; the clocks change within its 13 weeks.
func NewSlots(n int, seed uint64) Slots {
	rng := rand.New(rand.NewPCG(seed, 17))
	members := newMembers(rng, n, slotMonday, 13)
	return Slots{
		Name: fmt.Sprintf("slots-n%d-seed%d", n, seed), Zone: members[0].Zone, Start: slotMonday.Format(time.DateOnly),
		Count: 13, Minutes: 60, Members: members,
	}
}

var days = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// A slot is a weekly time: days after Monday, and minutes after midnight.
type slot struct{ day, minute int }

func (s slot) String() string {
	return fmt.Sprintf("%s %02d:%02d", days[s.day], s.minute/60, s.minute%60)
}

// Score returns what a slot such as "tue 15:00" is worth.
func (s Slots) Score(text string) (SlotScore, error) {
	name, at, _ := strings.Cut(text, " ")
	clock, err := time.Parse("15:04", at)
	day := slices.Index(days, name)
	if day < 0 || err != nil {
		return SlotScore{}, fmt.Errorf(`slot %q: want a day and a time such as "tue 15:00"`, text)
	}
	sessions := s.sessions(slot{day, clock.Hour()*60 + clock.Minute()}, s.Count)
	if sessions == nil {
		return SlotScore{}, fmt.Errorf("slot %q: the clocks skip it on one of the dates", text)
	}
	return s.score(sessions), nil
}

// sessions returns the first so many sessions of a slot, nil if the clocks skip one.
func (s Slots) sessions(at slot, count int) (sessions []time.Time) {
	start, err := time.ParseInLocation(time.DateOnly, s.Start, zone(s.Zone))
	if err != nil {
		return nil
	}
	ahead := (at.day + 8 - int(start.Weekday())) % 7
	for week := range count {
		t := clock(start.AddDate(0, 0, ahead+7*week), at.minute)
		if t.Hour()*60+t.Minute() != at.minute {
			return nil
		}
		sessions = append(sessions, t)
	}
	return sessions
}

func (s Slots) score(sessions []time.Time) SlotScore {
	score := SlotScore{Worst: len(s.Members)}
	for _, at := range sessions {
		n := attendance(s.Members, at, time.Duration(s.Minutes)*time.Minute)
		score.Attendance += n
		score.Worst = min(score.Worst, n)
	}
	return score
}

// Best returns the best slot of all by its first so many sessions, the earliest of equals.
func (s Slots) Best(count int) string { return s.best(count).String() }

func (s Slots) best(count int) (best slot) {
	most := SlotScore{Attendance: -1}
	for at := (slot{}); at.day < len(days); at.minute += 15 {
		if at.minute == 24*60 {
			at = slot{at.day + 1, -15}
			continue
		}
		if sessions := s.sessions(at, count); sessions != nil {
			if score := s.score(sessions); score.Compare(most) > 0 {
				most, best = score, at
			}
		}
	}
	return best
}
