package folder

import "github.com/peerslot/peerslot/calendar"

// holders says who holds copies of which series, by the names of their files: of six
// copies each of tens of thousands. It takes some twelve bytes and an address for each.
type holders struct {
	last map[uint64]int32 // by the hash of the name: which of list was added last, from 1
	list []holder
	text [][]byte // addresses, in blocks that are not moved as it grows
}

// blockSize is that of a block of text: as many bytes as 16 bits of holder.at tell apart.
const blockSize = 1 << 16

// A holder is somebody who holds a copy.
type holder struct {
	at     uint32 // where the address stands in the text: the number of the block, and the place in it
	length uint16
	next   int32 // of the same series, which was added before, from 1
}

// add notes that somebody holds the copy of that name.
func (h *holders) add(name string, a calendar.Address) {
	hash, here := hashOf(name), holder{length: uint16(len(a))}
	if n := len(h.list); n > 0 && h.address(h.list[n-1]) == a { // who holds many
		here.at = h.list[n-1].at
	} else {
		here.at = h.write(a)
	}
	here.next = h.last[hash]
	h.list = append(h.list, here)
	h.last[hash] = int32(len(h.list))
}

// write adds an address to the text, and returns where it stands.
func (h *holders) write(a calendar.Address) (at uint32) {
	if n := len(h.text); n == 0 || len(h.text[n-1])+len(a) > blockSize {
		h.text = append(h.text, make([]byte, 0, blockSize))
	}
	block := len(h.text) - 1
	at = uint32(block*blockSize + len(h.text[block]))
	h.text[block] = append(h.text[block], a...)
	return at
}

// of returns who holds the copy of that name, those first who were added last.
func (h *holders) of(name string) (who []calendar.Address) {
	for i := h.last[hashOf(name)]; i > 0; i = h.list[i-1].next {
		who = append(who, h.address(h.list[i-1]))
	}
	return who
}

func (h *holders) address(of holder) calendar.Address {
	return calendar.Address(h.text[of.at/blockSize][of.at%blockSize:][:of.length])
}
