package line

import (
	"bytes"
	"strings"
	"testing"
)

// A line as long as the buffer, or one more or less, is read like any other.
func TestLongLines(t *testing.T) {
	for _, n := range []int{bufferSize - 2, bufferSize - 1, bufferSize, bufferSize + 1, 2 * bufferSize, maxKept - 3, maxKept + 1, 3 * maxKept} {
		for _, end := range []string{"\n", "\r\n", "\r\n x\r\n", ""} {
			head := "BEGIN:VCALENDAR\n"
			in := NewReader(strings.NewReader(head + strings.Repeat("a", n) + end))
			in.Next()
			if !in.Next() || in.Number != 2 {
				t.Fatalf("%d, %q: line %d, %v", n, end, in.Number, in.Err())
			}
			want := bytes.Repeat([]byte("a"), n)
			if strings.Contains(end, "x") {
				want = append(want, 'x')
			}
			if got := in.Whole(); in.Cut != (len(want) > maxKept) || !bytes.HasPrefix(want, got) || len(got) < min(len(want), maxKept)-1 {
				t.Errorf("%d, %q: got %d of %d bytes, cut %v", n, end, len(got), len(want), in.Cut)
			}
			if in.Next() || in.Err() != nil {
				t.Errorf("%d, %q: more follows, or %v", n, end, in.Err())
			}
		}
	}
}
