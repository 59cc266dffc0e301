package console

import (
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/mail"
)

// Mailed is what a run did by mail.
type Mailed struct {
	Sent    int
	Waiting int
	Read    int
	Replies int

	Findings []scheduler.Finding
}

// Take adds what was read.
func (m *Mailed) Take(t mail.Taken) {
	m.Read += t.Read
	m.Replies += t.Replies
	m.Findings = append(m.Findings, t.Findings...)
}
