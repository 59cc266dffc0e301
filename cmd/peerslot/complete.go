package main

import (
	"bufio"
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/peerslot/peerslot/calendar/file"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/account"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
	"github.com/peerslot/peerslot/cmd/peerslot/internal/console"
	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/store"
)

// A completer says what may stand at a place of the command line.
type completer = cobra.CompletionFunc

// A completion completes command lines of the program.
type completion struct{ *console.App }

// complete has the shell complete every argument and every flag's value. A flag
// means the same in all commands, so one table does for all of them.
func (a completion) complete(root *cobra.Command) {
	arguments := map[string]completer{
		"answer": a.completeAnswer, "backup": files, "book": a.completeGroups, "cancel": a.completeGroup, "demo": folders, "export": a.completeGroups,
		"form": a.completeProgram, "freebusy": a.completePeople, "history": a.completeGroup, "init": folders, "link": a.completePerson, "man": folders,
		"restore": files, "review": a.completeGroups, "slots": a.completeGroup,
	}
	flags := map[string]completer{
		"allow-host": nothing, "as": a.completePerson, "budget": words("2s", "6s", "30s"), "cadence": words("weekly", "biweekly", "monthly"),
		"config": suffixes("yaml", "yml"), "every": words("5s", "15s", "1m"), "jobs": words("1", "4", "8", "16"), "listen": words("127.0.0.1:8080", ":8080"), "metrics": words("127.0.0.1:9090", ":9090"), "duration": words("30m", "45m", "50m", "60m", "90m"), "from": dates, "heartbeat": files, "old": suffixes("yaml", "yml"), "ics": suffixes("ics"),
		"intro": a.anyGroup, "keep": a.anyGroup, "log-format": words("text", "json"), "name": nothing, "now": nothing, "output": files, "place": a.completePerson, "rounds": words("1", "3", "8"),
		"rebook": a.anyGroup, "read": files, "sample": a.completePerson, "seed": nothing, "slot": slots, "start": dates, "step": words("15m", "30m", "60m"), "svg": suffixes("svg"),
		"swap": a.completeList, "to": dates, "top": words("1", "3", "5", "10"), "weeks": words("4", "6", "8", "13"), "with": a.completeList, "zone": a.completeZone,
	}
	var visit func(*cobra.Command)
	visit = func(cmd *cobra.Command) {
		cmd.ValidArgsFunction = arguments[cmd.Name()]
		if cmd.ValidArgsFunction == nil && !cmd.HasSubCommands() {
			cmd.ValidArgsFunction = nothing
		}
		set := func(f *pflag.Flag) {
			if complete, ok := flags[f.Name]; ok {
				_ = cmd.RegisterFlagCompletionFunc(f.Name, complete) // an error: it has one already
			}
		}
		cmd.Flags().VisitAll(set)
		cmd.PersistentFlags().VisitAll(set)
		for _, child := range cmd.Commands() {
			visit(child)
		}
	}
	visit(root)
}

const noFiles = cobra.ShellCompDirectiveNoFileComp

func nothing(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, noFiles
}

func files(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

func folders(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, noFiles
	}
	return nil, cobra.ShellCompDirectiveFilterDirs
}

func suffixes(list ...string) completer {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return list, cobra.ShellCompDirectiveFilterFileExt
	}
}

func words(list ...string) completer {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return list, noFiles | cobra.ShellCompDirectiveKeepOrder
	}
}

// dates completes the words of a relative date, with hyphens, as slots does.
func dates(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	list := []string{"today", "tomorrow"}
	for _, day := range console.Weekdays {
		list = append(list, "next-"+day)
	}
	list = append(list, "in-1-week", "in-2-weeks", "in-4-weeks")
	if strings.Contains(typed, " ") {
		for i := range list {
			list[i] = strings.ReplaceAll(list[i], "-", " ")
		}
	}
	return list, noFiles | cobra.ShellCompDirectiveKeepOrder
}

