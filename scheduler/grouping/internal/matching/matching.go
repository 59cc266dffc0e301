// Package matching puts people into pairs at the least cost, and splits graphs into
// rounds of pairs.
package matching

import "slices"

// Cheapest returns for each of n people, n even, the partner that they have in a
// perfect matching of least cost, nil if there is no perfect matching. cost is
// symmetric; a negative cost forbids the pair. It is nil, too, once stop returns true.
//
// It is the blossom algorithm of Edmonds in its primal-dual form, in O(n³): trees
// of alternating edges grow from the unmatched vertices over tight edges, odd
// cycles are shrunk to blossoms, and when nothing is tight the duals change. All
// numbers are whole; weights are doubled so that they stay so.
func Cheapest(n int, cost func(a, b int) int, stop func() bool) []int {
	m := newMatcher(n, cost)
	for !stop() && m.augment() {
	}
	partner := make([]int, n)
	for v := 1; v <= n; v++ {
		if m.mate[v] == 0 {
			return nil
		}
		partner[v-1] = m.mate[v] - 1
	}
	return partner
}

// A matcher is the state of the algorithm. Vertices are 1 to n, blossoms have the
// numbers above; 0 is nobody. What is said of nodes holds for both.
type matcher struct {
	n, nodes int
	weight   [][]int // of vertices; 0 for no edge
	ends     [][]end // the edge that stands for two nodes

	dual   []int
	mate   []int // the vertex at the other end of the node's matched edge
	top    []int // the outermost blossom of a node, 0 for a node that does not exist
	parent []int // the vertex from which a node was reached
	side   []int // outer, inner or free
	slack  []int // the outer vertex with the tightest edge to a node
	petals [][]int
	inside [][]int // of a blossom and a vertex: the petal with that vertex
	queue  []int
	mark   []int // by lowest common ancestor searches
	marks  int
}

type end struct{ u, v int32 }

const (
	free = iota - 1
	outer
	inner
)

func newMatcher(n int, cost func(a, b int) int) *matcher {
	size := n + n/2 + 2
	m := &matcher{n: n, nodes: n, weight: matrix[int](n+1, n+1), ends: matrix[end](size, size), inside: matrix[int](size, n+1),
		petals: make([][]int, size)}
	for _, list := range []*[]int{&m.dual, &m.mate, &m.top, &m.parent, &m.side, &m.slack, &m.mark} {
		*list = make([]int, size)
	}
	dearest := 0
	for a := range n {
		for b := range a {
			dearest = max(dearest, cost(a, b))
		}
	}
	// Two more edges must be worth more than any saving elsewhere.
	base := dearest*(n/2+1) + 1
	for u := 1; u <= n; u++ {
		m.top[u] = u
		m.inside[u][u] = u
		for v := 1; v <= n; v++ {
			m.ends[u][v] = end{int32(u), int32(v)}
			if c := -1; u != v {
				if c = cost(u-1, v-1); c >= 0 {
					m.weight[u][v] = base - c
				}
			}
			m.dual[u] = max(m.dual[u], m.weight[u][v])
		}
	}
	highest := slices.Max(m.dual)
	for u := 1; u <= n; u++ {
		m.dual[u] = highest
	}
	return m
}

func matrix[T any](rows, columns int) [][]T {
	all := make([]T, rows*columns)
	m := make([][]T, rows)
	for r := range m {
		m[r] = all[r*columns : (r+1)*columns]
	}
	return m
}

// gap is how far the edge that stands for two nodes is from being tight.
func (m *matcher) gap(a, b int) int {
	e := m.ends[a][b]
	return m.dual[e.u] + m.dual[e.v] - 2*m.weight[e.u][e.v]
}

func (m *matcher) exists(a, b int) bool {
	e := m.ends[a][b]
	return m.weight[e.u][e.v] > 0
}

