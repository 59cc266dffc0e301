package manual

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
)

func TestPage(t *testing.T) {
	root := &cobra.Command{Use: "tool", Run: func(*cobra.Command, []string) {}}
	root.PersistentFlags().BoolP("verbose", "v", false, "say more")
	cmd := &cobra.Command{
		Use: "book GROUP", Short: `Book "it"`, Run: func(*cobra.Command, []string) {},
		Long:    "Books a\\b.\n.TH is no request\n\n'Tis another paragraph.\n",
		Example: "  tool book --slot \"tue 15:00\"",
	}
	cmd.Flags().String("slot", "", "book this `SLOT`")
	cmd.Flags().Duration("step", 15*time.Minute, "between starts")
	cmd.Flags().Bool("hidden", false, "not shown")
	cmd.Flags().Lookup("hidden").Hidden = true
	child := &cobra.Command{Use: "all", Run: func(*cobra.Command, []string) {}}
	cmd.AddCommand(child)
	root.AddCommand(cmd)
	want := `.TH "TOOL\-BOOK" "1" "2026\-03\-03" "tool" "tool"
.nh
.SH "NAME"
tool\-book \- Book "it"
.SH "SYNOPSIS"
tool book GROUP [flags]
.SH "DESCRIPTION"
Books a\eb.
\&.TH is no request
.PP
\&'Tis another paragraph.
.SH "OPTIONS"
.TP
\-\-slot SLOT
book this SLOT
.TP
\-\-step duration
between starts (default 15m0s)
.SH "OPTIONS OF ALL COMMANDS"
.TP
\-v, \-\-verbose
say more
.SH "EXAMPLES"
.EX
  tool book \-\-slot "tue 15:00"
.EE
.SH "SEE ALSO"
tool(1), tool\-book\-all(1)
`
	if diff := cmp.Diff(want, Page(cmd, time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
