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
	first := q.Start.AddDays((fromMonday(slot.Day) - fromMonday(q.Start.Weekday()) + 7) % 7)
	var best Candidate
	for week := range int(q.Cadence) {
		c, skipped := q.score(slot, first.AddDays(7*week), members, q.window(zone))
		switch {
		case skipped != nil:
			err = skipped
		case best.Count == 0 || compareCandidates(c, best) < 0:
			best = c
		}
	}
	if best.Count == 0 {
		return best, err
	}
	return best, nil
}

// score returns slot as a candidate whose first session is on the given date.
func (q Search) score(slot Slot, first Date, members []Member, window Interval) (Candidate, error) {
	sessions, err := slot.Occurrences(first, q.Cadence, q.Count)
	if err != nil {
		return Candidate{}, err
	}
	c := Candidate{
		Slot: slot, First: first, Count: q.Count,
		RequiredMet: q.Count, Possible: len(members) * q.Count, WorstOccurrence: len(members),
	}
	if q.Preferred.Has(slot.Day) {
		c.Preferred = q.Count
	}
	attended := make([]int, len(members))
	for _, verdicts := range Judge(members, sessions) {
		c.addSession(members, verdicts, attended)
	}
	c.WorstMember = worst(members, attended, window)
	return c, nil
}

// addSession adds one session to the figures, and to how many each member attended.
func (c *Candidate) addSession(members []Member, verdicts []Verdict, attended []int) {
	here, missed := 0, 0
	for i, v := range verdicts {
		c.Unknown += oneIf(v.Can == Maybe)
		c.Stretch += oneIf(v.Can == Stretch)
		if v.Can.Attends() {
			here++
			attended[i]++
		} else if members[i].Required {
			missed = 1
		}
	}
	c.RequiredMet -= missed
	c.Attendance += here
	c.WorstOccurrence = min(c.WorstOccurrence, here)
}

// worst returns the least that a member attended of whom something is known, or
// 0 if nothing is known of anybody.
func worst(members []Member, attended []int, window Interval) int {
	least := -1
	for i, m := range members {
		if m.Busy.Tells(window) && (least < 0 || attended[i] < least) {
			least = attended[i]
		}
	}
	return max(least, 0)
}
