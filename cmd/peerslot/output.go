package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/peerslot/peerslot/scheduler/report"
)

// An output is where answers go. It remembers the first error, makes what could
// harm a terminal harmless, and writes nothing after an error.
type output struct {
	w     io.Writer
	begun bool // the first byte of a JSON answer is out
	err   error
}

// Write implements io.Writer for text that people read.
func (o *output) Write(text []byte) (int, error) {
	if err := o.copy(report.Harmless(text)); err != nil {
		return 0, err
	}
	return len(text), nil
}

// copy writes data as it is: a file that goes to stdout, or what is harmless.
func (o *output) copy(data []byte) error {
	if o.err == nil && len(data) > 0 {
		_, o.err = o.w.Write(data)
	}
	return o.error()
}

// An outputError says that an answer could not be written.
type outputError struct{ error }

func (e *outputError) Unwrap() error { return e.error }

func (o *output) error() error {
	if o.err == nil {
		return nil
	}
	return &outputError{fmt.Errorf("write the answer: %w", o.err)}
}

// beginAnswer makes sure, before anything is changed, that a JSON answer can be
// written at all.
func (a *app) beginAnswer() error {
	if !a.json || a.out.begun {
		return a.out.error()
	}
	a.out.begun = true
	return a.out.copy([]byte("{"))
}

// answer writes v, an object, as the JSON answer.
func (a *app) answer(v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	text := report.HarmlessJSON(b.Bytes())
	if a.out.begun {
		text = bytes.TrimPrefix(text, []byte("{"))
	}
	a.out.begun = false
	return a.out.copy(text)
}

// isOutput reports whether err says that the answer could not be written.
func isOutput(err error) bool {
	_, ok := errors.AsType[*outputError](err)
	return ok
}
