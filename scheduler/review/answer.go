package review

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// An answerKey turns answers into tokens. Who has the key and the store can find
// out who answered what, by trying; who has only one of them cannot.
type answerKey []byte

func (k answerKey) token(uid calendar.UID, who calendar.Address, a scheduler.Answer) string {
	return k.hash("answer\x00%s\x00%s\x00%s", uid, who, a)
}

// fingerprint tells keys apart without telling anything of them.
func (k answerKey) fingerprint() string { return k.hash("key") }

func (k answerKey) hash(format string, args ...any) string {
	mac := hmac.New(sha256.New, k)
	fmt.Fprintf(mac, format, args...)
	return hex.EncodeToString(mac.Sum(nil))
}

// tokens returns the tokens of all answers that a person may give.
func (k answerKey) tokens(uid calendar.UID, who calendar.Address) []string {
	var out []string
	for _, a := range scheduler.AllAnswers {
		out = append(out, k.token(uid, who, a))
	}
	return out
}

// errNoAnswerKey says that there is no key to keep or read answers with.
var errNoAnswerKey = errors.New("there is no key for the members' answers")

func keyOf(s *scheduler.Service, create bool) (answerKey, error) {
	if s.AnswerKey == nil {
		return nil, errNoAnswerKey
	}
	key, err := s.AnswerKey(create)
	if err != nil {
		return nil, fmt.Errorf("the key of the answers: %w", err)
	}
	return key, nil
}

// MayAnswer returns why a person cannot answer about the group's series; nil if they
// can.
func MayAnswer(ctx context.Context, s *scheduler.Service, group string, who calendar.Address) error {
	_, _, err := answering(ctx, s, group, who)
	return err
}

// answering returns the booking that an answer of the person is about, the one that the
// group's review will look at, and the address under which they are invited.
func answering(ctx context.Context, s *scheduler.Service, group string, who calendar.Address) (b scheduler.Booking, invited calendar.Address, err error) {
	bookings, err := s.BookingsOf(ctx, group)
	if err != nil {
		return b, "", err
	}
	b, ok := bookings.Current(group)
	if !ok {
		if _, err := s.Group(ctx, group); err != nil {
			return b, "", err
		}
		return b, "", fmt.Errorf("group %q has no series to answer about", group)
	}
	person, _ := s.Workspace.Roster.Known(who)
	i := slices.IndexFunc(b.Series.Attendees, func(at calendar.Attendee) bool { return at.Address == who || person.Is(at.Address) })
	if i < 0 {
		return b, "", fmt.Errorf("%s is not a member of group %q", who, group)
	}
	if old, _ := bookings.RunningOut(group); old.Decision != "" && b.Series.First.Compare(availability.DateOf(s.Now())) > 0 {
		return b, "", fmt.Errorf("what follows the series of group %q is decided: %s; answers about the next one are taken from %s on", group, old.Decision, b.Series.First)
	}
	return b, b.Series.Attendees[i].Address, nil
}

// Answer keeps a member's answer about the series that the group's review will look
// at. A second answer of the same member replaces the first.
func Answer(ctx context.Context, s *scheduler.Service, group string, who calendar.Address, a scheduler.Answer) error {
	b, who, err := answering(ctx, s, group, who)
	if err != nil {
		return err
	}
	key, err := keyOf(s, true)
	if err != nil {
		return err
	}
	uid := b.Series.UID
	return s.Store.Answer(ctx, uid, key.fingerprint(), key.token(uid, who, a), key.tokens(uid, who))
}

// HasAnswered reports whether who has answered about the booking's series, for themselves
// to know: what they said it does not tell.
func HasAnswered(ctx context.Context, s *scheduler.Service, b scheduler.Booking, who calendar.Address) (bool, error) {
	tokens, key, err := kept(ctx, s, b.Series.UID)
	if err != nil {
		return false, err
	}
	own := key.tokens(b.Series.UID, who)
	return slices.ContainsFunc(tokens, func(t string) bool { return slices.Contains(own, t) }), nil
}

// kept returns the tokens of the answers about a series, sorted, and the key that they
// were made with; no key if there are none.
func kept(ctx context.Context, s *scheduler.Service, uid calendar.UID) ([]string, answerKey, error) {
	fingerprint, tokens, err := s.Store.Answers(ctx, uid)
	if err != nil {
		return nil, nil, fmt.Errorf("read the answers: %w", err)
	}
	if len(tokens) == 0 {
		return nil, nil, nil
	}
	key, err := keyOf(s, false)
	if err != nil {
		return nil, nil, err
	}
	if key.fingerprint() != fingerprint {
		return nil, nil, fmt.Errorf("read the answers: %w", scheduler.ErrOtherKey)
	}
	return tokens, key, nil
}

// answers counts the answers about a booking's series, and its members who have not
// answered. Only who is invited counts.
func answers(ctx context.Context, s *scheduler.Service, b scheduler.Booking, series calendar.Series) (given map[scheduler.Answer]int, missing int, err error) {
	tokens, key, err := kept(ctx, s, b.Series.UID)
	if err != nil {
		return nil, 0, err
	}
	if len(tokens) == 0 {
		return nil, len(series.Attendees), nil
	}
	given = map[scheduler.Answer]int{}
	for _, at := range series.Attendees {
		missing++
		for _, a := range scheduler.AllAnswers {
			if _, found := slices.BinarySearch(tokens, key.token(b.Series.UID, at.Address, a)); found {
				given[a]++
				missing--
			}
		}
	}
	return given, missing, nil
}
