package config

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/config/internal/yamltext"
)

// A node is a piece of a file, and where it stands. Nodes may be shared: an alias
// is the node that its anchor named.
type node struct {
	file      string
	line, col int
	kind      kind
	text      string          // of a scalar
	entries   []entry         // of a mapping, in the order of the file
	items     []*node         // of a list
	long      iter.Seq[*node] // the items of a list of which only some are in memory at a time; else nil
}

// all yields the items of a list.
func (n *node) all() iter.Seq[*node] {
	if n.long != nil {
		return n.long
	}
	return slices.Values(n.items)
}

// An entry is one key of a mapping and its value.
type entry struct{ key, value *node }

// A kind of node.
type kind uint8

const (
	nothing kind = iota // not given, or null
	text
	number
	boolean
	cell // of a CSV file: text that may stand for anything
	mapping
	list
)

// String returns the kind with its article.
func (k kind) String() string {
	return [...]string{"nothing", "text", "a number", "true or false", "text", "a mapping (key: value)", "a list"}[k]
}

// parseYAML turns a file into a tree. If it cannot, it reports why and returns nil.
func (r *reader) parseYAML(name string, data []byte) *node {
	r.files = append(r.files, name)
	y := &yamlFile{reader: r, name: name, anchors: map[string]*node{}}
	data, ok := r.decode(name, data)
	if !ok {
		return nil
	}
	if yamltext.Marks(data) > yamltext.MaxMarks {
		y.fail(1, 1, "the file is too long: put people into a CSV file, and name it by people: people.csv")
		return nil
	}
	text := strings.ReplaceAll(string(data), "\r\n", "\n") // of comments the parser counts "\r\n" as two lines
	if r.piece == 0 {
		return y.root(y.parse(text, 0))
	}
	return y.inPieces(text)
}

// pieceSize is how many bytes of a list are parsed at once: some hundred people.
const pieceSize = 16 << 10

// inPieces reads a file whose lists of the first level are read some items at a time, when
// they are asked for, so that what the parser makes of them is never there of all. Many a
// file that is right is none in pieces; what is one is the same file as a whole.
func (y *yamlFile) inPieces(text string) *node {
	rest, lists := yamltext.Split(text, y.piece)
	y.lists = map[int]yamltext.List{}
	for _, l := range lists {
		y.lists[l.Line] = l
	}
	root := y.root(y.parse(rest, 0))
	for line := range y.lists {
		y.fail(line, 1, "what seemed to be a list is something else")
	}
	return root
}

// pieces returns the list that was split.
func (y *yamlFile) pieces(l yamltext.List) *node {
	delete(y.lists, l.Line)
	return &node{file: y.name, line: l.Pieces[0].Before + 2, col: l.Column, kind: list, long: func(yield func(*node) bool) {
		for i, p := range l.Pieces {
			l.Pieces[i].Text = "" // as what is made of it grows
			root := y.root(y.parse(p.Text, p.Before))
			if root == nil || len(root.entries) != 1 || root.entries[0].value.kind != list {
				y.fail(l.Line, 1, "this is not YAML")
				return
			}
			for _, item := range root.entries[0].value.items {
				if !yield(item) {
					return
				}
			}
		}
	}}
}

// parse parses text that stands after so many lines. If it cannot, it reports why and
// returns nil.
func (y *yamlFile) parse(text string, after int) *ast.File {
	tokens := lexer.Tokenize(text)
	for _, t := range tokens {
		t.Position.Line += after
	}
	if at, what := yamltext.TooMuch(tokens); at != nil {
		y.failAt(at, "%s", what)
		return nil
	}
	if at := slices.IndexFunc(tokens, yamltext.HangsOnNext); y.lists != nil && at >= 0 {
		y.failAt(tokens[at], "what the parser makes of this hangs on what follows")
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		y.failSyntax(err, text)
		return nil
	}
	return file
}

// decode checks that a file is UTF-8 text of reasonable size, and strips a byte
// order mark.
func (r *reader) decode(name string, data []byte) ([]byte, bool) {
	text, at, wrong := yamltext.Decode(data, maxSize)
	if wrong != "" {
		before := text[:at]
		line := bytes.Count(before, []byte("\n")) + 1
		column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
		r.report(Problem{File: name, Line: line, Column: column, Message: wrong})
	}
	return text, wrong == ""
}

// A yamlFile is a file on its way to a tree.
type yamlFile struct {
	*reader
	name    string
	anchors map[string]*node
	lists   map[int]yamltext.List // that were split, by the line of their key, until it is read; nil for a file that is read as a whole
}

func (y *yamlFile) fail(line, col int, format string, args ...any) {
	y.report(Problem{File: y.name, Line: line, Column: max(col, 1), Message: fmt.Sprintf(format, args...)})
}

func (y *yamlFile) failAt(t *token.Token, format string, args ...any) {
	if t == nil {
		t = token.New("", "", &token.Position{Line: 1, Column: 1})
	}
	y.fail(t.Position.Line, t.Position.Column, format, args...)
}

