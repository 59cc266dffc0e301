package availability

// A Verdict says whether a member can attend a session, and if not, why.
type Verdict struct {
	Can Can
	Why Why
}

// Judge returns the verdict of [Member.CanAttend] by session, then by member.
func Judge(members []Member, sessions []Interval) [][]Verdict {
	out := make([][]Verdict, len(sessions))
	for i, iv := range sessions {
		out[i] = make([]Verdict, len(members))
		for j := range members {
			can, why := members[j].CanAttend(iv)
			out[i][j] = Verdict{can, why}
		}
	}
	return out
}

// Score returns slot as a candidate with the figures that [Rank] gives it, in the
// best of its starting weeks. The slot need not be one that the search would
// find: its own zone and length count, and neither q.Step nor q.OnlyDays matters.
// It is an error if the clocks skip the slot whichever week it starts.
func Score(q Search, slot Slot, members []Member) (Candidate, error) {
	q.Zone, q.Length = slot.Zone, slot.Length
	q, zone, err := q.withDefaults()
	if err == nil {
		err = checkMembers(members)
	}
	if err != nil {
		return Candidate{}, err
	}
	window := q.window(zone)
	first := q.Start.AddDays((fromMonday(slot.Day) - fromMonday(q.Start.Weekday()) + 7) % 7)
	var best Candidate
	for week := range int(q.Cadence) {
		c := Candidate{Slot: slot, First: first.AddDays(7 * week), Count: q.Count, Possible: len(members) * q.Count}
		sessions, skipped := slot.Occurrences(c.First, q.Cadence, q.Count)
		if skipped != nil {
			err = skipped
			continue
		}
		c.tally(members, Judge(members, sessions), window)
		if q.Preferred.Has(slot.Day) {
			c.Preferred = q.Count
		}
		if best.Count == 0 || compareCandidates(c, best) < 0 {
			best = c
		}
	}
	if best.Count > 0 {
		return best, nil
	}
	return best, err
}

// tally fills in the figures that follow from the verdicts.
func (c *Candidate) tally(members []Member, verdicts [][]Verdict, window Interval) {
	c.RequiredMet, c.WorstOccurrence = c.Count, len(members)
	attended := make([]int, len(members)) // by member
	for _, session := range verdicts {
		here, met := 0, 1
		for i, v := range session {
			switch {
			case v.Can.Attends():
				here++
				attended[i]++
			case members[i].Required:
				met = 0
			}
			switch v.Can {
			case Maybe:
				c.Unknown++
			case Stretch:
				c.Stretch++
			}
		}
		c.RequiredMet += met - 1
		c.Attendance += here
		c.WorstOccurrence = min(c.WorstOccurrence, here)
	}
	c.WorstMember = worst(members, attended, window)
}

// worst returns the least that a member attended of whom something is known, or
// 0 if nothing is known of anybody.
func worst(members []Member, attended []int, window Interval) int {
	least, any := 0, false
	for i, m := range members {
		if m.Busy.knownIn(window) && (!any || attended[i] < least) {
			least, any = attended[i], true
		}
	}
	return least
}