// augment makes the matching larger by one pair, and reports whether it could.
func (m *matcher) augment() bool {
	m.queue = m.queue[:0]
	for x := 1; x <= m.nodes; x++ {
		m.side[x], m.slack[x] = free, 0
	}
	for x := 1; x <= m.nodes; x++ {
		if m.top[x] == x && m.mate[x] == 0 {
			m.parent[x], m.side[x] = 0, outer
			m.enqueue(x)
		}
	}
	if len(m.queue) == 0 {
		return false
	}
	for {
		for len(m.queue) > 0 {
			u := m.queue[0]
			m.queue = m.queue[1:]
			if m.side[m.top[u]] != inner && m.scan(u) {
				return true
			}
		}
		if !m.shift() {
			return false
		}
		if m.followTight() {
			return true
		}
		m.expandEmpty()
	}
}

// scan follows the tight edges of an outer vertex.
func (m *matcher) scan(u int) (augmented bool) {
	for v := 1; v <= m.n; v++ {
		if m.weight[u][v] == 0 || m.top[u] == m.top[v] {
			continue
		}
		if m.gap(u, v) > 0 {
			m.updateSlack(u, m.top[v])
		} else if m.grow(m.ends[u][v]) {
			return true
		}
	}
	return false
}

// shift changes the duals as far as no edge is violated. It reports false if the
// matching cannot be larger.
func (m *matcher) shift() bool {
	const far = int(^uint(0) >> 2)
	by := far
	for b := m.n + 1; b <= m.nodes; b++ {
		if m.top[b] == b && m.side[b] == inner {
			by = min(by, m.dual[b]/2)
		}
	}
	for x := 1; x <= m.nodes; x++ {
		if m.top[x] == x && m.slack[x] != 0 {
			switch gap := m.gap(m.slack[x], x); m.side[x] {
			case free:
				by = min(by, gap)
			case outer:
				by = min(by, gap/2)
			}
		}
	}
	for u := 1; u <= m.n; u++ {
		switch m.side[m.top[u]] {
		case outer:
			if by == far || m.dual[u] <= by {
				return false
			}
			m.dual[u] -= by
		case inner:
			m.dual[u] += by
		}
	}
	for b := m.n + 1; b <= m.nodes; b++ {
		if m.top[b] == b {
			switch m.side[b] {
			case outer:
				m.dual[b] += 2 * by
			case inner:
				m.dual[b] -= 2 * by
			}
		}
	}
	return true
}

// followTight grows the trees along edges that have just become tight.
func (m *matcher) followTight() (augmented bool) {
	m.queue = m.queue[:0]
	for x := 1; x <= m.nodes; x++ {
		if u := m.slack[x]; m.top[x] == x && u != 0 && m.top[u] != x && m.gap(u, x) == 0 && m.grow(m.ends[u][x]) {
			return true
		}
	}
	return false
}

func (m *matcher) expandEmpty() {
	for b := m.n + 1; b <= m.nodes; b++ {
		if m.top[b] == b && m.side[b] == inner && m.dual[b] == 0 {
			m.expand(b)
		}
	}
}

// grow handles a tight edge from an outer vertex: a free node joins the tree; an
// outer one closes a blossom, or an augmenting path between two trees.
func (m *matcher) grow(e end) (augmented bool) {
	u, v := m.top[e.u], m.top[e.v]
	switch m.side[v] {
	case free:
		m.parent[v], m.side[v] = int(e.u), inner
		next := m.top[m.mate[v]]
		m.slack[v], m.slack[next] = 0, 0
		m.side[next] = outer
		m.enqueue(next)
	case outer:
		root := m.meet(u, v)
		if root == 0 {
			m.flip(u, v)
			m.flip(v, u)
			return true
		}
		m.shrink(u, root, v)
	}
	return false
}

// flip matches u with v and exchanges matched and other edges from u up to its root.
func (m *matcher) flip(u, v int) {
	for {
		next := m.top[m.mate[u]]
		m.match(u, v)
		if next == 0 {
			return
		}
		up := m.top[m.parent[next]]
		m.match(next, up)
		u, v = up, next
	}
}

// match makes the edge between two nodes matched as seen from u, in all blossoms
// down to the vertex.
func (m *matcher) match(u, v int) {
	e := m.ends[u][v]
	m.mate[u] = int(e.v)
	if u <= m.n {
		return
	}
	petal := m.inside[u][e.u]
	at := m.even(u, petal)
	for i := range at {
		m.match(m.petals[u][i], m.petals[u][i^1])
	}
	m.match(petal, v)
	m.petals[u] = slices.Concat(m.petals[u][at:], m.petals[u][:at])
}

