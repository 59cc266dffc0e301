// Package chat keeps a private Slack channel for each group.
//
// What has been done is kept on Slack alone, as a mark in the purpose of each
// channel: a lost store makes no second channels, and a night in which nothing
// changed costs one list. A channel of which a run made no more than the name is
// known by who made it.
//
// The app needs the scopes groups:read, groups:write, chat:write, users:read and
// users:read.email. It cannot read what the members write. With groups:history,
// which it can do without, it looks whether the introduction arrived after a run
// died while posting it; otherwise that is left to a person.
package chat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/scheduler"
)

// Slack is a Slack workspace as one app sees it. Its methods must not be called at
// the same time.
type Slack struct {
	Token     string
	Endpoint  string // URL of a stand-in; "" for Slack
	Owner            // whose groups these are
	Intro     func(ctx context.Context, group string) (string, error)
	Log       *slog.Logger      // nil for none
	Transport http.RoundTripper // nil for the default one

	client *slack.Client
	self   string // ID of the app's own user
}

// Plan reads the channels there are and returns what is to be done, for groups in
// their order and then for channels whose group is gone. It changes nothing. A
// Change without steps only tells who is missing.
func (s *Slack) Plan(ctx context.Context, groups []scheduler.Group) ([]Change, error) {
	channels, err := s.channels(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the Slack channels: %w", err)
	}
	changes := PlanChannels(s.Owner, groups, channels)
	ids := map[calendar.Address]string{}
	asked := map[calendar.Address]bool{}
	for i, c := range changes {
		if !c.Has(Invite) {
			continue
		}
		if err := s.lookUp(ctx, c.Members, ids, asked); err != nil {
			return nil, err
		}
		present, err := s.present(ctx, c.Channel)
		if err != nil {
			return nil, err
		}
		changes[i] = c.settle(s.Owner, ids, present)
	}
	return slices.DeleteFunc(changes, func(c Change) bool { return len(c.Steps) == 0 && len(c.Missing) == 0 }), nil
}

// Apply carries out one change and returns it with what came up: the channel it is
// now about, and who could not be invited. A change that ended with an error is
// finished by the next plan. An error that is [ErrAccess] would meet all changes.
func (s *Slack) Apply(ctx context.Context, c Change) (Change, error) {
	c.Missing = slices.Clone(c.Missing)
	if c.Has(Archive) {
		return c, s.archive(ctx, c)
	}
	if len(c.Steps) == 0 {
		return c, nil
	}
	var text string
	if c.Has(Introduce) {
		var err error
		if text, err = s.Intro(ctx, c.Group); err != nil {
			return c, err
		}
	}
	err := s.apply(ctx, &c, text)
	if err != nil {
		err = fmt.Errorf("channel of group %q: %w", c.Group, err)
	}
	return c, err
}

func (s *Slack) apply(ctx context.Context, c *Change, text string) error {
	if c.Has(Create) {
		if err := s.create(ctx, c); err != nil {
			return fmt.Errorf("create it: %w", err)
		}
	}
	if c.Has(Rename) {
		if err := s.rename(ctx, c); err != nil {
			return fmt.Errorf("rename it: %w", err)
		}
	}
	if c.Has(Invite) {
		if err := s.invite(ctx, c); err != nil {
			return fmt.Errorf("invite: %w", err)
		}
	}
	if c.Has(Introduce) {
		return s.introduce(ctx, c, text)
	}
	return s.note(ctx, c, c.Channel.intro())
}

func (s *Slack) api() *slack.Client {
	if s.client == nil {
		s.client = newClient(s.Token, s.Endpoint, s.Transport)
	}
	return s.client
}

func (s *Slack) logDone(c *Change, what Step) {
	if s.Log != nil {
		s.Log.Info("slack channel", "did", string(what), "group", c.Group, "channel", c.Channel.Name)
	}
}

// create makes the channel, under the first name that is not taken.
func (s *Slack) create(ctx context.Context, c *Change) error {
	made, err := s.named(c.Name, func(name string) (*slack.Channel, error) {
		return once(ctx, func() (*slack.Channel, error) {
			return s.api().CreateConversationContext(ctx, slack.CreateConversationParams{ChannelName: name, IsPrivate: true})
		})
	})
	if err != nil {
		return err
	}
	c.Channel, c.Name = Channel{ID: made.ID, Name: made.Name}, made.Name
	s.logDone(c, Create)
	return nil
}

func (s *Slack) rename(ctx context.Context, c *Change) error {
	made, err := s.named(c.Name, func(name string) (*slack.Channel, error) {
		return once(ctx, func() (*slack.Channel, error) {
			return s.api().RenameConversationContext(ctx, c.Channel.ID, name)
		})
	})
	if err != nil {
		return err
	}
	c.Channel.Name, c.Name = made.Name, made.Name
	s.logDone(c, Rename)
	return nil
}

