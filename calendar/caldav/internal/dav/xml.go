package dav

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The namespaces of what is asked for.
const (
	DAV            = "DAV:"
	CalDAV         = "urn:ietf:params:xml:ns:caldav"
	CalendarServer = "http://calendarserver.org/ns/"
)

// Name returns a name of WebDAV itself; CalName one of CalDAV.
func Name(local string) xml.Name { return xml.Name{Space: DAV, Local: local} }

// CalName returns a name of CalDAV.
func CalName(local string) xml.Name { return xml.Name{Space: CalDAV, Local: local} }

const (
	maxDepth = 50
	maxNodes = 2_000_000 // of a document: 20 for each of 100,000 objects
	maxTag   = 64 << 10  // bytes of the beginning of an element, which take up to thirty times as much room
)

// A Node is an element of a document.
type Node struct {
	Name     xml.Name
	Text     string // of one without children, without blanks around
	Attrs    []xml.Attr
	Children []*Node
}

// Parse reads a document. One with a DOCTYPE is refused, so that there are no
// entities to expand, and so is one that is too deep or has too many elements, or too
// long ones.
func Parse(body []byte) (*Node, error) {
	if hasLongTag(body) {
		return nil, errTooLong
	}
	d := xml.NewDecoder(bytes.NewReader(body))
	d.CharsetReader = func(label string, r io.Reader) (io.Reader, error) {
		if strings.EqualFold(label, "utf-8") || strings.EqualFold(label, "us-ascii") {
			return r, nil
		}
		return nil, fmt.Errorf("the answer is in %q, not in UTF-8", label)
	}
	top := &Node{}
	open := []opened{{Node: top}}
	for count := 0; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, errors.New("the answer is not XML as it should be")
		}
		switch t := token.(type) {
		case xml.Directive:
			return nil, errors.New("the answer has a DOCTYPE")
		case xml.StartElement:
			if count++; len(open) > maxDepth || count > maxNodes {
				return nil, errTooLong
			}
			n := &Node{Name: t.Name, Attrs: t.Attr}
			last := &open[len(open)-1]
			last.Children, last.text = append(last.Children, n), nil
			open = append(open, opened{Node: n})
		case xml.CharData:
			if last := &open[len(open)-1]; len(last.Children) == 0 {
				last.text = append(last.text, t...) // a comment within it makes two of a text
			}
		case xml.EndElement:
			last := open[len(open)-1]
			last.Text = string(bytes.TrimSpace(last.text))
			open = open[:len(open)-1]
		}
	}
	if len(top.Children) != 1 {
		return nil, errors.New("the answer is not XML as it should be")
	}
	return top.Children[0], nil
}

var errTooLong = errors.New("the answer is too deep or too long")

// hasLongTag reports whether an element begins with more attributes than any needs.
func hasLongTag(body []byte) bool {
	for at := bytes.IndexByte(body, '<'); at >= 0; at = bytes.IndexByte(body, '<') {
		length := markupLength(body[at:])
		if length == 0 {
			return true
		}
		body = body[at+length:]
	}
	return false
}

// markupLength returns the length of what begins with <: a tag, or what may hold any text. It
// is 0 for a tag longer than maxTag.
func markupLength(text []byte) int {
	for _, m := range [...][2]string{{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}} {
		if bytes.HasPrefix(text, []byte(m[0])) {
			if end := bytes.Index(text, []byte(m[1])); end >= 0 {
				return end + len(m[1])
			}
			return len(text)
		}
	}
	quote := byte(0)
	for i, b := range text[:min(len(text), maxTag)] {
		switch {
		case b == quote:
			quote = 0
		case quote != 0:
		case b == '>':
			return i + 1
		case b == '"' || b == '\'':
			quote = b
		}
	}
	if len(text) > maxTag {
		return 0
	}
	return len(text)
}

// An opened element is one of which the end was not read yet.
type opened struct {
	*Node
	text []byte // so far, none of one that has children
}

// Child returns the first child of that name, or nil; also of a nil Node.
func (n *Node) Child(name xml.Name) *Node {
	if n == nil {
		return nil
	}
	for _, c := range n.Children {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// Has reports whether there is a child of that name.
func (n *Node) Has(name xml.Name) bool { return n.Child(name) != nil }

// Hrefs returns the texts of the href children.
func (n *Node) Hrefs() []string {
	var out []string
	if n == nil {
		return nil
	}
	for _, c := range n.Children {
		if c.Name == Name("href") {
			out = append(out, c.Text)
		}
	}
	return out
}
