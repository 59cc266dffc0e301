// Package pile keeps what a run has of many groups until it is carried out.
package pile

import (
	"bufio"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	json "github.com/go-json-experiment/json/v1"
)

// A Pile holds values of one kind until they are needed: compressed, and most of many in no
// memory, since a run has those of all groups. They are put on it one after the other, and then taken off, the first
// first, as JSON keeps them. The zero Pile, and nil, are empty.
type Pile[T any] struct {
	blocks blocks
	into   *flate.Writer // nil unless something was put on since the pile was looked at
	n      int
}

// Len returns how many are on the pile.
func (p *Pile[T]) Len() int {
	if p == nil {
		return 0
	}
	return p.n
}

// blocks are text that takes no more than it needs, nor is moved as it grows. What comes
// before the last inMemory bytes lies in a file that has no name, and that nobody else can
// open, where there can be such a file.
type blocks struct {
	file  *os.File // nil for none; closed once nobody has the blocks
	size  int64    // of what is in it
	last  [][]byte // what comes after it
	stays bool     // and stays in memory
}

const (
	blockSize = 64 << 10
	inMemory  = 256 << 10 // what 400 plans take
)

// Write never fails.
func (b *blocks) Write(text []byte) (n int, err error) {
	for n < len(text) {
		if k := len(b.last); k == 0 || len(b.last[k-1]) == blockSize {
			if k >= inMemory/blockSize {
				b.spill()
			}
			b.last = append(b.last, make([]byte, 0, blockSize))
		}
		last := &b.last[len(b.last)-1]
		more := text[n:min(len(text), n+blockSize-len(*last))]
		*last, n = append(*last, more...), n+len(more)
	}
	return n, nil
}

// spill moves what is in memory into the file. What cannot be written stays.
func (b *blocks) spill() {
	if b.file == nil && !b.stays {
		b.file = nameless()
	}
	for b.stays = b.stays || b.file == nil; !b.stays && len(b.last) > 0; b.last = b.last[1:] {
		if _, err := b.file.WriteAt(b.last[0], b.size); err != nil {
			b.stays = true
			return
		}
		b.size += int64(len(b.last[0]))
	}
}

// nameless returns a file without a name; nil where there can be none: on Windows, and where
// there is no folder for temporary files.
func nameless() *os.File {
	f, err := os.CreateTemp("", "peerslot-*")
	if err != nil {
		return nil
	}
	if err := os.Remove(f.Name()); err != nil {
		f.Close()
		os.Remove(f.Name())
		return nil
	}
	return f
}

func (b *blocks) reader() io.Reader {
	var readers []io.Reader
	if b.file != nil {
		readers = append(readers, io.NewSectionReader(b.file, 0, b.size))
	}
	for _, block := range b.last {
		readers = append(readers, bytes.NewReader(block))
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
		if p.Len() == 0 {
			return
		}
		if p.into != nil {
			if err := p.into.Close(); err != nil {
				yield(none, err)
				return
			}
			p.into = nil // it takes a megabyte
		}
		from := bufio.NewReader(p.blocks.reader())
		d := json.NewDecoder(&texts{from, flate.NewReader(from)})
		for {
			one := none
			switch err := d.Decode(&one); {
			case errors.Is(err, io.EOF):
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

// texts reads compressed texts one after the other: a look at a pile ends one.
type texts struct {
	from *bufio.Reader
	text io.ReadCloser
}

func (t *texts) Read(into []byte) (n int, err error) {
	for n == 0 && err == nil {
		if n, err = t.text.Read(into); errors.Is(err, io.EOF) {
			if _, err = t.from.Peek(1); err == nil {
				err = t.text.(flate.Resetter).Reset(t.from, nil)
			}
		}
	}
	return n, err
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
