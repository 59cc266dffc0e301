package config

import "slices"

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