// even returns the place of a petal, counted the way round that makes it even.
func (m *matcher) even(b, petal int) int {
	at := slices.Index(m.petals[b], petal)
	if at%2 == 1 {
		slices.Reverse(m.petals[b][1:])
		return len(m.petals[b]) - at
	}
	return at
}

// meet returns the first node that is above both u and v, 0 if they are in
// different trees.
func (m *matcher) meet(u, v int) int {
	m.marks++
	for u != 0 || v != 0 {
		if u != 0 {
			if m.mark[u] == m.marks {
				return u
			}
			m.mark[u] = m.marks
			if u = m.top[m.mate[u]]; u != 0 {
				u = m.top[m.parent[u]]
			}
		}
		u, v = v, u
	}
	return 0
}

// shrink makes a blossom of the cycle from root to u, over to v, and back.
func (m *matcher) shrink(u, root, v int) {
	b := m.n + 1
	for b <= m.nodes && m.top[b] != 0 {
		b++
	}
	m.nodes = max(m.nodes, b)
	m.dual[b], m.side[b] = 0, outer
	m.mate[b] = m.mate[root]
	m.petals[b] = append(m.petals[b][:0], root)
	for x := u; x != root; {
		y := m.top[m.mate[x]]
		m.petals[b] = append(m.petals[b], x, y)
		m.enqueue(y)
		x = m.top[m.parent[y]]
	}
	slices.Reverse(m.petals[b][1:])
	for x := v; x != root; {
		y := m.top[m.mate[x]]
		m.petals[b] = append(m.petals[b], x, y)
		m.enqueue(y)
		x = m.top[m.parent[y]]
	}
	m.setTop(b, b)
	m.joinEdges(b)
}

// joinEdges finds for a new blossom the tightest edge to each node and the petals
// of its vertices.
func (m *matcher) joinEdges(b int) {
	for x := 1; x <= m.nodes; x++ {
		m.ends[b][x], m.ends[x][b] = end{}, end{}
	}
	clear(m.inside[b])
	for _, p := range m.petals[b] {
		for x := 1; x <= m.nodes; x++ {
			if m.exists(p, x) && (!m.exists(b, x) || m.gap(p, x) < m.gap(b, x)) {
				m.ends[b][x], m.ends[x][b] = m.ends[p][x], m.ends[x][p]
			}
		}
		for v := 1; v <= m.n; v++ {
			if m.inside[p][v] != 0 {
				m.inside[b][v] = p
			}
		}
	}
	m.setSlack(b)
}

// expand takes an inner blossom without dual apart.
func (m *matcher) expand(b int) {
	for _, p := range m.petals[b] {
		m.setTop(p, p)
	}
	entry := m.inside[b][m.ends[b][m.parent[b]].u]
	at := m.even(b, entry)
	petals := m.petals[b]
	for i := 0; i < at; i += 2 {
		x, y := petals[i], petals[i+1]
		m.parent[x] = int(m.ends[y][x].u)
		m.side[x], m.side[y] = inner, outer
		m.slack[x] = 0
		m.setSlack(y)
		m.enqueue(y)
	}
	m.side[entry], m.parent[entry] = inner, m.parent[b]
	for _, x := range petals[at+1:] {
		m.side[x] = free
		m.setSlack(x)
	}
	m.top[b] = 0
}

func (m *matcher) setTop(x, b int) {
	m.top[x] = b
	if x > m.n {
		for _, p := range m.petals[x] {
			m.setTop(p, b)
		}
	}
}

// enqueue adds the vertices of a node to the queue.
func (m *matcher) enqueue(x int) {
	if x <= m.n {
		m.queue = append(m.queue, x)
		return
	}
	for _, p := range m.petals[x] {
		m.enqueue(p)
	}
}

func (m *matcher) updateSlack(u, x int) {
	if m.slack[x] == 0 || m.gap(u, x) < m.gap(m.slack[x], x) {
		m.slack[x] = u
	}
}

func (m *matcher) setSlack(x int) {
	m.slack[x] = 0
	for u := 1; u <= m.n; u++ {
		if m.exists(u, x) && m.top[u] != x && m.side[m.top[u]] == outer {
			m.updateSlack(u, x)
		}
	}
}
