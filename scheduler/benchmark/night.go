package benchmark

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// A Night asks which sessions of running series to move, now that calendars have changed.
// Nobody is in two series.
type Night struct {
	Name    string    `json:"name"`
	Zone    string    `json:"zone"` // the wall clock of all series
	Now     time.Time `json:"now"`
	Notice  int       `json:"notice_hours"`  // no session that starts sooner is moved, nor to sooner
	Horizon int       `json:"horizon_hours"` // none that starts later
	MinGain int       `json:"min_gain"`      // members more who can attend
	Minutes int       `json:"minutes"`       // of a session
	Series  []Series  `json:"series"`
}

// A Series is a group's sessions, in order. None was moved before.
type Series struct {
	Name     string      `json:"name"`
	Members  []Member    `json:"members"` // their own session is not among what they are busy with
	Sessions []time.Time `json:"sessions"`
}

// A Move puts one session at another time: a quarter hour of the same ISO week, strictly
// between its neighbours.
type Move struct {
	Series  int       `json:"series"`
	Session int       `json:"session"`
	To      time.Time `json:"to"`
}

// NewNight makes a night in the fifth week of so many series of n members, each at the slot
// that was best before new meetings came in.
func NewNight(series, n int, seed uint64) Night {
	rng := rand.New(rand.NewPCG(seed, 19))
	night := Night{
		Name: fmt.Sprintf("night-%d-n%d-seed%d", series, n, seed), Zone: "Europe/Berlin", Now: slotMonday.AddDate(0, 0, 34).Add(2 * time.Hour),
		Notice: 24, Horizon: 7 * 24, MinGain: 1, Minutes: 60,
	}
	for k := range series {
		s := Slots{Zone: night.Zone, Start: slotMonday.Format(time.DateOnly), Count: 13, Minutes: night.Minutes}
		s.Members = newMembers(rng, n, slotMonday, s.Count)
		one := Series{Name: fmt.Sprint("g", k), Members: s.Members}
		for _, at := range s.sessions(s.best(s.Count), s.Count) {
			one.Sessions = append(one.Sessions, at.UTC())
		}
		for i := range one.Members {
			one.Members[i].surprise(rng, one.Sessions)
		}
		night.Series = append(night.Series, one)
	}
	return night
}

// surprise adds a meeting over every fourth session.
func (m *Member) surprise(rng *rand.Rand, sessions []time.Time) {
	for _, at := range sessions {
		if rng.IntN(4) == 0 {
			from := at.Add(time.Duration(rng.IntN(3)-1) * 30 * time.Minute)
			m.Busy = append(m.Busy, [2]time.Time{from, from.Add(time.Hour)})
		}
	}
}

// A NightScore sums up the sessions that could be moved.
type NightScore struct{ Attendance, Moves int }

// Score returns what moves come to: of the sessions within notice and horizon, the members
// who can attend. A move that breaks a rule is an error.
func (n Night) Score(moves []Move) (NightScore, error) {
	score := NightScore{Moves: len(moves)}
	to := map[[2]int]time.Time{}
	for _, m := range moves {
		if m.Series < 0 || m.Series >= len(n.Series) || m.Session < 0 || m.Session >= len(n.Series[m.Series].Sessions) || !to[[2]int{m.Series, m.Session}].IsZero() {
			return score, fmt.Errorf("move %+v: there is no such session, or it is moved twice", m)
		}
		to[[2]int{m.Series, m.Session}] = m.To
	}
	for k, s := range n.Series {
		now := slices.Clone(s.Sessions)
		for i := range now {
			if t := to[[2]int{k, i}]; !t.IsZero() {
				now[i] = t
			}
		}
		for i, at := range s.Sessions {
			if !now[i].Equal(at) && !n.allowed(s, now, i) {
				return score, fmt.Errorf("session %d of %s may not be moved to %s", i, s.Name, now[i].Format(time.RFC3339))
			}
			if n.due(at) {
				score.Attendance += attendance(s.Members, now[i], n.length())
			}
		}
	}
	return score, nil
}

func (n Night) length() time.Duration { return time.Duration(n.Minutes) * time.Minute }

// due reports whether a session at that time may be moved.
func (n Night) due(at time.Time) bool {
	ahead := at.Sub(n.Now)
	return ahead >= time.Duration(n.Notice)*time.Hour && ahead <= time.Duration(n.Horizon)*time.Hour
}

// allowed reports whether session i may be where now has it.
func (n Night) allowed(s Series, now []time.Time, i int) bool {
	loc := zone(n.Zone)
	from, to := s.Sessions[i], now[i]
	year, week := from.In(loc).ISOWeek()
	toYear, toWeek := to.In(loc).ISOWeek()
	return n.due(from) && year == toYear && week == toWeek && to.In(loc).Minute()%15 == 0 && to.Equal(to.Truncate(time.Minute)) &&
		to.Sub(n.Now) >= time.Duration(n.Notice)*time.Hour &&
		(i == 0 || now[i-1].Before(to)) && (i+1 == len(now) || to.Before(now[i+1])) &&
		attendance(s.Members, to, n.length()) >= attendance(s.Members, from, n.length())+n.MinGain
}

// Best moves each session to where most can attend, the soonest session first, and the nearest
// time of equals. Where no two sessions of a series are due in neighbouring weeks, nothing is
// better.
func (n Night) Best() (moves []Move) {
	for k, s := range n.Series {
		now := slices.Clone(s.Sessions)
		for i, at := range s.Sessions {
			most, to := attendance(s.Members, at, n.length()), at
			for _, t := range n.week(at) {
				now[i] = t
				if c := attendance(s.Members, t, n.length()); n.allowed(s, now, i) && (c > most || c == most && t.Sub(at).Abs() < to.Sub(at).Abs()) {
					most, to = c, t
				}
			}
			if now[i] = to; !to.Equal(at) {
				moves = append(moves, Move{k, i, to.UTC()})
			}
		}
	}
	return moves
}

// week returns all quarter hours of the ISO week of a time that may be moved, none of another.
func (n Night) week(at time.Time) (all []time.Time) {
	if !n.due(at) {
		return nil
	}
	local := at.In(zone(n.Zone))
	monday := clock(local.AddDate(0, 0, -(int(local.Weekday())+6)%7), 0)
	for t := monday; t.Before(monday.AddDate(0, 0, 7)); t = t.Add(15 * time.Minute) {
		all = append(all, t)
	}
	return all
}