// named tries names until one is not taken.
func (s *Slack) named(name string, try func(string) (*slack.Channel, error)) (*slack.Channel, error) {
	for n := 1; ; n++ {
		channel, err := try(numbered(name, n))
		switch {
		case codeOf(err) == "name_taken" && n < mostNames:
			continue
		case err != nil:
			return nil, err
		case channel == nil || channel.ID == "":
			return nil, errors.New("the answer names no channel")
		}
		return channel, nil
	}
}

// invite invites all together, and one by one if somebody cannot be.
func (s *Slack) invite(ctx context.Context, c *Change) error {
	var ids []string
	for _, i := range c.Invitees {
		ids = append(ids, i.ID)
	}
	err := s.inviteOf(ctx, c.Channel, ids...)
	if err == nil {
		s.logDone(c, Invite)
	}
	if err == nil || !unwelcome(err) {
		return err
	}
	for _, i := range c.Invitees {
		switch err := s.inviteOf(ctx, c.Channel, i.ID); {
		case err == nil:
			s.logDone(c, Invite)
		case !unwelcome(err):
			return err
		default:
			c.Missing = append(c.Missing, Missing{i.Person, "Slack does not let the app invite them: " + codeOf(err)})
		}
	}
	return nil
}

func (s *Slack) inviteOf(ctx context.Context, c Channel, ids ...string) error {
	_, err := again(ctx, func() (*slack.Channel, error) {
		return s.api().InviteUsersToConversationContext(ctx, c.ID, ids...)
	})
	if code := codeOf(err); len(ids) == 1 && (code == "already_in_channel" || code == "cant_invite_self") {
		return nil
	}
	return err
}

// introduce posts the introduction. The intent is noted before, the outcome
// after it; what an earlier run intended is posted only if it did not arrive.
func (s *Slack) introduce(ctx context.Context, c *Change, text string) error {
	if c.Channel.intro() == posting {
		arrived, known, err := s.arrived(ctx, c.Channel)
		if err != nil {
			return fmt.Errorf("look for the introduction: %w", err)
		}
		if c.Doubt = !known; arrived || !known {
			return s.note(ctx, c, posted)
		}
	}
	if err := s.note(ctx, c, posting); err != nil {
		return err
	}
	_, err := once(ctx, func() (string, error) {
		_, at, err := s.api().PostMessageContext(ctx, c.Channel.ID, slack.MsgOptionText(text, true),
			slack.MsgOptionDisableMarkdown(), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
		return at, err
	})
	if err != nil {
		err = fmt.Errorf("post the introduction: %w", err)
		if refused(err) {
			err = errors.Join(err, s.note(ctx, c, notPosted))
		}
		return err
	}
	s.logDone(c, Introduce)
	return s.note(ctx, c, posted)
}

// note brings the mark in the channel's purpose up to date.
func (s *Slack) note(ctx context.Context, c *Change, i intro) error {
	want := c.mark(s.Owner, i)
	if m, ok := parseMark(c.Channel.Purpose); ok && m == want {
		return nil
	}
	purpose := want.in(c.Channel.Purpose, c.Group)
	_, err := again(ctx, func() (*slack.Channel, error) {
		return s.api().SetPurposeOfConversationContext(ctx, c.Channel.ID, purpose)
	})
	if err != nil {
		return fmt.Errorf("set its purpose: %w", err)
	}
	c.Channel.Purpose, c.Channel.Touched = purpose, true
	return nil
}

// arrived reports whether the app posted something in the channel, where it posts
// nothing else. It is not known without the scope, or if too much came after it.
func (s *Slack) arrived(ctx context.Context, c Channel) (arrived, known bool, err error) {
	history, err := again(ctx, func() (*slack.GetConversationHistoryResponse, error) {
		return s.api().GetConversationHistoryContext(ctx, &slack.GetConversationHistoryParameters{ChannelID: c.ID, Limit: 200})
	})
	if codeOf(err) == "missing_scope" {
		return false, false, nil
	}
	if err != nil {
		return false, false, err
	}
	for _, m := range history.Messages {
		if m.User == s.self && (m.SubType == "" || m.SubType == slack.MsgSubTypeBotMessage) {
			return true, true, nil
		}
	}
	return false, !history.HasMore, nil
}

func (s *Slack) archive(ctx context.Context, c Change) error {
	_, err := again(ctx, func() (struct{}, error) {
		return struct{}{}, s.api().ArchiveConversationContext(ctx, c.Channel.ID)
	})
	switch codeOf(err) {
	case "already_archived", "is_archived", "channel_not_found": // an earlier call did it, and took the app out
		err = nil
	}
	if err != nil {
		return fmt.Errorf("archive channel %s: %w", strings.TrimSpace(c.Channel.Name), err)
	}
	s.logDone(&c, Archive)
	return nil
}
