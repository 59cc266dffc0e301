package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// serveCommands are what scripts do with a server besides what testscript knows:
//
//	serving COMMAND ARGUMENT...     start peerslot, until it serves; sets $URL and $ADDRESS, and keeps serve.out and serve.err
//	browse METHOD PATH [NAME=VALUE...]   ask as a browser does, which keeps cookies and follows; @FILE is the address that the file has
//	browse forget                   go on with a new browser
//	await FILE PATTERN              wait until the file has a line that matches
//	terminate                       end the server by SIGTERM; it must say that all is well
var serveCommands = map[string]func(ts *testscript.TestScript, neg bool, args []string){
	"serving": startServing, "browse": browse, "await": await, "terminate": terminate,
}

// A visitor is what a script has of a server.
type visitor struct {
	server  *exec.Cmd
	browser *http.Client
}

// visitorOf returns the script's.
func visitorOf(ts *testscript.TestScript) *visitor {
	v, ok := ts.Value(visitor{}).(*visitor)
	if !ok {
		ts.Fatalf("the script was not set up")
	}
	return v
}

func startServing(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: serving COMMAND ARGUMENT...")
	}
	out, err := os.Create(ts.MkAbs("serve.out"))
	ts.Check(err)
	defer out.Close()
	errs, err := os.Create(ts.MkAbs("serve.err"))
	ts.Check(err)
	defer errs.Close()
	cmd := endingWithTests(exec.Command("peerslot", append(args, "--listen", "127.0.0.1:0")...))
	cmd.Dir, cmd.Stdout, cmd.Stderr = ts.MkAbs("."), out, errs
	cmd.Env = append(os.Environ(), "HOME="+ts.Getenv("HOME"), "XDG_CACHE_HOME="+ts.Getenv("XDG_CACHE_HOME"), "NO_COLOR=1")
	ts.Check(cmd.Start())
	ts.Defer(func() { _ = cmd.Process.Kill() }) // no more than an error if it has ended
	visitorOf(ts).server = cmd
	at := awaited(ts, "serve.err", regexp.MustCompile(`Serving (\S+) on (\S+);`))
	ts.Setenv("URL", at[1])
	ts.Setenv("ADDRESS", at[2])
	browse(ts, false, []string{"forget"})
}

// awaited waits for up to a minute, a loaded machine's.
func awaited(ts *testscript.TestScript, file string, pattern *regexp.Regexp) []string {
	for range 1200 {
		if found := pattern.FindStringSubmatch(ts.ReadFile(file)); found != nil {
			return found
		}
		time.Sleep(50 * time.Millisecond)
	}
	ts.Fatalf("%s never has %s:\n%s", file, pattern, ts.ReadFile(file))
	return nil
}

func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await FILE PATTERN")
	}
	found := awaited(ts, args[0], regexp.MustCompile("(?m)"+args[1]))
	fmt.Fprintln(ts.Stdout(), found[len(found)-1])
}

func browse(ts *testscript.TestScript, neg bool, args []string) {
	v := visitorOf(ts)
	if len(args) == 1 && args[0] == "forget" {
		jar, err := cookiejar.New(nil)
		ts.Check(err)
		v.browser = &http.Client{Jar: jar, Timeout: time.Minute}
		return
	}
	if neg || len(args) < 2 {
		ts.Fatalf("usage: browse METHOD PATH [NAME=VALUE...]")
	}
	at := ts.Getenv("URL") + args[1]
	if file, ok := strings.CutPrefix(args[1], "@"); ok {
		at = strings.TrimSpace(ts.ReadFile(file))
	}
	form := url.Values{}
	for _, field := range args[2:] {
		name, value, _ := strings.Cut(field, "=")
		form.Add(name, value)
	}
	var body io.Reader
	if len(form) > 0 {
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequest(args[0], at, body)
	ts.Check(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := v.browser.Do(r)
	ts.Check(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%d %s\n%s", answer.StatusCode, answer.Request.URL.RequestURI(), text)
}

func terminate(ts *testscript.TestScript, neg bool, args []string) {
	v := visitorOf(ts)
	if neg || len(args) > 0 || v.server == nil {
		ts.Fatalf("usage: terminate, after serving")
	}
	ts.Check(v.server.Process.Signal(syscall.SIGTERM))
	if err := v.server.Wait(); err != nil {
		ts.Fatalf("stopped by a signal: %v\n%s", err, ts.ReadFile("serve.err"))
	}
}
