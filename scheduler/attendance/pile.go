package attendance

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"errors"
	"io"
	"iter"
)

// A Pile holds what was found of many series until it can be kept: compressed, since a
// night has those of all groups. They are put on it one after the other, and then taken
// off, the first first. The zero Pile, and nil, are empty.
type Pile struct {
	text bytes.Buffer
	into *flate.Writer // nil if the pile is empty
}

// Add puts one more on the pile.
func (p *Pile) Add(found Found) error {
	if p.into == nil {
		into, err := flate.NewWriter(&p.text, flate.BestSpeed)
		if err != nil {
			return err
		}
		p.into = into
	}
	return json.NewEncoder(p.into).Encode(found)
}

// All returns what is on the pile; it stays there. An error ends it.
func (p *Pile) All() iter.Seq2[Found, error] {
	return func(yield func(Found, error) bool) {
		if p == nil || p.into == nil {
			return
		}
		if err := p.into.Flush(); err != nil {
			yield(Found{}, err)
			return
		}
		d := json.NewDecoder(flate.NewReader(bytes.NewReader(p.text.Bytes())))
		for {
			var found Found
			switch err := d.Decode(&found); {
			case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF): // where it was flushed; more may follow
				return
			case err != nil:
				yield(Found{}, err)
				return
			case !yield(found, nil):
				return
			}
		}
	}
}
