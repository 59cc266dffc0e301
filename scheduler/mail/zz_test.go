package mail

import (
	"bufio"
	"fmt"
	"net"
	"net/url"
	"testing"
	"time"
)

func TestZZSlow(t *testing.T) {
	for _, scheme := range []string{"imap", "smtp"} {
		for _, mode := range []string{"silent", "greets"} {
			t.Run(scheme+mode, func(t *testing.T) {
				t.Parallel()
				l, _ := net.Listen("tcp", "127.0.0.1:0")
				defer l.Close()
				go func() {
					for {
						c, err := l.Accept()
						if err != nil { return }
						go func() {
							if mode == "greets" {
								if scheme == "imap" { fmt.Fprint(c, "* OK [CAPABILITY IMAP4rev1] hi\r\n") } else { fmt.Fprint(c, "220 hi ESMTP\r\n") }
							}
							s := bufio.NewScanner(c)
							for s.Scan() { fmt.Println(scheme, mode, "got", s.Text(), time.Now().Format("05")) }
						}()
					}
				}()
				start := time.Now()
				d := newDesk(t)
				srv := Server{URL: &url.URL{Scheme: scheme, Host: l.Addr().String()}, Username: "x", Password: "y"}
				done := make(chan string, 1)
				go func() {
					if scheme == "imap" {
						got, err := (&Inbox{Server: srv, Replies: d.Replies}).Fetch(t.Context())
						done <- fmt.Sprintf("%+v %v", got, err)
					} else {
						done <- fmt.Sprint(srv.Check(t.Context(), "a@b.example"))
					}
				}()
				select {
				case s := <-done:
					fmt.Println(scheme, mode, "ended after", time.Since(start), s)
				case <-time.After(400 * time.Second):
					fmt.Println(scheme, mode, "NOT ENDED after 400 s")
				}
			})
		}
	}
}
