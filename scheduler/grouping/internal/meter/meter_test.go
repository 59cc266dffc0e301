package meter

import (
	"sync/atomic"
	"testing"
	"time"
)

// TestMeter: work ends a search, and the deadline of any part is that of all.
func TestMeter(t *testing.T) {
	t.Parallel()
	m := New(100, nil)
	part := m.Part(1000)
	part.Use(60)
	m.Use(part.Used)
	if m.Over() || part.Left != 40 || m.Left != 40 || m.Part(10).Left != 10 {
		t.Errorf("after 60 of 100: over %t, %d left, %d of the part", m.Over(), m.Left, part.Left)
	}
	if m.Use(40); !m.Over() || m.Late() {
		t.Errorf("after all work: over %t, late %t", m.Over(), m.Late())
	}
	part.Deadline = time.Now().Add(-time.Second)
	if !part.Stop() || !m.Late() {
		t.Errorf("a part is past its deadline: the whole says %t", m.Late())
	}
}

// TestEach: every number is visited once, whatever the cores.
func TestEach(t *testing.T) {
	t.Parallel()
	for _, cores := range []int{0, 1, 3, 100} {
		var seen [50]atomic.Int32
		Each(cores, len(seen), func(i int) { seen[i].Add(1) })
		for i := range seen {
			if n := seen[i].Load(); n != 1 {
				t.Errorf("%d cores: %d was visited %d times", cores, i, n)
			}
		}
	}
}
