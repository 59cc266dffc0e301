//go:build !noslack

package changing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler/chat"
	"github.com/peerslot/peerslot/scheduler/planning"
	"github.com/peerslot/peerslot/scheduler/report"
)

// WithSlack says whether this build can keep channels on Slack; the tag noslack leaves
// it out.
const WithSlack = true

// NewSlackCmd returns the command.
func NewSlackCmd(a *console.App) *cobra.Command {
	var flags console.ChangeFlags
	cmd := &cobra.Command{
		Use:   "slack",
		Short: "Keep a private Slack channel for each group",
		Long: `Makes a private channel for each group that has none, invites its members, whom
Slack knows by their addresses, and posts the group's introduction, once. The
channel is renamed with its group, and archived when the group is gone or replaced
by another round's. Running it twice changes nothing the second time; a run that
was interrupted is finished by the next one.

It needs the token of a Slack app in the environment variable that the
configuration names (slack: {token_env: SLACK_TOKEN}), with the bot scopes
groups:read, groups:write, chat:write, users:read and users:read.email. The app
cannot read what the members write. Without the setting nothing is sent.

Exit status 3 if something needs a person, such as a member who is not on Slack.`,
		Example: `  peerslot slack                    # show what would be done, and ask
  peerslot slack --dry-run
  peerslot slack --yes              # from cron, after forming and booking`,
		Args: console.Exactly(0, "takes no arguments; it looks after all groups"),
		RunE: func(cmd *cobra.Command, _ []string) error { return runSlack(cmd.Context(), a, flags) },
	}
	flags.Add(cmd)
	return cmd
}

// JsonSlack is the JSON answer.
type JsonSlack struct {
	Changes   []jsonChannel      `json:"changes"`
	Attention []report.Attention `json:"attention"`
	Failed    []report.Problem   `json:"failed,omitempty"`
	Plan      bool               `json:"plan,omitempty"` // nothing was changed
}

type jsonChannel struct {
	Group   string   `json:"group"` // "" if there is none any more
	Channel string   `json:"channel"`
	Steps   []string `json:"steps"`
	Invite  []string `json:"invite"`
	Why     string   `json:"why"`
}

func runSlack(ctx context.Context, a *console.App, flags console.ChangeFlags) error {
	return change[slacking]{
		flags: flags, outside: true,
		plan: func(ctx context.Context, w *workspace.Workspace) (slacking, error) { return planChannels(ctx, a, w) },
		show: func(_ *workspace.Workspace, p report.Printer, s slacking) {
			printSlackPlan(p, s.out)
			p.Attention(s.out.Attention)
		},
		question: func(s slacking) string {
			if len(s.out.Changes) == 0 {
				return ""
			}
			return fmt.Sprintf("Change %s?", report.Count(len(s.out.Changes), "channel", "channels"))
		},
		apply: func(ctx context.Context, w *workspace.Workspace, s *slacking) error {
			return slackError(s.apply(ctx, w))
		},
		done: func(_ *workspace.Workspace, p report.Printer, s slacking, applied bool) {
			if applied && len(s.plan) > 0 {
				p.Printf("Changed %s.\n", report.Count(len(s.out.Changes), "channel", "channels"))
				p.Attention(slices.DeleteFunc(slices.Clone(s.out.Attention), func(at report.Attention) bool { return slices.Contains(s.told, at) }))
			}
			for _, f := range s.out.Failed {
				a.Warn("%s", f.Error)
			}
		},
		answer: func(s slacking, planned bool) any {
			s.out.Plan = planned
			return s.out
		},
		verdict: slacking.verdict,
	}.run(ctx, a)
}

// A slacking is what slack carries from its plan to its answer.
type slacking struct {
	channels *chat.Slack
	plan     []chat.Change
	out      JsonSlack
	told     []report.Attention // with the plan
}

// slackOf returns the Slack that the configuration names.
func slackOf(a *console.App, w *workspace.Workspace) (*chat.Slack, error) {
	env := w.Slack.TokenEnv
	if env == "" {
		return nil, console.Usagef("add slack: {token_env: SLACK_TOKEN} to the configuration, and put the token of your Slack app into that environment variable",
			"Slack is not set up, so nothing is sent")
	}
	token := strings.TrimSpace(a.Getenv(env))
	if token == "" {
		return nil, console.Usagef("put the token of your Slack app into it: under OAuth & Permissions, it begins with xoxb-",
			"the environment variable %s, which slack: token_env names, is empty", env)
	}
	return &chat.Slack{
		Token: token, Endpoint: w.Slack.Endpoint, Log: w.Service.Log,
		Owner: chat.Owner{Organizer: w.Workspace.Organizer.Address, Workspace: w.Workspace.ID},
	}, nil
}

