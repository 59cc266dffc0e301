package graph

import (
	"context"
	"slices"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
)

// An ownView is what the organizer's own calendar shows: there, sessions have names.
type ownView struct {
	items  []ownItem
	reason string // why it could not be read; "" if it could
}

type ownItem struct {
	item
	master string // id of the series' event
}

// organizer returns when the organizer is busy with something else than the given
// series.
func (s *snapshot) organizer(ctx context.Context, except []calendar.UID) (availability.Busy, error) {
	view, err := s.view(ctx)
	if err != nil {
		return availability.Busy{}, err
	}
	if view.reason != "" {
		return availability.Unreadable(view.reason), nil
	}
	var masters []string
	for _, uid := range except {
		id, absent := s.b.known(uid)
		if id == "" && !absent {
			if e, err := s.b.find(ctx, uid); err == nil {
				id = e.ID
				s.b.remember(uid, id)
			}
		}
		if id != "" {
			masters = append(masters, id)
		}
	}
	busy := availability.Busy{Window: s.window}
	for _, it := range view.items {
		if it.status != isFree && !slices.Contains(masters, it.master) {
			busy.Spans = append(busy.Spans, it.span())
		}
	}
	busy.Normalize()
	return busy, nil
}

// view reads the organizer's calendar, once.
func (s *snapshot) view(ctx context.Context) (*ownView, error) {
	s.mu.Lock()
	view := s.day
	s.mu.Unlock()
	if view != nil {
		return view, nil
	}
	view = &ownView{}
	query := window(s.window)
	query.Set("$top", pageSize)
	query.Set("$select", "id,type,seriesMasterId,start,end,showAs,isCancelled")
	err := s.b.list(ctx, "calendarView", s.b.api.Path(query, "calendarView"), func(e event) {
		iv, ok := e.Interval()
		if e.IsCancelled {
			return
		}
		if !ok {
			view.reason = "Microsoft's answer for the organizer's calendar cannot be read"
			return
		}
		view.items = append(view.items, ownItem{item{iv.Start.Unix(), iv.End.Unix(), statusOf(e.ShowAs)}, e.SeriesMasterID})
	})
	switch {
	case calendar.ConcernsAll(ctx, err):
		return nil, err
	case err != nil:
		view.reason = reasonOf(err)
	}
	s.mu.Lock()
	s.day = view
	s.mu.Unlock()
	return view, nil
}
