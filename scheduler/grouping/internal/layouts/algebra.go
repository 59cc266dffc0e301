package layouts

// An abelian is an abelian group: numbers below order, added digit by digit, each
// digit modulo a prime. Of all abelian groups of an order it is the one with the
// most difference matrices; cyclic groups of even order have none.
type abelian struct {
	order  int
	primes []int // of the digits, lowest first; equal ones side by side
}

func newGroup(order int) abelian {
	g := abelian{order: order}
	for p, rest := 2, order; rest > 1; {
		if rest%p == 0 {
			g.primes = append(g.primes, p)
			rest /= p
		} else {
			p++
		}
	}
	return g
}

func (g abelian) add(a, b int) int { return g.combine(a, b, 1) }
func (g abelian) sub(a, b int) int { return g.combine(a, b, -1) }

func (g abelian) combine(a, b, sign int) int {
	sum, unit := 0, 1
	for _, p := range g.primes {
		sum += (a%p + sign*(b%p) + p) % p * unit
		unit *= p
		a, b = a/p, b/p
	}
	return sum
}

// differenceMatrix returns rows of the group's elements in which the differences of
// any two rows are all different, nil if it finds none.
func differenceMatrix(g abelian, rows int, luck chance) [][]int {
	if m := linearMatrix(g, rows); m != nil {
		return m
	}
	const attempts, nodes = 50, 20_000
	for range attempts {
		if luck.Over() {
			return nil
		}
		m := [][]int{make([]int, g.order), make([]int, g.order)}
		for x := range g.order {
			m[1][x] = x
		}
		for len(m) < rows {
			search := newRowSearch(g, m, luck, nodes)
			row := search.next()
			luck.Use((nodes - search.nodes) * rows * nodeCost)
			if row == nil {
				break
			}
			m = append(m, row)
		}
		if len(m) >= rows {
			return m[:rows]
		}
	}
	return nil
}

// linearMatrix multiplies all elements by 0 and by the powers of a generator, in
// fields whose product the group is. It has as many rows as the smallest field.
func linearMatrix(g abelian, rows int) [][]int {
	m := matrix[int](rows, g.order)
	unit := 1
	for at := 0; at < len(g.primes); {
		p, digits, order := g.primes[at], 0, 1
		for ; at < len(g.primes) && g.primes[at] == p; at++ {
			digits++
			order *= p
		}
		if order < rows {
			return nil
		}
		times := generator(p, digits, order)
		for x := range g.order {
			y := x / unit % order
			for r := 1; r < rows; r++ {
				m[r][x] += y * unit
				y = times[y]
			}
		}
		unit *= order
	}
	return m
}

// generator returns the table that multiplies the elements of a field by one whose
// powers are all of them but zero. Elements are polynomials, one digit a coefficient.
func generator(p, digits, order int) []int {
	times := make([]int, order)
	for modulus := 1; ; modulus++ { // the coefficients of x^digits in lower powers
		for y := range order {
			high := y / (order / p)
			times[y] = abelian{order, repeat(p, digits)}.add(y%(order/p)*p, scale(modulus, high, p))
		}
		length := 1
		for y := times[1]; y != 1 && length < order; length++ {
			y = times[y]
		}
		if length == order-1 {
			return times
		}
	}
}

func repeat(p, digits int) []int {
	all := make([]int, digits)
	for i := range all {
		all[i] = p
	}
	return all
}

// scale multiplies each digit of x to the base p.
func scale(x, by, p int) int {
	product := 0
	for unit := 1; x > 0; unit *= p {
		product += x % p * by % p * unit
		x /= p
	}
	return product
}

// A rowSearch looks for one more row of a difference matrix, depth first.
type rowSearch struct {
	abelian
	rows  [][]int
	used  [][]bool // by row: the differences so far
	tries []int    // the elements, in the order in which they are tried
	row   []int
	nodes int
}

func newRowSearch(g abelian, rows [][]int, luck chance, nodes int) *rowSearch {
	return &rowSearch{g, rows, matrix[bool](len(rows), g.order), luck.Perm(g.order), nil, nodes}
}

func (s *rowSearch) next() []int {
	if !s.place(0) {
		return nil
	}
	return s.row
}

// place puts v next into the row and fills up the rest.
func (s *rowSearch) place(v int) bool {
	for k, row := range s.rows {
		if s.used[k][s.sub(v, row[len(s.row)])] {
			return false
		}
	}
	s.mark(v, true)
	s.row = append(s.row, v)
	if len(s.row) == s.order {
		return true
	}
	for _, next := range s.tries {
		if s.nodes--; s.nodes < 0 {
			break
		}
		if s.place(next) {
			return true
		}
	}
	s.row = s.row[:len(s.row)-1]
	s.mark(v, false)
	return false
}

// mark sets whether the differences that v makes at the end of the row are used.
func (s *rowSearch) mark(v int, used bool) {
	for k, row := range s.rows {
		s.used[k][s.sub(v, row[len(s.row)])] = used
	}
}

func matrix[T any](rows, columns int) [][]T {
	all := make([]T, rows*columns)
	m := make([][]T, rows)
	for r := range m {
		m[r] = all[r*columns : (r+1)*columns]
	}
	return m
}
