package layouts

// stored lays out what is known to others, or was found by searches that take too long to be
// made again: nil if there is nothing for these groups. The same rounds come in every call.
func stored(groups, size, rounds int, _ chance) [][][]int {
	switch [2]int{groups, size} {
	case [2]int{8, 4}:
		return fours()[:min(rounds, 10)]
	case [2]int{20, 5}:
		return squares()[:min(rounds, 21)]
	}
	return nil
}

// fours lays out ten rounds of eight fours, the most there can be (A. Aguado, A 10 days solution to
// the social golfer problem, 2004, has others): two rounds and their turns on six wheels of five,
// past two people who stand by. They are one of the layouts in which turning two of the wheels
// backwards, and exchanging the others by twos as well, gives the same two rounds; a search among
// these took a minute (2026-11). One round that ten turns make into all, on three wheels of ten,
// there is none: all were tried.
func fours() [][][]int {
	return wheels{n: 32, turning: 30, seats: 5, rounds: 5}.turn([][][]int{
		{{5, 22, 28, 30}, {0, 14, 16, 31}, {1, 4, 7, 8}, {2, 15, 21, 23}, {3, 10, 27, 29}, {6, 18, 19, 25}, {9, 11, 12, 20}, {13, 17, 24, 26}},
		{{0, 11, 19, 30}, {5, 23, 27, 31}, {1, 16, 18, 26}, {4, 12, 14, 24}, {2, 3, 20, 25}, {6, 9, 10, 15}, {7, 17, 21, 22}, {8, 13, 28, 29}},
	})
}

// squares lays out 21 rounds of 20 groups of five. Five of the six rows that four
// mutually orthogonal Latin squares of order 20 make are the wheels that people sit
// on, the sixth is the round; the last round is within the wheels. The squares are
// those of D. T. Todorov (Ars Combinatoria 27, 1989; Handbook of Combinatorial Designs,
// III.3.6): columns of a quasi-difference matrix over the numbers modulo 19 and one
// point more, whose first and last three entries turn against each other.
func squares() [][][]int {
	const order, modulus, point = 20, 19, -1
	columns := [][6]int{
		{point, 0, 0, 7, 1, 11}, {7, 1, 11, point, 0, 0}, {13, 15, 10, 13, 15, 10}, {1, 7, 11, 16, 17, 5},
		{16, 17, 5, 1, 7, 11}, {9, 6, 4, 2, 14, 3}, {2, 14, 3, 9, 6, 4},
	}
	layout := make([][][]int, order+1)
	place := func(row [6]int) {
		var members []int
		for wheel, seat := range row[:5] {
			members = append(members, wheel*order+seat)
		}
		layout[row[5]] = append(layout[row[5]], members)
	}
	place([6]int{modulus, modulus, modulus, modulus, modulus, modulus})
	for _, c := range columns {
		for turn := range 3 {
			for shift := range modulus {
				var row [6]int
				for k := range row {
					from := (k + turn) % 3
					if k >= 3 {
						from = 3 + (k+3-turn)%3
					}
					if row[k] = modulus; c[from] != point {
						row[k] = (c[from] + shift) % modulus
					}
				}
				place(row)
			}
		}
	}
	for first := 0; first < order*5; first += 5 {
		layout[order] = append(layout[order], []int{first, first + 1, first + 2, first + 3, first + 4})
	}
	return layout
}
