package chat

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/peerslot/peerslot/scheduler"
	"github.com/peerslot/peerslot/scheduler/chat/chattest"
)

const token = "xoxb-1-secret"

func newServer() *chattest.Server {
	return chattest.New(token, "ana@acme.example", "bo@acme.example", "cem@acme.example", "dee@acme.example")
}

func newSlack(server *chattest.Server) *Slack {
	return &Slack{
		Token: token, Endpoint: "http://slack.test/api", Owner: organizer, Transport: server,
		Intro: func(_ context.Context, group string) (string, error) {
			return "Welcome to " + group + " & <friends>", nil
		},
	}
}

// run plans and applies, as one run of the program does, and returns what came up.
func run(t *testing.T, server *chattest.Server, groups ...scheduler.Group) (changes []Change, errs []error) {
	t.Helper()
	s := newSlack(server)
	plan, err := s.Plan(t.Context(), groups)
	if err != nil {
		return nil, []error{err}
	}
	for _, c := range plan {
		done, err := s.Apply(t.Context(), c)
		if err != nil {
			errs = append(errs, err)
		}
		changes = append(changes, done)
	}
	return changes, errs
}

func mustRun(t *testing.T, server *chattest.Server, groups ...scheduler.Group) []Change {
	t.Helper()
	changes, errs := run(t, server, groups...)
	if len(errs) > 0 {
		t.Fatalf("run: %v", errs)
	}
	return changes
}

// writes returns the calls that may change something, by method.
func writes(calls []string) (out []string) {
	for _, c := range calls {
		method, _, _ := strings.Cut(c, " ")
		switch method {
		case "auth.test", "conversations.list", "conversations.members", "conversations.history", "users.lookupByEmail":
		default:
			out = append(out, method)
		}
	}
	return out
}

func checkLeads(t *testing.T, c *chattest.Channel) {
	t.Helper()
	if c == nil {
		t.Fatal("there is no channel of leads")
	}
	want := []string{chattest.Self, "UANA", "UBO"}
	if !c.Private || c.Archived || !slices.Equal(c.Members, want) {
		t.Errorf("channel %s: private %v, archived %v, members %v; want a private one with %v", c.Name, c.Private, c.Archived, c.Members, want)
	}
	if diff := cmp.Diff([]string{"Welcome to leads &amp; &lt;friends&gt;"}, c.Posts); diff != "" {
		t.Errorf("introductions (-want +got):\n%s", diff)
	}
	if c.Purpose != purpose(leads, posted) {
		t.Errorf("purpose %q, want %q", c.Purpose, purpose(leads, posted))
	}
}

func TestFirstAndSecondRun(t *testing.T) {
	server := newServer()
	mustRun(t, server, leads, peers)
	checkLeads(t, server.Channel("leads"))
	calls := server.Calls()
	for _, want := range []string{
		"conversations.create is_private=true name=peers-of-v1-2",
		"users.lookupByEmail email=cem@acme.example",
		"conversations.invite channel=C2 users=UBO,UCEM",
	} {
		if !slices.Contains(calls, want) {
			t.Errorf("no call %q in:\n%s", want, strings.Join(calls, "\n"))
		}
	}
	mustRun(t, server, leads, peers)
	want := []string{
		"auth.test ",
		"conversations.list exclude_archived=true limit=200 types=private_channel",
		"conversations.list cursor=0 exclude_archived=true limit=200 types=private_channel",
	}
	if diff := cmp.Diff(want, server.Calls()); diff != "" {
		t.Errorf("calls of the second run (-want +got):\n%s", diff)
	}
}

func TestPlanChangesNothing(t *testing.T) {
	server := newServer()
	plan, err := newSlack(server).Plan(t.Context(), []scheduler.Group{leads, peers})
	if err != nil || len(plan) != 2 || len(plan[0].Invitees) != 2 {
		t.Errorf("Plan = %+v, %v; want two channels to make", plan, err)
	}
	if w := writes(server.Calls()); len(w) > 0 {
		t.Errorf("planning called %v", w)
	}
}

