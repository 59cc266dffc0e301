package chat

import (
	"context"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"github.com/peerslot/peerslot/calendar"
)

const (
	pageSize  = 200 // Slack advises against more
	mostPages = 1000
)

// channels returns the private channels that the app made, is in, and that are not
// archived.
func (s *Slack) channels(ctx context.Context) ([]Channel, error) {
	self, err := again(ctx, func() (*slack.AuthTestResponse, error) { return s.api().AuthTestContext(ctx) })
	if err != nil {
		return nil, err
	}
	if s.self = self.UserID; s.self == "" {
		return nil, errors.New("the answer does not say whose token it is")
	}
	var out []Channel
	err = pages(func(cursor string) (string, error) {
		found, next, err := s.page(ctx, cursor)
		for _, c := range found {
			if c.IsPrivate && !c.IsArchived && c.Creator == s.self {
				out = append(out, Channel{ID: c.ID, Name: c.Name, Purpose: c.Purpose.Value, Touched: c.Purpose.Value != "" || c.Purpose.LastSet != 0})
			}
		}
		return next, err
	})
	return out, err
}

func (s *Slack) page(ctx context.Context, cursor string) (found []slack.Channel, next string, err error) {
	found, err = again(ctx, func() (page []slack.Channel, err error) {
		page, next, err = s.api().GetConversationsContext(ctx, &slack.GetConversationsParameters{
			Cursor: cursor, Limit: pageSize, ExcludeArchived: true, Types: []string{"private_channel"},
		})
		return page, err
	})
	return found, next, err
}

// pages reads page after page, each of which names the next. A page may be empty
// and not be the last.
func pages(read func(cursor string) (next string, err error)) error {
	cursor := ""
	for range mostPages {
		next, err := read(cursor)
		if err != nil || next == "" {
			return err
		}
		if next == cursor {
			return errors.New("a page of the answer names itself as the next one")
		}
		cursor = next
	}
	return fmt.Errorf("the answer has more than %d pages", mostPages)
}

// present returns the IDs of those who are in the channel.
func (s *Slack) present(ctx context.Context, c Channel) ([]string, error) {
	if c.ID == "" {
		return nil, nil
	}
	var out []string
	err := pages(func(cursor string) (next string, err error) {
		ids, err := again(ctx, func() (page []string, err error) {
			page, next, err = s.api().GetUsersInConversationContext(ctx, &slack.GetUsersInConversationParameters{ChannelID: c.ID, Cursor: cursor, Limit: pageSize})
			return page, err
		})
		out = append(out, ids...)
		return next, err
	})
	if err != nil {
		return nil, fmt.Errorf("read who is in Slack channel %s: %w", c.Name, err)
	}
	return out, nil
}

// lookUp adds the IDs of people to ids. Who is not on Slack, or not any more, is
// left out. Nobody is asked for twice.
func (s *Slack) lookUp(ctx context.Context, people []calendar.Address, ids map[calendar.Address]string, asked map[calendar.Address]bool) error {
	for _, a := range people {
		if asked[a] {
			continue
		}
		user, err := again(ctx, func() (*slack.User, error) { return s.api().GetUserByEmailContext(ctx, string(a)) })
		code := codeOf(err)
		switch {
		case code == "users_not_found" || code == "user_not_found":
		case err != nil:
			return fmt.Errorf("look up %s on Slack: %w", a, err)
		case user.ID != "" && !user.Deleted:
			ids[a] = user.ID
		}
		asked[a] = true
	}
	return nil
}