// failSyntax reports what the parser found.
func (y *yamlFile) failSyntax(err error, data string) {
	e, ok := errors.AsType[yaml.Error](err)
	if !ok || e.GetToken() == nil {
		y.fail(1, 1, "this is not YAML")
		return
	}
	t, message := e.GetToken(), e.GetMessage()
	for range t.Position.Line - 1 {
		_, data, _ = strings.Cut(data, "\n")
	}
	switch {
	case strings.HasPrefix(strings.TrimLeft(data, " "), "\t"):
		message = "indent with spaces, not with tabs"
	case strings.ContainsFunc(message, unicode.IsControl) || secret(message) || len(message) > 100:
		message = "there is something here that cannot be here" // some messages repeat it
	}
	y.failAt(t, "this is not YAML: %s", message)
}

// root returns the tree of the only document, nil if there is none. Documents without
// anything in them do not count.
func (y *yamlFile) root(file *ast.File) *node {
	if file == nil {
		return nil
	}
	docs := slices.DeleteFunc(file.Docs, func(d *ast.DocumentNode) bool {
		_, directive := d.Body.(*ast.DirectiveNode)
		return d.Body == nil || directive
	})
	if len(docs) == 0 {
		y.fail(1, 1, "the file is empty: 'peerslot init' writes one to start from")
		return nil
	}
	if len(docs) > 1 {
		y.failAt(docs[1].Start, "a second document begins here: want one file for one workspace")
		return nil
	}
	root := y.node(docs[0].Body)
	if root.kind != mapping {
		y.fail(root.line, root.col, "want settings such as organizer: people-ops@acme.example, not %s", root.kind)
		return nil
	}
	return root
}

// node converts what the parser made. It never returns nil.
func (y *yamlFile) node(from ast.Node) *node {
	if from == nil || from.GetToken() == nil {
		return &node{file: y.name, line: 1, col: 1}
	}
	t := from.GetToken()
	n := &node{file: y.name, line: t.Position.Line, col: t.Position.Column, text: t.Value}
	switch from := from.(type) {
	case *ast.NullNode:
	case *ast.MergeKeyNode:
		n.kind = text
	case *ast.StringNode:
		n.kind, n.text = text, from.Value
	case *ast.LiteralNode:
		n.kind, n.text = text, strings.TrimRight(from.Value.Value, "\n")
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		n.kind = number
	case *ast.BoolNode:
		n.kind = boolean
	case *ast.SequenceNode:
		n.kind, n.text = list, ""
		for _, item := range from.Values {
			n.items = append(n.items, y.node(item))
		}
	case *ast.MappingNode:
		y.mapping(n, from.Values, from.IsFlowStyle)
	case *ast.MappingValueNode:
		y.mapping(n, []*ast.MappingValueNode{from}, from.IsFlowStyle)
	case *ast.AnchorNode:
		if y.lists != nil {
			y.failAt(t, "what an anchor names depends on the order of reading")
		}
		n = y.node(from.Value)
		y.anchors[from.Name.GetToken().Value] = n
	case *ast.AliasNode:
		return y.alias(from)
	case *ast.TagNode:
		y.failAt(t, "want a value without a tag such as !!str")
	default:
		y.failAt(t, "want plain text, numbers, lists and mappings")
	}
	return n
}

// alias returns the node that an earlier anchor named. Later ones do not count, so
// no node contains itself.
func (y *yamlFile) alias(from *ast.AliasNode) *node {
	name := from.Value.GetToken()
	if n, ok := y.anchors[name.Value]; ok {
		return n
	}
	y.failAt(from.GetToken(), "there is no anchor %s before this alias", quote(name.Value))
	return &node{file: y.name, line: name.Position.Line, col: name.Position.Column}
}

// mapping fills n with the entries, each key once, and with what "<<" merges into
// it.
func (y *yamlFile) mapping(n *node, values []*ast.MappingValueNode, flow bool) {
	n.kind, n.text = mapping, ""
	lines := map[string]int{}
	var merged []*node
	for i, v := range values {
		key := y.key(v.Key)
		if i == 0 && !flow {
			n.line, n.col = key.line, key.col
		}
		value := y.node(v.Value)
		if l, split := y.lists[key.line]; split && key.col == 1 && !flow && value.kind == nothing {
			value = y.pieces(l)
		}
		if v.Key.IsMergeKey() {
			merged = append(merged, value)
			continue
		}
		if line, twice := lines[key.text]; twice {
			y.fail(key.line, key.col, "%s is given twice, first in line %d", quote(key.text), line)
			continue
		}
		lines[key.text] = key.line
		n.entries = append(n.entries, entry{key, value})
	}
	for _, m := range merged {
		y.merge(n, m, lines)
	}
}

func (y *yamlFile) merge(n, from *node, lines map[string]int) {
	if from.kind != mapping {
		y.fail(from.line, from.col, "want a mapping to merge by <<, not %s", from.kind)
		return
	}
	for _, e := range from.entries {
		if !y.spend(e.key) {
			return
		}
		if _, given := lines[e.key.text]; !given {
			lines[e.key.text] = e.key.line
			n.entries = append(n.entries, e)
		}
	}
}

func (y *yamlFile) key(from ast.MapKeyNode) *node {
	var inner ast.Node = from
	if k, ok := from.(*ast.MappingKeyNode); ok {
		inner = k.Value
	}
	n := y.node(inner)
	if n.kind == mapping || n.kind == list {
		y.fail(n.line, n.col, "want text as a key, not %s", n.kind)
	}
	return n
}