// Whatever call fails, and however, the run after next has done everything, once.
func TestInterruptedAnywhere(t *testing.T) {
	for _, method := range []string{"conversations.create", "conversations.invite", "conversations.setPurpose", "chat.postMessage"} {
		for name, fault := range map[string]chattest.Fault{
			"drop":     {Drop: true},
			"500":      {Status: 500},
			"429":      {Status: 429, After: "7"},
			"refused":  {Code: "restricted_action"},
			"internal": {Code: "internal_error"},
		} {
			for before := range 2 {
				t.Run(method+" "+name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						server := newServer()
						server.Fail(method, append(make([]chattest.Fault, before), fault)...)
						run(t, server, leads)
						_, errs := run(t, server, leads)
						if len(errs) > 0 {
							t.Errorf("second run: %v", errs)
						}
						checkLeads(t, server.Channel("leads"))
						server.Calls()
						mustRun(t, server, leads)
						if w := writes(server.Calls()); len(w) > 0 || server.Channels() != 1 {
							t.Errorf("third run called %v, and there are %d channels; want none and one", w, server.Channels())
						}
					})
				})
			}
		}
	}
}

func TestIntroductionInDoubt(t *testing.T) {
	server := newServer()
	server.Unscoped["conversations.history"] = true
	server.Fail("chat.postMessage", chattest.Fault{Drop: true})
	if _, errs := run(t, server, leads); len(errs) != 1 {
		t.Errorf("run with a lost answer: %v, want one error", errs)
	}
	if changes := mustRun(t, server, leads); len(changes) != 1 || !changes[0].Doubt {
		t.Errorf("second run: %+v, want doubt, for a person", changes)
	}
	checkLeads(t, server.Channel("leads"))
	if changes := mustRun(t, server, leads); len(changes) > 0 {
		t.Errorf("third run: %+v, want nothing left", changes)
	}
}

func TestRateLimit(t *testing.T) {
	for _, method := range []string{"auth.test", "conversations.list", "users.lookupByEmail", "conversations.create", "chat.postMessage"} {
		synctest.Test(t, func(t *testing.T) {
			server := newServer()
			server.Fail(method, chattest.Fault{Status: 429, After: "40"}, chattest.Fault{Status: 429}, chattest.Fault{Code: "ratelimited"})
			start := time.Now()
			mustRun(t, server, leads)
			if waited := time.Since(start); waited != 100*time.Second {
				t.Errorf("%s: waited %s; want the 40 s asked for and twice half a minute", method, waited)
			}
			checkLeads(t, server.Channel("leads"))
		})
	}
	server := newServer()
	server.Fail("auth.test", chattest.Fault{Status: 429, After: "4000"})
	if _, errs := run(t, server, leads); len(errs) != 1 || !strings.Contains(errs[0].Error(), "1h6m40s") {
		t.Errorf("asked to wait more than an hour: %v; want an error that says so", errs)
	}
}

// Who asks for patience has refused nobody: no member is told to be missing for it.
func TestRateLimitOfInvitations(t *testing.T) {
	for name, fault := range map[string]chattest.Fault{"an hour": {Status: 429, After: "4000"}, "again and again": {Code: "ratelimited"}} {
		synctest.Test(t, func(t *testing.T) {
			server := newServer()
			server.Fail("conversations.invite", slices.Repeat([]chattest.Fault{fault}, 2*tries)...)
			changes, errs := run(t, server, leads)
			if len(errs) != 1 || len(changes[0].Missing) > 0 {
				t.Errorf("%s: got %v, missing %v; want an error and nobody missing", name, errs, changes[0].Missing)
			}
		})
	}
}

func TestMissingMembers(t *testing.T) {
	server := newServer()
	four := group("four", "ana@acme.example", "gone@acme.example", "cem@acme.example", "dee@acme.example")
	server.Deleted["UDEE"] = true
	server.Barred["UCEM"] = "cant_invite"
	for round := range 2 {
		changes := mustRun(t, server, four)
		var who []string
		for _, m := range changes[0].Missing {
			who = append(who, string(m.Person))
		}
		slices.Sort(who)
		if diff := cmp.Diff([]string{"cem@acme.example", "dee@acme.example", "gone@acme.example"}, who); diff != "" {
			t.Errorf("run %d: missing (-want +got):\n%s", round+1, diff)
		}
	}
	c := server.Channel("four")
	if len(c.Posts) != 1 || !slices.Equal(c.Members, []string{chattest.Self, "UANA"}) {
		t.Errorf("%d introductions, members %v; want one, and ana", len(c.Posts), c.Members)
	}
	delete(server.Barred, "UCEM")
	delete(server.Deleted, "UDEE")
	server.Users["gone@acme.example"] = "UGONE"
	mustRun(t, server, four)
	if changes := mustRun(t, server, four); len(changes) > 0 || len(c.Members) != 5 {
		t.Errorf("once all are on Slack: %+v, members %v; want all of them and nothing left", changes, c.Members)
	}
}

