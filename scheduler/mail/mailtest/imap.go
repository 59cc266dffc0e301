package mailtest

import (
	"bytes"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

// A Mailroom is an IMAP server with one mailbox.
type Mailroom struct {
	*imapmemserver.User
	URL *url.URL // of the mailbox; it takes the password "right" of ops@acme.example
}

// NewMailroom starts one.
func NewMailroom(t testing.TB) *Mailroom {
	t.Helper()
	memory := imapmemserver.New()
	user := imapmemserver.NewUser("ops@acme.example", "right")
	if err := user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	memory.AddUser(user)
	s := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memory.NewSession(), nil, nil
		},
		Caps:         imap.CapSet{imap.CapIMAP4rev1: {}},
		InsecureAuth: true,
		Logger:       quiet{},
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go s.Serve(listener) // ends with Close
	t.Cleanup(func() { s.Close() })
	return &Mailroom{user, &url.URL{Scheme: "imap", Host: listener.Addr().String(), Path: "/INBOX"}}
}

// Deliver puts a message there, with the line ends of mail, as if it arrived at at.
func (m *Mailroom) Deliver(t testing.TB, raw string, at time.Time) {
	t.Helper()
	raw = strings.ReplaceAll(raw, "\n", "\r\n")
	if _, err := m.Append("INBOX", literal{bytes.NewReader([]byte(raw)), int64(len(raw))}, &imap.AppendOptions{Time: at}); err != nil {
		t.Fatal(err)
	}
}

type literal struct {
	*bytes.Reader
	size int64
}

func (l literal) Size() int64 { return l.size }
