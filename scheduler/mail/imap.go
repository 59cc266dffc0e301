package mail

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/peerslot/peerslot/scheduler"
)

// An Inbox is the mailbox in which replies arrive. It is only read: no message in it
// is changed, marked or removed.
type Inbox struct {
	Server  Server
	Replies *Replies
}

// firstLook is how far back the first look at a mailbox goes.
const firstLook = 14 * 24 * time.Hour

// maxTop is how much is read of a message that is too large: its header.
const maxTop = 64 << 10

// Fetch reads what came since the last time, and notes it. A message is remembered
// once it was noted, so that a run that dies loses none. A mailbox that cannot be
// read is a finding; the error is for what ends a run.
func (b *Inbox) Fetch(ctx context.Context) (Taken, error) {
	var done Taken
	err := b.fetch(ctx, &done)
	if trouble, ok := errors.AsType[*serverError](err); ok && ctx.Err() == nil {
		done.Findings = append(done.Findings, scheduler.Finding{Kind: scheduler.RepliesUnread, Err: fmt.Errorf("%s: %w", b.Server.address(), trouble.error)})
		return done, nil
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return done, err
}

// A heldError says that a message could not be noted, which is no fault of the mail
// server, nor of others: they are read, and this one is taken again the next time.
type heldError struct{ error }

// A serverError is what the mail server did, not we.
type serverError struct{ error }

func (e *serverError) Unwrap() error { return e.error }

func fault(what string, err error) error {
	if err == nil {
		return nil
	}
	return &serverError{fmt.Errorf("%s: %w", what, errors.New(said(err)))}
}

func (b *Inbox) fetch(ctx context.Context, done *Taken) error {
	c, err := b.open(ctx)
	if err != nil {
		return &serverError{err}
	}
	defer c.Close()
	defer context.AfterFunc(ctx, func() { c.Close() })()
	name := b.name()
	chosen, err := answer(c, c.Select(name, &imap.SelectOptions{ReadOnly: true}).Wait) // EXAMINE
	if err != nil {
		return fault("open "+name, err)
	}
	at, err := b.Replies.Store.Mailbox(ctx)
	if err != nil {
		return fmt.Errorf("read how far the mailbox was read: %w", err)
	}
	if at.Fault != nil {
		done.Findings = append(done.Findings, scheduler.Finding{Kind: scheduler.SpoiltRecord, Err: at.Fault})
	}
	if at.Name != name || at.Validity != chosen.UIDValidity {
		if len(at.Again) > 0 {
			at.Read = time.Time{} // they came earlier
		}
		at = scheduler.Mailbox{Name: name, Validity: chosen.UIDValidity, Read: at.Read}
	}
	uids, err := b.search(c, at)
	if err != nil {
		return fault("search "+name, err)
	}
	for _, uid := range uids {
		err := b.one(ctx, c, uid, done)
		held, again := errors.AsType[*heldError](err)
		if err != nil && !again {
			return err
		}
		number := uint32(uid)
		at.Last, at.Again = max(at.Last, number), slices.DeleteFunc(at.Again, func(n uint32) bool { return n == number })
		if again {
			at.Again = append(at.Again, number)
			done.Findings = append(done.Findings, scheduler.Finding{Kind: scheduler.Failed, Err: held.error})
		}
		if err := b.keep(ctx, at); err != nil {
			return err
		}
	}
	return b.keep(ctx, at)
}

// Check opens the mailbox and reads nothing.
func (b *Inbox) Check(ctx context.Context) error {
	c, err := b.open(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	defer context.AfterFunc(ctx, func() { c.Close() })()
	if _, err := answer(c, c.Select(b.name(), &imap.SelectOptions{ReadOnly: true}).Wait); err != nil {
		return fmt.Errorf("open %s: %s", b.name(), said(err))
	}
	return nil
}

// name returns the name of the mailbox.
func (b *Inbox) name() string { return cmp.Or(strings.Trim(b.Server.URL.Path, "/"), "INBOX") }

func (b *Inbox) keep(ctx context.Context, at scheduler.Mailbox) error {
	at.Read = b.Replies.Now().UTC().Truncate(time.Second)
	if _, err := b.Replies.Store.Commit(context.WithoutCancel(ctx), scheduler.Batch{Mailbox: &at}); err != nil {
		return fmt.Errorf("note how far the mailbox was read: %w", err)
	}
	return nil
}

// search returns the UIDs that are to be read, in order. Under another validity
// the numbers say nothing, and it goes by the date: what was noted once is not noted
// twice.
func (b *Inbox) search(c *imapclient.Client, at scheduler.Mailbox) ([]imap.UID, error) {
	criteria := &imap.SearchCriteria{}
	if at.Last > 0 {
		wanted := imap.UIDSet{imap.UIDRange{Start: imap.UID(at.Last + 1)}}
		for _, number := range at.Again {
			wanted.AddNum(imap.UID(number))
		}
		criteria.UID = []imap.UIDSet{wanted}
	} else {
		since := at.Read
		if since.IsZero() {
			since = b.Replies.Now().Add(-firstLook)
		}
		criteria.Since = since.AddDate(0, 0, -1)
	}
	found, err := answer(c, c.UIDSearch(criteria, nil).Wait)
	if err != nil {
		return nil, err
	}
	all, err := numbersIn(found)
	if err != nil {
		return nil, err
	}
	uids := slices.DeleteFunc(all, func(u imap.UID) bool { // n:* always names the last one
		return uint32(u) <= at.Last && !slices.Contains(at.Again, uint32(u))
	})
	slices.Sort(uids)
	return uids, nil
}

// mostFound is how many messages a search may find: a mailbox of replies has some thousands.
const mostFound = 1_000_000

// numbersIn returns the UIDs that a search found. A server may write them as ranges (RFC 4731),
// however long.
func numbersIn(found *imap.SearchData) ([]imap.UID, error) {
	set, _ := found.All.(imap.UIDSet)
	count := uint64(0)
	for _, r := range set {
		if count += uint64(r.Stop-r.Start) + 1; count > mostFound {
			return nil, errors.New("the server finds more messages than a mailbox holds")
		}
	}
	return found.AllUIDs(), nil
}

// one reads one message, if it is not too large to be a reply.
func (b *Inbox) one(ctx context.Context, c *imapclient.Client, uid imap.UID, done *Taken) error {
	set := imap.UIDSetNum(uid)
	about, err := answer(c, c.Fetch(set, &imap.FetchOptions{UID: true, InternalDate: true, RFC822Size: true}).Collect)
	if err != nil {
		return fault("read a message", err)
	}
	if len(about) == 0 {
		return nil // it was removed meanwhile
	}
	read, most := func(raw []byte) Incoming { return Read(bytes.NewReader(raw), b.Replies.Authserv) }, int64(maxMessage)
	if about[0].RFC822Size > maxMessage {
		read, most = func(raw []byte) Incoming { return readTop(raw, b.Replies.Authserv) }, maxTop
	}
	section := &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Size: most}}
	text, err := answer(c, c.Fetch(set, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}}).Collect)
	if err != nil {
		return fault("read a message", err)
	}
	if len(text) == 0 || len(text[0].BodySection) == 0 {
		return nil
	}
	came := about[0].InternalDate
	got, err := b.Replies.takeRead(ctx, read(text[0].BodySection[0].Bytes), came)
	done.Read++
	done.Replies += got.Replies
	done.Findings = append(done.Findings, got.Findings...)
	switch {
	case err == nil || scheduler.Stops(ctx, err):
		return err
	case b.Replies.Now().Sub(came) < firstLook:
		return &heldError{err}
	}
	done.Findings = append(done.Findings, scheduler.Finding{Kind: scheduler.Failed, Err: err})
	return nil
}

