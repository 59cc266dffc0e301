package yamltext

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/token"
)

// What the parser is given at most. It takes more than linear time for files that
// are deep or have very long mappings, and some 350 bytes for each token.
const (
	MaxMarks = 1_000_000 // characters that may begin or end a token
	maxDepth = 32
	maxKeys  = 1000 // of one mapping
)

// Marks counts the characters that may begin or end a token.
func Marks(data []byte) (n int) {
	for _, c := range data {
		if strings.IndexByte("\n:,-[]{}?&*!|>'\"#%@", c) >= 0 {
			n++
		}
	}
	return n
}

// TooMuch returns at which token there is more than the parser can take, and what; nil
// if it can take all.
func TooMuch(tokens token.Tokens) (at *token.Token, what string) {
	var blocks []block
	flow := 0 // brackets and braces around a token
	for _, t := range tokens {
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			flow++
		case token.SequenceEndType, token.MappingEndType:
			flow--
		case token.SequenceEntryType, token.MappingKeyType:
			if flow == 0 {
				blocks = enter(blocks, t.Position.Column)
			}
		case token.MappingValueType:
			if flow > 0 || t.Prev == nil {
				break
			}
			blocks = enter(blocks, t.Prev.Position.Column)
			b := &blocks[len(blocks)-1]
			if b.keys++; b.keys > maxKeys {
				return t.Prev, fmt.Sprintf("there are more than %d keys in one mapping", maxKeys)
			}
		}
		if flow+len(blocks) > maxDepth {
			return t, fmt.Sprintf("this is nested more than %d levels deep", maxDepth)
		}
	}
	return nil, ""
}

// A block is a list or mapping that is told by its indentation.
type block struct{ column, keys int }

// enter returns the blocks around something in that column, the last of which begins
// there.
func enter(blocks []block, column int) []block {
	for len(blocks) > 0 && blocks[len(blocks)-1].column > column {
		blocks = blocks[:len(blocks)-1]
	}
	if len(blocks) == 0 || blocks[len(blocks)-1].column < column {
		blocks = append(blocks, block{column: column})
	}
	return blocks
}