// slots completes a weekday, and once it stands there the hour. A blank between them
// has to be quoted, and zsh loses one that a word ends in: a hyphen does as well.
func slots(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	var list []string
	between := "-"
	if strings.Contains(typed, " ") {
		between = " "
	}
	day, _, _ := strings.Cut(strings.ToLower(typed), between)
	if _, ok := console.Weekday(day); !ok {
		for _, day := range console.Weekdays {
			list = append(list, day[:3])
		}
		return list, noFiles | cobra.ShellCompDirectiveKeepOrder | cobra.ShellCompDirectiveNoSpace
	}
	for _, clock := range []string{"09:00", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00", "17:00"} {
		list = append(list, day+between+clock)
	}
	return list, noFiles | cobra.ShellCompDirectiveKeepOrder
}

// completeGroup completes the one group that a command takes.
func (a completion) completeGroup(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, noFiles
	}
	return a.completeGroups(cmd, args, typed)
}

// anyGroup completes the group that a flag takes.
func (a completion) anyGroup(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	return a.completeGroups(cmd, nil, typed)
}

// completeGroups completes the next of several groups.
func (a completion) completeGroups(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, g := range a.groupsToComplete(cmd.Context()) {
		if !slices.Contains(args, g.Name) {
			names = append(names, g.Name)
		}
	}
	return names, noFiles
}

// groupsToComplete returns all groups, or those named by hand if the store cannot be
// read.
func (a completion) groupsToComplete(ctx context.Context) []scheduler.Group {
	c := a.configToComplete()
	st, err := store.Read(ctx, account.StoreURL(c))
	if err != nil {
		return c.Workspace.Groups
	}
	defer st.Close()
	ready, err := (&scheduler.Service{Workspace: c.Workspace, Store: st, Now: a.Now}).Ready(ctx)
	if err != nil {
		return c.Workspace.Groups
	}
	return ready.Workspace.Groups
}

// configToComplete returns the configuration, an empty one if it cannot be read: who
// completes wants no errors.
func (a completion) configToComplete() *config.Config {
	c, err := a.LoadConfig()
	if err != nil {
		return &config.Config{}
	}
	return c
}

func (a completion) completeProgram(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, noFiles
	}
	return a.configToComplete().Workspace.ProgramNames(), noFiles
}

func (a completion) completePerson(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return a.people(nil, ""), noFiles
}

func (a completion) completePeople(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	return a.people(args, ""), noFiles
}

// completeList completes the last of several addresses with commas between them.
func (a completion) completeList(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	before := typed[:strings.LastIndex(typed, ",")+1]
	return a.people(strings.Split(before, ","), before), noFiles | cobra.ShellCompDirectiveNoSpace
}

// people returns everybody but those who are there, with a text before each. After a
// comma there are no descriptions: beside them bash takes a comma for another letter.
func (a completion) people(there []string, before string) []string {
	roster := a.configToComplete().Workspace.Roster
	var out []string
	for _, address := range roster.Addresses() {
		if !slices.Contains(there, string(address)) {
			text := before + string(address)
			if before == "" {
				text = cobra.CompletionWithDesc(text, roster.Of(address).Name)
			}
			out = append(out, text)
		}
	}
	return out
}

func (a completion) completeAnswer(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	switch len(args) {
	case 0:
		return a.completeGroups(cmd, args, typed)
	case 1:
		return []string{"keep", "rarer", "oftener", "stop"}, noFiles | cobra.ShellCompDirectiveKeepOrder
	}
	return nil, noFiles
}

// completeZone completes the zones of the system's data, or those of the people.
func (a completion) completeZone(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	if zones := systemZones(); len(zones) > 0 {
		return zones, noFiles
	}
	w := a.configToComplete().Workspace
	zones := map[string]bool{cmp.Or(w.Zone, "UTC"): true}
	for _, p := range w.Roster.All() {
		zones[cmp.Or(p.Zone, "UTC")] = true
	}
	return slices.Sorted(maps.Keys(zones)), noFiles
}

// systemZones returns the names in the system's tzdata.zi, whose lines of zones and
// of links are "Z NAME …" and "L TARGET NAME" (zic(8)).
func systemZones() []string {
	f, err := file.Open("/usr/share/zoneinfo/tzdata.zi", 4<<20)
	if err != nil {
		return nil
	}
	defer f.Close()
	var out []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		words := strings.Fields(lines.Text())
		switch {
		case len(words) > 1 && words[0] == "Z":
			out = append(out, words[1])
		case len(words) > 2 && words[0] == "L" && strings.Contains(words[2], "/"):
			out = append(out, words[2])
		}
	}
	slices.Sort(out)
	return out
}
