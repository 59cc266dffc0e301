package console

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/peerslot/peerslot/scheduler/report"
)

// An Output is where answers go. It remembers the first error, makes what could
// harm a terminal harmless, and writes nothing after an error.
type Output struct {
	W           io.Writer
	Interrupted <-chan struct{} // closed when the run is to end, so that nobody is waited for who does not read; nil for never
	begun       bool            // the first byte of a JSON answer is out
	whole       bool            // a JSON answer is out
	err         error
}

// Write implements io.Writer for text that people read.
func (o *Output) Write(text []byte) (int, error) {
	if err := o.Copy(report.Harmless(text)); err != nil {
		return 0, err
	}
	return len(text), nil
}

// Copy writes data as it is: a file that goes to stdout, or what is harmless.
func (o *Output) Copy(data []byte) error {
	if o.err == nil && len(data) > 0 {
		o.err = o.write(bytes.Clone(data)) // which may be read after a writer was given up
	}
	return o.Error()
}

// Plain returns a writer that copies data as it is.
func (o *Output) Plain() io.Writer { return plain{o} }

type plain struct{ *Output }

// Write implements io.Writer.
func (p plain) Write(data []byte) (int, error) {
	if err := p.Copy(data); err != nil {
		return 0, err
	}
	return len(data), nil
}

// lastWords is how long a reader may take for what is written once the run is to end.
const lastWords = 300 * time.Millisecond

func (o *Output) write(data []byte) error {
	written := make(chan error, 1)
	go func() {
		_, err := o.W.Write(data)
		written <- err
	}()
	select {
	case err := <-written:
		return err
	case <-o.Interrupted:
	}
	select {
	case err := <-written:
		return err
	case <-time.After(lastWords):
		return errors.New("interrupted, and nobody reads it")
	}
}

// An outputError says that an answer could not be written.
type outputError struct{ error }

func (e *outputError) Unwrap() error { return e.error }

// Error returns why an answer could not be written; nil if all was.
func (o *Output) Error() error {
	if o.err == nil {
		return nil
	}
	return &outputError{fmt.Errorf("write the answer: %w", o.err)}
}

// BeginAnswer makes sure, before anything is changed, that a JSON answer can be
// written at all.
func (a *App) BeginAnswer() error {
	if !a.Json || a.Out.begun {
		return a.Out.Error()
	}
	a.Out.begun = true
	return a.Out.Copy([]byte("{"))
}

// Answer writes v, an object, as the JSON answer.
func (a *App) Answer(v any) error {
	text, err := report.JSON(v)
	if err != nil {
		return err
	}
	if a.Out.begun {
		text = bytes.TrimPrefix(text, []byte("{"))
	}
	a.Out.begun, a.Out.whole = false, true
	return a.Out.Copy(text)
}

// isOutput reports whether err says that the answer could not be written.
func isOutput(err error) bool {
	_, ok := errors.AsType[*outputError](err)
	return ok
}

// Dash returns s, or a hyphen for nothing in a cell of a table.
func Dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// Printer writes to stdout.
func (a *App) Printer() report.Printer { return a.PrinterTo(a.Stdout) }

// PrinterTo writes to w what is to be shown where answers are shown.
func (a *App) PrinterTo(w io.Writer) report.Printer {
	return report.Printer{W: w, Terminal: a.Terminal, Colours: a.Terminal && a.colours(), Width: a.Width, All: a.Verbose, Steps: Command}
}

// colours reports whether a terminal may be sent escape sequences, as no-color.org
// and terminfo have it.
func (a *App) colours() bool { return a.Getenv("NO_COLOR") == "" && a.Getenv("TERM") != "dumb" }
