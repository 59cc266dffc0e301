package pile

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// What cannot be written into the file any more, as where the disk is full, stays in memory.
func TestWhereNoMoreCanBeWritten(t *testing.T) {
	var b blocks
	var want []byte
	write := func() {
		t.Helper()
		for i := range 5 * inMemory / blockSize {
			text := bytes.Repeat([]byte{byte(i), byte(i >> 8)}, blockSize/2)
			want = append(want, text...)
			if n, err := b.Write(text); n != len(text) || err != nil {
				t.Fatal(n, err)
			}
		}
	}
	write()
	if b.file == nil {
		t.Skip("there is no folder for a file without a name")
	}
	name := filepath.Join(t.TempDir(), "file")
	text, err := io.ReadAll(io.NewSectionReader(b.file, 0, b.size))
	if err == nil {
		err = os.WriteFile(name, text, 0o400)
	}
	if err == nil {
		b.file, err = os.Open(name) // to read alone
	}
	if err != nil {
		t.Fatal(err)
	}
	write()
	if got, err := io.ReadAll(b.reader()); err != nil || !bytes.Equal(got, want) || !b.stays {
		t.Errorf("%d bytes, %v; want the %d that were written", len(got), err, len(want))
	}
}
