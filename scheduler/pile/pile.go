// Package pile keeps what a run has of many groups until it is carried out.
package pile

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"iter"

	json "github.com/go-json-experiment/json/v1"
)

// A Pile holds values of one kind until they are needed: compressed, since a run has those
// of all groups. They are put on it one after the other, and then taken off, the first
// first, as JSON keeps them. The zero Pile, and nil, are empty.
type Pile[T any] struct {
	blocks blocks
	into   *flate.Writer // nil if the pile is empty
	n      int
}

// Len returns how many are on the pile.
func (p *Pile[T]) Len() int {
	if p == nil {
		return 0
	}
	return p.n
}

// blocks are text that takes no more than it needs, nor is moved as it grows.
type blocks [][]byte

// Write never fails.
func (b *blocks) Write(text []byte) (n int, err error) {
	const size = 64 << 10
	for n < len(text) {
		if len(*b) == 0 || len((*b)[len(*b)-1]) == size {
			*b = append(*b, make([]byte, 0, size))
		}
		last := &(*b)[len(*b)-1]
		more := text[n:min(len(text), n+size-len(*last))]
		*last, n = append(*last, more...), n+len(more)
	}
	return n, nil
}

func (b blocks) reader() io.Reader {
	readers := make([]io.Reader, len(b))
	for i, block := range b {
		readers[i] = bytes.NewReader(block)
	}
	return io.MultiReader(readers...)
}

// Add puts one more on the pile.
func (p *Pile[T]) Add(one T) error {
	if p.into == nil {
		into, err := flate.NewWriter(&p.blocks, flate.DefaultCompression)
		if err != nil {
			return err
		}
		p.into = into
	}
	p.n++
	return json.NewEncoder(p.into).Encode(one)
}

// All returns what is on the pile; it stays there. An error ends it.
func (p *Pile[T]) All() iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		if p == nil || p.into == nil {
			return
		}
		if err := p.into.Flush(); err != nil {
			yield(none, err)
			return
		}
		d := json.NewDecoder(flate.NewReader(p.blocks.reader()))
		for {
			one := none
			switch err := d.Decode(&one); {
			case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF): // where it was flushed; more may follow
				return
			case err != nil:
				yield(none, err)
				return
			case !yield(one, nil):
				return
			}
		}
	}
}

// Some returns what All does, so many at a time, which are valid until the next.
func (p *Pile[T]) Some(most int) iter.Seq2[[]T, error] {
	return func(yield func([]T, error) bool) {
		some := make([]T, 0, min(most, p.Len()))
		for one, err := range p.All() {
			if err != nil {
				yield(nil, err)
				return
			}
			if some = append(some, one); len(some) == most {
				if !yield(some, nil) {
					return
				}
				some = some[:0]
			}
		}
		if len(some) > 0 {
			yield(some, nil)
		}
	}
}

// An Ordered pile is one of values with numbers, from 0 on: they are put on it in any
// order, and taken off in that of the numbers. The zero Ordered, and nil, are empty.
type Ordered[T any] struct{ pile Pile[numbered[T]] }

type numbered[T any] struct {
	Number int
	Is     T
}

// Len returns how many are on the pile.
func (p *Ordered[T]) Len() int {
	if p == nil {
		return 0
	}
	return p.pile.Len()
}

// Add puts the one of a number on the pile, of which there is none there.
func (p *Ordered[T]) Add(number int, one T) error { return p.pile.Add(numbered[T]{number, one}) }

// All returns what is on the pile; it stays there. What comes off before its turn waits.
// An error ends it, and one is a number that is missing.
func (p *Ordered[T]) All() iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		if p == nil {
			return
		}
		var none T
		waiting, turn := map[int]T{}, 0
		for one, err := range p.pile.All() {
			if err != nil {
				yield(none, err)
				return
			}
			waiting[one.Number] = one.Is
			for next, here := waiting[turn]; here; next, here = waiting[turn] {
				delete(waiting, turn)
				if turn++; !yield(next, nil) {
					return
				}
			}
		}
		if turn < p.Len() {
			yield(none, fmt.Errorf("read back number %d of %d: %w", turn, p.Len(), io.ErrUnexpectedEOF))
		}
	}
}
