package mail

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/peerslot/peerslot/scheduler"
)

// keptFor is for how long a message that wants to be read is shown, and mostKept how many.
const (
	keptFor  = 7 * 24 * time.Hour
	mostKept = 50
)

// KeepHeard keeps what needs a person of replies that were read while nobody looked on, as
// what the last look found. A message is read once, so that those of the last week stay;
// of the rest only what was found just now does.
func KeepHeard(ctx context.Context, s *scheduler.Service, found []scheduler.Finding) error {
	nights, err := s.Store.Nights(ctx)
	if err != nil {
		return fmt.Errorf("read what wants to be read: %w", err)
	}
	var last scheduler.Night
	if i := slices.IndexFunc(nights, func(n scheduler.Night) bool { return n.What == scheduler.MailNight }); i >= 0 {
		last = nights[i]
	}
	var keep []scheduler.Finding
	for _, f := range last.Findings {
		if f.Kind == scheduler.ReplyUnclear && s.Now().Sub(last.At) < keptFor {
			keep = append(keep, f)
		}
	}
	for _, f := range found {
		if f.Kind != scheduler.MailBounced && !slices.ContainsFunc(keep, func(k scheduler.Finding) bool { return sameFinding(k, f) }) { // a bounce stands with its message
			keep = append(keep, f)
		}
	}
	keep = keep[max(0, len(keep)-mostKept):]
	if slices.EqualFunc(keep, last.Findings, sameFinding) {
		return nil
	}
	return s.KeepNight(ctx, scheduler.Night{What: scheduler.MailNight, Findings: keep})
}

func sameFinding(a, b scheduler.Finding) bool {
	return a.Kind == b.Kind && a.Group == b.Group && a.Person == b.Person && a.UID == b.UID && a.At.Equal(b.At) && fmt.Sprint(a.Err) == fmt.Sprint(b.Err)
}