// planChannels plans for all groups. A workspace that lost its store has none, and
// an app cannot bring back what it archived, so that needs a person.
func planChannels(ctx context.Context, a *console.App, w *workspace.Workspace) (slacking, error) {
	channels, err := slackOf(a, w)
	if err != nil {
		return slacking{}, err
	}
	plan, err := channels.Plan(ctx, w.Workspace.Groups)
	if err != nil {
		return slacking{}, slackError(err)
	}
	if len(w.Workspace.Groups) == 0 && len(plan) > 0 {
		return slacking{}, console.WithHint(fmt.Errorf("there is no group any more, but %s on Slack", report.Count(len(plan), "channel", "channels")),
			"if the store and the configuration are the right ones, archive the channels on Slack")
	}
	out := slackJSON(plan)
	return slacking{channels, plan, out, out.Attention}, nil
}

// apply carries the plan out. What fails for one channel does not stop the others,
// unless it would fail for all of them.
func (s *slacking) apply(ctx context.Context, w *workspace.Workspace) error {
	if len(s.out.Changes) == 0 {
		return nil
	}
	s.channels.Intro = func(ctx context.Context, group string) (string, error) { return planning.Intro(ctx, w.Service, group) }
	s.out.Changes, s.out.Attention = []jsonChannel{}, []report.Attention{}
	for i, c := range s.plan {
		done, err := s.channels.Apply(ctx, c)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, chat.ErrAccess):
			return err
		case err != nil:
			s.out.Failed = append(s.out.Failed, report.Problem{Group: c.Group, Error: err.Error()})
			continue
		}
		s.out.add(done)
		w.Progress("keeping channels", i+1, len(s.plan))
	}
	return nil
}

func (s slacking) verdict() error {
	if len(s.out.Failed) > 0 && len(s.out.Changes) == 0 {
		return console.WithHint(errors.New("no channel could be changed"), "see the warnings above; the next run finishes what was begun")
	}
	return console.PersonIf(len(s.out.Failed)+len(s.out.Attention) > 0)
}

func slackJSON(plan []chat.Change) JsonSlack {
	answer := JsonSlack{Changes: []jsonChannel{}, Attention: []report.Attention{}}
	for _, c := range plan {
		answer.add(c)
	}
	return answer
}

// add adds one change, and what it leaves to a person.
func (j *JsonSlack) add(c chat.Change) {
	if len(c.Steps) > 0 {
		change := jsonChannel{Group: c.Group, Channel: c.Name, Steps: []string{}, Invite: []string{}, Why: c.Why}
		for _, s := range c.Steps {
			change.Steps = append(change.Steps, string(s))
		}
		for _, i := range c.Invitees {
			change.Invite = append(change.Invite, string(i.Person))
		}
		j.Changes = append(j.Changes, change)
	}
	for _, m := range c.Missing {
		j.Attention = append(j.Attention, report.Attention{Group: c.Group, What: fmt.Sprintf("%s is not in the channel: %s", m.Person, m.Why)})
	}
	if c.Doubt {
		j.Attention = append(j.Attention, report.Attention{Group: c.Group, What: fmt.Sprintf("nobody knows whether the introduction is in the channel: look, and post what 'peerslot groups --intro %q' prints if it is not", c.Group)})
	}
}

func printSlackPlan(p report.Printer, answer JsonSlack) {
	if len(answer.Changes) == 0 {
		p.Println("Every group has its channel; nothing to do.")
		return
	}
	var rows [][]string
	for _, c := range answer.Changes {
		rows = append(rows, []string{console.Dash(c.Group), "#" + c.Channel, stepsText(c), c.Why})
	}
	p.Table([]string{"GROUP", "CHANNEL", "CHANGE", "WHY"}, rows)
}

// stepsText says what is done, such as create, invite 4, introduce.
func stepsText(c jsonChannel) string {
	var words []string
	for _, s := range c.Steps {
		switch chat.Step(s) {
		case chat.Invite:
			s = fmt.Sprintf("invite %d", len(c.Invite))
		case chat.Note:
			s = "note it in the purpose"
		}
		words = append(words, s)
	}
	return strings.Join(words, ", ")
}

// slackError adds what to do about a token that is not good enough.
func slackError(err error) error {
	if errors.Is(err, chat.ErrAccess) {
		return console.WithHint(err, "the app needs the bot scopes groups:read, groups:write, chat:write, users:read and users:read.email; add what is missing, install it again, and use its new token")
	}
	return err
}
