package caldav

import (
	"context"
	"maps"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/calendar/ical"
)

// note keeps whom the server has not told of a series, by the object as it is after
// a write.
func (b *Backend) note(uid calendar.UID, text []byte) {
	untold, err := ical.Untold(text)
	b.mu.Lock()
	defer b.mu.Unlock()
	if delete(b.untold, uid); err == nil {
		b.untold[uid] = untold
	}
}

// Untold implements calendar.Teller. SOGo says of nobody that it could not tell
// them.
func (b *Backend) Untold(ctx context.Context, uid calendar.UID) (map[calendar.Address]string, error) {
	b.mu.Lock()
	untold, ok := b.untold[uid]
	b.mu.Unlock()
	if ok {
		return maps.Clone(untold), nil
	}
	_, h, err := b.fetch(ctx, uid)
	if err != nil {
		return nil, calendar.OfSeries(uid, err)
	}
	return ical.Untold(h.text)
}
