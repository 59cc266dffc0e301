package scheduler_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// someTold is a backend whose server does not tell everybody.
type someTold struct {
	calendar.Backend
	untold map[calendar.Address]string
}

func (s someTold) Untold(context.Context, calendar.UID) (map[calendar.Address]string, error) {
	return s.untold, nil
}

// mailer is a Notifier that finds nothing to write.
type mailer struct{}

func (mailer) Notices(context.Context, calendar.Series, calendar.Series, time.Time) ([]scheduler.Notice, error) {
	return nil, nil
}

func TestWhomTheServerCouldNotReachIsRemembered(t *testing.T) {
	untold := map[calendar.Address]string{bo: "5.1"} // and Ana is left to us
	for name, row := range map[string]struct {
		mail scheduler.Notifier
		want map[calendar.Address]string
	}{"without mail": {nil, untold}, "with mail": {mailer{}, nil}} {
		w := newWorld(t, ana, bo)
		w.Service.Backend, w.Service.Notifier = someTold{w.Service.Backend, map[calendar.Address]string{bo: "5.1", ana: ""}}, row.mail
		b := w.MustBook(t, w.Plan(t, w.NewGroup("g", ana, bo))[0])
		if diff := cmp.Diff(row.want, b.Unreached); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