// open connects and signs in. STARTTLS is demanded but on this machine.
func (b *Inbox) open(ctx context.Context) (*imapclient.Client, error) {
	s := b.Server
	conn, err := s.dial(ctx)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	var c *imapclient.Client
	switch {
	case s.implicitTLS(), s.loopback():
		c = imapclient.New(conn, nil)
	default:
		if c, err = imapclient.NewStartTLS(conn, &imapclient.Options{TLSConfig: s.tlsConfig()}); err != nil {
			conn.Close()
			return nil, fmt.Errorf("STARTTLS: %w", err)
		}
	}
	if err := c.WaitGreeting(); err != nil {
		c.Close()
		return nil, err
	}
	_, err = answer(c, func() (struct{}, error) { return struct{}{}, b.signIn(ctx, c) })
	if err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// answerPatience is how long the server may take to answer, with all of it.
const answerPatience = 2 * time.Minute

var errSilent = errors.New("it does not answer")

// answer waits for the answer to a command. The library waits for ever: what ends it is
// that the connection is closed.
func answer[T any](c io.Closer, wait func() (T, error)) (T, error) {
	stop := time.AfterFunc(answerPatience, func() { c.Close() })
	v, err := wait()
	if !stop.Stop() && err != nil {
		err = errSilent
	}
	return v, err
}

func (b *Inbox) signIn(ctx context.Context, c *imapclient.Client) error {
	s := b.Server
	offers := func(way string) bool { return c.Caps().Has(imap.AuthCap(way)) }
	way, err := s.sasl(ctx, offers)
	if errors.Is(err, ErrSignIn) && s.Token == nil && !c.Caps().Has(imap.CapLoginDisabled) {
		if err = c.Login(s.Username, s.Password).Wait(); err == nil {
			return nil
		}
		return fmt.Errorf("%w: %s", ErrSignIn, said(err))
	}
	if err != nil || way == nil {
		return err
	}
	if err := c.Authenticate(way); err != nil {
		return fmt.Errorf("%w: %s", ErrSignIn, said(err))
	}
	return nil
}
