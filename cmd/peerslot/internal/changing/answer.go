package changing

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/peerslot/peerslot/calendar"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/workspace"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/report"
	"github.com/peerslot/peerslot/scheduler/review"
)

// NewAnswerCmd returns the command.
func NewAnswerCmd(a *console.App) *cobra.Command {
	var as string
	var flags console.ChangeFlags
	cmd := &cobra.Command{
		Use:   "answer GROUP (keep | rarer | oftener | stop) --as ADDRESS",
		Short: "Record a member's answer to the review",
		Long: `Keeps what a member would like to follow the series. A second answer of the same member
replaces the first. Answers are used and shown only from three on, with the decision,
and are deleted with it; only the tallies stay.

In the store and its backups stands a keyed hash of member and answer, without time or
order: neither can be read from it. The key lies elsewhere, in the file that answer_key
names (default .peerslot/answer.key, made on first use) or in the environment variable
that answer_key_env names; keep it out of the backups of the store. Who runs the machine
has both, and could find out by trying until the decision is made.`,
		Example: `  peerslot answer first-circle rarer --as ana@acme.example`,
		Args:    console.Exactly(2, "name the group and the answer"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return recordAnswer(cmd.Context(), a, args[0], args[1], as, flags)
		},
	}
	flags.Add(cmd)
	cmd.Flags().StringVar(&as, "as", "", "`ADDRESS` of the member")
	return cmd
}

func recordAnswer(ctx context.Context, a *console.App, group, text, as string, flags console.ChangeFlags) error {
	given, err := scheduler.ParseAnswer(text)
	if err != nil {
		return console.Usagef("", "%w", err)
	}
	if as == "" {
		return console.Usagef("", "answer: name the member with --as ADDRESS")
	}
	return change[calendar.Address]{
		flags: flags, night: true, outside: true, // the key of the answers is a file
		plan: func(ctx context.Context, w *workspace.Workspace) (calendar.Address, error) {
			who, err := w.Person(as)
			if err != nil {
				return "", err
			}
			return who, review.MayAnswer(ctx, w.Service, group, who)
		},
		show: func(w *workspace.Workspace, p report.Printer, who calendar.Address) {
			p.Printf("%s about %s: %s\n", w.Workspace.Name(who), group, given)
		},
		question: func(calendar.Address) string { return "Record this answer?" },
		apply: func(ctx context.Context, w *workspace.Workspace, who *calendar.Address) error {
			return review.Answer(ctx, w.Service, group, *who, given)
		},
		done: func(_ *workspace.Workspace, p report.Printer, _ calendar.Address, applied bool) {
			if applied {
				p.Println("Recorded.")
			}
		},
		answer: func(_ calendar.Address, planned bool) any {
			return struct {
				Group    string `json:"group"`
				Recorded bool   `json:"recorded"`
			}{group, !planned}
		},
	}.run(ctx, a)
}
