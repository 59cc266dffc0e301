package yamltext

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// Plain returns what the parser makes of a piece whose items are written as most are: of
// mappings, in braces or a key to a line, whose values are words, whole numbers, text in
// double quotes, and lists and mappings of such in one line. It is nil for any other: who
// has hundreds of people waits for the parser.
func Plain(p Piece) *ast.File {
	r := plainReader{line: p.Before + 1}
	key, rest, _ := strings.Cut(p.Text, ":\n")
	r.text = key
	name := r.word()
	if name == nil || r.at != len(key) {
		return nil
	}
	list := &ast.SequenceNode{}
	for rest != "" {
		r.text, rest, _ = strings.Cut(rest, "\n")
		r.line, r.at, r.counted, r.column = r.line+1, 0, 0, 0
		if r.text == "" {
			continue
		}
		if !r.item(list) || r.at != len(r.text) {
			return nil
		}
	}
	if len(list.Values) == 0 {
		return nil
	}
	root := &ast.MappingNode{Start: name.Token, Values: []*ast.MappingValueNode{{Start: name.Token, Key: name, Value: list}}}
	return &ast.File{Docs: []*ast.DocumentNode{{Body: root}}}
}

// A plainReader reads one line after the other. What it reads is nil, or false, where
// something else stands than it knows.
type plainReader struct {
	text            string // of the line
	line            int    // its number
	at              int    // bytes that were read of it
	counted, column int    // bytes of it that were counted, and how many characters they are
	dash            int    // where the dashes of the list are
	open            *ast.MappingNode
	keys            int // where the keys of open are, which is a key to a line
	depth           int // of braces and brackets

	tokens    []token.Token
	positions []token.Position
	words     []ast.StringNode
	entries   []ast.MappingValueNode
}

// item reads a line: an item of the list, or a further key of the last one.
func (r *plainReader) item(list *ast.SequenceNode) bool {
	for r.at < len(r.text) && r.text[r.at] == ' ' {
		r.at++
	}
	indent := r.at
	if r.open != nil && indent == r.keys {
		return r.entry(r.open)
	}
	if !strings.HasPrefix(r.text[r.at:], "- ") || len(list.Values) > 0 && indent != r.dash {
		return false
	}
	if list.Start == nil {
		list.Start = r.token("-")
	}
	r.at, r.dash, r.open = r.at+len("- "), indent, nil
	if r.next('{') {
		m := r.mapping()
		if m == nil {
			return false
		}
		list.Values = append(list.Values, m)
		return true
	}
	r.open, r.keys = &ast.MappingNode{Start: r.token("")}, r.at
	list.Values = append(list.Values, r.open)
	return r.entry(r.open)
}

// entry reads a key and its value.
func (r *plainReader) entry(m *ast.MappingNode) bool {
	key := r.word()
	if key == nil || !strings.HasPrefix(r.text[r.at:], ": ") {
		return false
	}
	r.at += len(": ")
	v := r.value()
	r.entries = room(r.entries)
	r.entries = append(r.entries, ast.MappingValueNode{Start: key.Token, Key: key, Value: v, IsFlowStyle: m.IsFlowStyle})
	m.Values = append(m.Values, &r.entries[len(r.entries)-1])
	return v != nil && len(m.Values) <= maxKeys
}

func (r *plainReader) value() ast.Node {
	r.depth++
	defer func() { r.depth-- }()
	switch {
	case r.depth > 4: // what is too deep the parser's limit tells
	case r.next('{'):
		if m := r.mapping(); m != nil {
			return m
		}
	case r.next('['):
		if l := r.list(); l != nil {
			return l
		}
	case r.next('"'):
		if n := r.quoted(); n != nil {
			return n
		}
	case r.at < len(r.text) && r.text[r.at] >= '1' && r.text[r.at] <= '9':
		return r.number()
	default:
		if n := r.word(); n != nil {
			return n
		}
	}
	return nil
}

// mapping reads a mapping from its brace on.
func (r *plainReader) mapping() *ast.MappingNode {
	m := &ast.MappingNode{IsFlowStyle: true, Start: r.token("{")}
	r.at++
	for r.entry(m) {
		if r.next('}') {
			r.at++
			return m
		}
		if !r.comma() {
			break
		}
	}
	return nil
}

// list reads a list from its bracket on.
func (r *plainReader) list() *ast.SequenceNode {
	l := &ast.SequenceNode{IsFlowStyle: true, Start: r.token("[")}
	r.at++
	for {
		v := r.value()
		if v == nil {
			return nil
		}
		l.Values = append(l.Values, v)
		if r.next(']') {
			r.at++
			return l
		}
		if !r.comma() {
			return nil
		}
	}
}

func (r *plainReader) next(c byte) bool { return r.at < len(r.text) && r.text[r.at] == c }

func (r *plainReader) comma() bool {
	ok := strings.HasPrefix(r.text[r.at:], ", ")
	r.at += len(", ")
	return ok
}

// word reads words with one space between them, the first of which begins with a letter.
func (r *plainReader) word() *ast.StringNode {
	end := r.at
	for i, c := range r.text[r.at:] {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= utf8.RuneSelf && unicode.IsLetter(c)
		follows := i > 0 && ('0' <= c && c <= '9' || c != ' ' && c < utf8.RuneSelf && strings.IndexByte("@._+-/", byte(c)) >= 0)
		space := i > 0 && c == ' ' && r.text[r.at+i-1] != ' '
		if !letter && !follows && !space {
			break
		}
		end = r.at + i + utf8.RuneLen(c)
	}
	word := r.text[r.at:end]
	if word == "" || strings.HasSuffix(word, " ") || strings.EqualFold(word, "null") || strings.EqualFold(word, "true") || strings.EqualFold(word, "false") {
		return nil
	}
	n := r.string(word)
	r.at = end
	return n
}

// quoted reads text in double quotes that says what it is, without escapes.
func (r *plainReader) quoted() *ast.StringNode {
	n := strings.IndexAny(r.text[r.at+1:], `"\`)
	if n < 0 || r.text[r.at+1+n] == '\\' {
		return nil
	}
	s := r.string(r.text[r.at+1 : r.at+1+n])
	r.at += n + 2
	return s
}

func (r *plainReader) number() ast.Node {
	end := r.at
	for end < len(r.text) && r.text[end] >= '0' && r.text[end] <= '9' {
		end++
	}
	if end-r.at > 9 || end < len(r.text) && strings.IndexByte(",]}", r.text[end]) < 0 {
		return nil
	}
	n := &ast.IntegerNode{Token: r.token(r.text[r.at:end])}
	r.at = end
	return n
}

func (r *plainReader) string(text string) *ast.StringNode {
	text = strings.Clone(text) // what a name is kept of would keep its whole piece
	t := r.token(text)
	r.words = append(room(r.words), ast.StringNode{Token: t, Value: text})
	return &r.words[len(r.words)-1]
}

// token returns a token that begins where the next byte is.
func (r *plainReader) token(text string) *token.Token {
	r.column += utf8.RuneCountInString(r.text[r.counted:r.at])
	r.counted = r.at
	r.positions = append(room(r.positions), token.Position{Line: r.line, Column: r.column + 1})
	r.tokens = append(room(r.tokens), token.Token{Value: text, Position: &r.positions[len(r.positions)-1]})
	return &r.tokens[len(r.tokens)-1]
}

// room returns a list that has room for one more without moving what is in it.
func room[T any](list []T) []T {
	if len(list) < cap(list) {
		return list
	}
	return make([]T, 0, 64)
}
