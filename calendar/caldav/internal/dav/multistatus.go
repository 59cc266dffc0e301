package dav

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// A Multistatus is what a server says of several resources (RFC 4918, section 13).
type Multistatus struct {
	Items []Item
	Token string // of a sync-collection: for the next one (RFC 6578)
	More  bool   // of a sync-collection: the list is cut, and the token leads on
}

// An Item is what it says of one resource.
type Item struct {
	URL    *url.URL
	Status int // of the whole resource; 0 if it is given for each property
	Props  map[xml.Name]*Node
}

// Property returns a property that the server has, or nil.
func (i Item) Property(name xml.Name) *Node { return i.Props[name] }

// A Query is a PROPFIND or REPORT.
type Query struct {
	Method string
	URL    *url.URL
	Depth  string // "" for none
	Body   string // the inner XML of the root element, with the prefixes D, C and S
	Root   string // the root element, such as D:propfind
}

// noMultistatus is the condition of an answer that is none of a CalDAV server's, whatever its
// status says: the page on which a network asks to sign in, a proxy's own, or a web page of
// the server.
const noMultistatus = "no multistatus"

var errNoMultistatus = errors.New("the answer is no multistatus")

// Ask makes a query. An answer that is no 207 with a multistatus is an error.
func (c *Client) Ask(ctx context.Context, q Query) (*Multistatus, *Response, error) {
	body := fmt.Sprintf(`<?xml version="1.0" encoding="utf-8"?><%s xmlns:D="DAV:" xmlns:C="%s" xmlns:S="%s">%s</%s>`, q.Root, CalDAV, CalendarServer, q.Body, q.Root)
	header := http.Header{"Content-Type": {"application/xml; charset=utf-8"}}
	if q.Depth != "" {
		header["Depth"] = []string{q.Depth}
	}
	resp, err := c.Read(ctx, Request{Method: q.Method, URL: q.URL, Header: header, Body: []byte(body)})
	if err != nil {
		return nil, nil, err
	}
	if resp.Status != http.StatusMultiStatus {
		return nil, resp, &Error{Method: q.Method, Status: resp.Status, Cond: noMultistatus}
	}
	m, err := c.multistatus(resp)
	if errors.Is(err, errNoMultistatus) {
		err = &Error{Method: q.Method, Status: resp.Status, Cond: noMultistatus}
	}
	return m, resp, err
}

// Propfind asks for properties of a resource, and with depth "1" of those in it.
func (c *Client) Propfind(ctx context.Context, u *url.URL, depth string, names ...string) (*Multistatus, *Response, error) {
	var b strings.Builder
	for _, n := range names {
		fmt.Fprintf(&b, "<%s/>", n)
	}
	return c.Ask(ctx, Query{Method: "PROPFIND", URL: u, Depth: depth, Root: "D:propfind", Body: "<D:prop>" + b.String() + "</D:prop>"})
}

// multistatus reads an answer. Resources on servers that are not trusted are left
// out.
func (c *Client) multistatus(resp *Response) (*Multistatus, error) {
	doc, err := Parse(resp.Body)
	if err != nil {
		return nil, err
	}
	if doc.Name != Name("multistatus") {
		return nil, errNoMultistatus
	}
	m := &Multistatus{}
	for _, n := range doc.Children {
		switch n.Name {
		case Name("sync-token"):
			m.Token = n.Text
		case Name("response"):
			c.addItems(m, resp.URL, n)
		}
	}
	return m, nil
}

func (c *Client) addItems(m *Multistatus, base *url.URL, n *Node) {
	item := Item{Status: statusOf(n.Child(Name("status"))), Props: map[xml.Name]*Node{}}
	for _, ps := range n.Children {
		if ps.Name != Name("propstat") || statusOf(ps.Child(Name("status")))/100 != 2 {
			continue
		}
		if prop := ps.Child(Name("prop")); prop != nil {
			for _, p := range prop.Children {
				item.Props[p.Name] = p
			}
		}
	}
	for _, href := range n.Hrefs() {
		u, err := c.Resolve(base, href)
		if err != nil {
			continue
		}
		if item.Status == http.StatusInsufficientStorage && u.Path == base.Path { // RFC 6578, section 3.6
			m.More = true
			continue
		}
		item.URL = u
		m.Items = append(m.Items, item)
	}
}

// statusOf reads a line such as HTTP/1.1 200 OK; it is 0 if there is none.
func statusOf(n *Node) int {
	if n == nil {
		return 0
	}
	fields := strings.Fields(n.Text)
	if len(fields) < 2 {
		return 0
	}
	status, err := strconv.Atoi(fields[1])
	if err != nil {
		return 0
	}
	return status
}

// Escape returns text as the content of an element.
func Escape(text string) string {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		return ""
	}
	return b.String()
}
