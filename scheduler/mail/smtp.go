package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/emersion/go-smtp"
)

// A sender is a connection to a mail server.
type sender struct {
	*smtp.Client
	from string
	stop func() bool
}

// connect opens a connection and signs in. It ends when ctx ends, or with close.
func (s Server) connect(ctx context.Context, from string) (*sender, error) {
	c, err := s.greet(ctx)
	if err != nil {
		return nil, err
	}
	c.CommandTimeout, c.SubmissionTimeout = time.Minute, 5*time.Minute
	out := &sender{Client: c, from: from, stop: context.AfterFunc(ctx, func() { c.Close() })}
	if err := c.Noop(); err != nil { // the handshake of TLS may only fail now
		out.close()
		return nil, err
	}
	way, err := s.sasl(ctx, c.SupportsAuth)
	if err == nil && way != nil {
		if err = c.Auth(way); err != nil {
			err = fmt.Errorf("%w: %w", ErrSignIn, err)
		}
	}
	if err != nil {
		out.close()
		return nil, err
	}
	return out, nil
}

// Check connects to a server for mail that goes out and signs in.
func (s Server) Check(ctx context.Context, from string) error {
	c, err := s.connect(ctx, from)
	if err == nil {
		c.close()
	}
	return err
}

// SendAll hands over messages to one person, in order, and ends at the first that is
// not taken.
func (s Server) SendAll(ctx context.Context, from, to string, messages ...[]byte) error {
	c, err := s.connect(ctx, from)
	if err != nil {
		return err
	}
	defer c.close()
	for _, m := range messages {
		if _, err := c.send(to, m); err != nil {
			return err
		}
	}
	return nil
}

// greet connects. STARTTLS is demanded but on this machine, where it is used if the
// server has it, whatever its certificate.
func (s Server) greet(ctx context.Context) (*smtp.Client, error) {
	conn, err := s.dial(ctx)
	if err != nil {
		return nil, err
	}
	if s.implicitTLS() {
		return smtp.NewClient(conn), nil
	}
	config := s.tlsConfig()
	if s.loopback() {
		config.InsecureSkipVerify = true
		plain := smtp.NewClient(conn)
		if ok, _ := plain.Extension("STARTTLS"); !ok {
			return plain, nil
		}
		plain.Close()
		if conn, err = s.dial(ctx); err != nil {
			return nil, err
		}
	}
	c, err := smtp.NewClientStartTLS(conn, config)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("STARTTLS: %w", err)
	}
	return c, nil
}

func (s *sender) close() {
	s.stop()
	if s.Quit() != nil {
		s.Close()
	}
}

// A fate is what became of one message.
type fate int

const (
	taken   fate = iota
	dead         // the address takes no mail
	later        // this message is to wait
	trouble      // all are to wait
)

// send hands over one message. What it returns beside taken comes with the error.
func (s *sender) send(to string, message []byte) (fate, error) {
	if err := s.Mail(s.from, nil); err != nil {
		return trouble, err
	}
	if err := s.Rcpt(to, nil); err != nil {
		if s.Reset() != nil {
			return trouble, err
		}
		return refusal(err), err
	}
	w, err := s.Data()
	if err != nil {
		return s.afterData(err)
	}
	if _, err := bytes.NewReader(message).WriteTo(w); err != nil {
		return trouble, err
	}
	if err := w.Close(); err != nil {
		return s.afterData(err)
	}
	return taken, nil
}

// afterData tells a refused message from a broken connection.
func (s *sender) afterData(err error) (fate, error) {
	if _, ok := errors.AsType[*smtp.SMTPError](err); ok && s.Reset() == nil {
		return later, err
	}
	return trouble, err
}

// refusal judges the answer to RCPT. 5.4.5 and 5.7.x speak of used-up quotas and
// policies, not of the address.
func refusal(err error) fate {
	e, ok := errors.AsType[*smtp.SMTPError](err)
	switch {
	case !ok:
		return trouble
	case e.Code/100 != 5, e.EnhancedCode == smtp.EnhancedCode{5, 4, 5}, e.EnhancedCode[0] == 5 && e.EnhancedCode[1] == 7:
		return later
	}
	return dead
}

// said returns what a server said, on one line and without control characters.
func said(err error) string {
	text := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, err.Error())
	const most = 300
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}
