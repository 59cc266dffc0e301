package mail

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// SignIn returns the message with which a person gets a link that signs them in. It is
// written with the built-in templates: one of somebody's own may not show it.
func (c *Composer) SignIn(to calendar.Address, link string, now time.Time) ([]byte, error) {
	sum := sha256.Sum256([]byte("sign in\x00" + link)) // the Message-ID tells nothing of the link
	n := scheduler.Notice{ID: hex.EncodeToString(sum[:16]), Kind: scheduler.NoticeAsked, To: to, Made: now}
	l := Letter{
		Subject: "Your link to sign in",
		Name:    c.Workspace.Name(to),
		Lead:    []string{"With this link you sign in to your peer sessions. It works for 15 minutes, once."},
		SignIn:  link,
		Answer:  "If you did not ask for it, you need not do anything.",
	}
	text, html, err := defaults().render(l)
	if err != nil {
		return nil, err
	}
	return c.message(n, l.Subject, "", text, html, nil)
}
