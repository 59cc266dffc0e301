package console

import (
	"bytes"
	"io"
	"testing"
	"testing/synctest"
	"time"
)

// Who does not read is waited for until the run is to end; who reads gets the last words.
func TestOutputThatNobodyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		interrupted := make(chan struct{})
		reader, w := io.Pipe()
		out := &Output{W: w, Interrupted: interrupted}
		time.AfterFunc(time.Hour, func() { close(interrupted) })
		begin := time.Now()
		if err := out.Copy([]byte("answer")); err == nil || time.Since(begin) < time.Hour || time.Since(begin) > time.Hour+time.Second {
			t.Errorf("after %s: %v; want an error soon after the interrupt, an hour later", time.Since(begin), err)
		}
		reader.Close()
		var read bytes.Buffer
		if err := (&Output{W: &read, Interrupted: interrupted}).Copy([]byte("last words")); err != nil || read.String() != "last words" {
			t.Errorf("after the interrupt %q is written, %v", read.String(), err)
		}
	})
}
