package config

import (
	"slices"

	"github.com/goccy/go-yaml/ast"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/config/internal/yamltext"
)

// InPieces returns what a file is read as in pieces of so many bytes, nil if it is not,
// and what as a whole, with what is wrong with it. In which column there is nothing the
// parser says in two ways.
func InPieces(text string, size int) (pieces, whole any, problems []Problem) {
	y := &yamlFile{reader: newReader("", size), name: "peerslot.yaml", anchors: map[string]*node{}}
	if root := y.inPieces(text); root != nil {
		root.level(map[*node]bool{})
		if len(y.problems) == 0 {
			pieces = root
		}
	}
	y = &yamlFile{reader: newReader("", 0), name: "peerslot.yaml", anchors: map[string]*node{}}
	root := y.root(y.parse(text, 0))
	root.level(map[*node]bool{})
	return pieces, root, y.problems
}

// WithoutParser returns what a piece of a list is read as without the parser, nil if it
// needs that, and what with it, each with what is wrong with it.
func WithoutParser(text string) (plain, parsed any, problems [2][]Problem) {
	read := func(file *ast.File, y *yamlFile) (any, []Problem) { return y.root(file), y.problems }
	reader := func() *yamlFile {
		return &yamlFile{reader: newReader("", pieceSize), name: "peerslot.yaml", anchors: map[string]*node{}}
	}
	if file := yamltext.Plain(yamltext.Piece{Text: text}); file != nil {
		plain, problems[0] = read(file, reader())
	}
	y := reader()
	parsed, problems[1] = read(y.parse(text, 0), y)
	return plain, parsed, problems
}

// level forgets the columns of what is nothing.
func (n *node) level(done map[*node]bool) {
	if n == nil || done[n] {
		return
	}
	done[n] = true
	if n.long != nil {
		n.items, n.long = slices.Collect(n.long), nil
	}
	if n.kind == nothing {
		n.col = 0
	}
	for _, e := range n.entries {
		e.value.level(done)
	}
	for _, item := range n.items {
		item.level(done)
	}
}

// Steps returns how many nodes count as visited when a file is read.
func Steps(text, dir string) int {
	r := newReader(dir, pieceSize)
	r.parse("peerslot.yaml", []byte(text))
	return r.steps
}