func TestRenameAndArchive(t *testing.T) {
	server := newServer()
	mustRun(t, server, leads, peers)
	renamed := group("tech.leads", leads.Members...)
	mustRun(t, server, renamed)
	if c := server.Channel("tech-leads"); c == nil || c.Archived || len(c.Posts) != 1 || !strings.HasPrefix(c.Purpose, "Closed channel of tech.leads. ") {
		t.Errorf("after its group's rename: %+v; want the same channel, renamed, introduced once", c)
	}
	if c := server.Channel("peers-of-v1-2"); !c.Archived {
		t.Error("the channel of a group that is gone is not archived")
	}
	server.Calls()
	mustRun(t, server, renamed)
	if w := writes(server.Calls()); len(w) > 0 {
		t.Errorf("the next run called %v", w)
	}
	mustRun(t, server, renamed, peers)
	if c := server.Channel("peers-of-v1-2-2"); c == nil || len(c.Posts) != 1 {
		t.Errorf("a group that came back: %+v; want a new channel, as bots cannot bring back an archived one", c)
	}
}

func TestArchiveInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newServer()
		mustRun(t, server, leads)
		server.Fail("conversations.archive", chattest.Fault{Drop: true})
		mustRun(t, server)
		if changes := mustRun(t, server); len(changes) > 0 || !server.Channel("leads").Archived {
			t.Errorf("after a lost answer: %+v, want it archived and nothing left", changes)
		}
	})
}

func TestOthersChannelsAreLeftAlone(t *testing.T) {
	server := newServer()
	stranger := server.Add(chattest.Channel{Name: "leads", Private: true, Creator: "UEVE", Members: []string{"UEVE", chattest.Self}, Purpose: purpose(group("gone"), posted)})
	public := server.Add(chattest.Channel{Name: "town", Creator: chattest.Self, Members: []string{chattest.Self}, Purpose: purpose(group("gone"), posted)})
	mustRun(t, server, leads)
	if stranger.Archived || len(stranger.Posts) > 0 || public.Archived {
		t.Errorf("channels that peerslot did not make were changed: %+v, %+v", stranger, public)
	}
	checkLeads(t, server.Channel("leads-2"))
}

func TestWhoLeftStaysAway(t *testing.T) {
	server := newServer()
	mustRun(t, server, leads)
	c := server.Channel("leads")
	c.Members = []string{chattest.Self, "UANA", "UEVE"}
	if changes := mustRun(t, server, leads); len(changes) > 0 {
		t.Errorf("after a member left: %+v, want nothing to do", changes)
	}
	c.Purpose = "Our own words"
	mustRun(t, server, group("leads", "ana@acme.example"))
	if !strings.HasPrefix(c.Purpose, "Our own words peerslot:") || len(c.Posts) != 1 || len(c.Members) != 3 {
		t.Errorf("after the purpose was rewritten: %+v; want the words kept, and neither an introduction nor an invitation", c)
	}
}

func TestAccess(t *testing.T) {
	for name, spoil := range map[string]func(*chattest.Server){
		"token":      func(s *chattest.Server) { s.Token = "xoxb-other" },
		"list scope": func(s *chattest.Server) { s.Unscoped["conversations.list"] = true },
		"make scope": func(s *chattest.Server) { s.Unscoped["conversations.create"] = true },
	} {
		server := newServer()
		spoil(server)
		_, errs := run(t, server, leads)
		if len(errs) != 1 || !errors.Is(errs[0], ErrAccess) || strings.Contains(errs[0].Error(), token) {
			t.Errorf("%s: %v; want ErrAccess, without the token", name, errs)
		}
		if name == "list scope" && !strings.Contains(errs[0].Error(), "a:scope") {
			t.Errorf("%v does not name the scope", errs[0])
		}
	}
}

func TestBrokenIntroductionMakesNoChannel(t *testing.T) {
	server := newServer()
	s := newSlack(server)
	broken := errors.New("broken template")
	s.Intro = func(context.Context, string) (string, error) { return "", broken }
	plan, err := s.Plan(t.Context(), []scheduler.Group{leads})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Apply(t.Context(), plan[0]); !errors.Is(err, broken) || server.Channels() != 0 {
		t.Errorf("Apply: %v, %d channels; want the error and none", err, server.Channels())
	}
}
