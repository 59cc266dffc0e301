// Package yamltext prepares YAML text for a parser that makes fifty times as much of it,
// and takes more than linear time for some: it hands long lists out in pieces, and tells
// what is too much.
package yamltext

import (
	"strings"

	"github.com/goccy/go-yaml/token"
)

// A List is a list that stands below a key in the first column, an item to a dash.
type List struct {
	Line   int // of the key, from 1
	Column int // of the dashes, from 1
	Pieces []Piece
}

// A Piece is some items of a List below its key.
type Piece struct {
	Text   string
	Before int // lines that are before it in the file, less that of the key
}

// Split takes the lists out of a text, in pieces of at least so many bytes. rest is the text without them: each of their
// lines is empty in it, so that all others stand where they were. Where lines do not
// tell the items for sure, such as in quoted text over many lines, either rest or a
// piece is no YAML; or the key is not one of rest's first level, or has a value.
func Split(text string, size int) (rest string, lists []List) {
	if strings.ContainsAny(text, "\r\t") {
		return text, nil // what ends a line, or indents it?
	}
	var out strings.Builder
	lines := strings.SplitAfter(text, "\n")
	for i := 0; i < len(lines); i++ {
		out.WriteString(lines[i])
		if !isKey(lines[i]) {
			continue
		}
		end, starts := items(lines, i+1)
		if len(starts) == 0 {
			continue
		}
		column := strings.IndexByte(lines[starts[0]], '-') + 1
		lists = append(lists, List{i + 1, column, pieces(lines, i, starts, end, size)})
		out.WriteString(strings.Repeat("\n", end-i-1))
		i = end - 1
	}
	return out.String(), lists
}

// isKey reports whether a line is nothing but a key in the first column.
func isKey(line string) bool {
	after, found := afterKey(line)
	return found && ignored(after)
}

// afterKey returns what follows a key in the first column, if the line begins with one.
func afterKey(line string) (after string, found bool) {
	key, after, found := strings.Cut(line, ":")
	found = found && key != "" && strings.Trim(key, "abcdefghijklmnopqrstuvwxyz_") == ""
	return after, found && (strings.TrimRight(after, "\n") == "" || after[0] == ' ')
}

// ends reports whether a line that is no item ends a list.
func ends(line string) bool {
	_, key := afterKey(line)
	return key || strings.HasPrefix(line, "---") || strings.HasPrefix(line, "...")
}

// ignored reports whether a line, or what is left of it, says nothing.
func ignored(line string) bool {
	line = strings.TrimLeft(line, " ")
	return strings.TrimRight(line, "\n") == "" || line[0] == '#'
}

// items returns which lines from first on begin an item of a list, and where the list
// ends; no lines if there is none.
func items(lines []string, first int) (end int, starts []int) {
	indent := -1
	for i := first; i < len(lines); i++ {
		line := strings.TrimLeft(lines[i], " ")
		column := len(lines[i]) - len(line)
		isItem := strings.HasPrefix(line, "- ") && !ignored(line[1:]) // a dash alone takes in what follows
		switch {
		case ignored(line):
		case indent < 0 && !isItem:
			return i, nil
		case column == 0 && !isItem && ends(line):
			return i, starts
		case column > indent && indent >= 0:
		case isItem && (indent < 0 || column == indent):
			indent, starts = column, append(starts, i)
		default:
			return i, nil // it is not of the list, and no key
		}
	}
	return len(lines), starts
}

// pieces puts the items together to pieces, each below the key.
func pieces(lines []string, key int, starts []int, end, size int) (out []Piece) {
	var text strings.Builder
	first := starts[0]
	for i := first; i < end; i++ {
		if len(starts) > 0 && i == starts[0] {
			if text.Len() >= size {
				out = append(out, Piece{lines[key] + text.String(), first - 1})
				text, first = strings.Builder{}, i
			}
			starts = starts[1:]
		}
		text.WriteString(lines[i])
	}
	return append(out, Piece{lines[key] + text.String(), first - 1})
}

// HangsOnNext reports whether what the parser makes of a token hangs on what follows it, so
// that in a piece it is read otherwise than in the file. By go-yaml 1.19 these are text over several
// lines, which is placed where the next token stands and before "---" may be no YAML; a
// block of text (| or >) that is empty; and a key by a question mark, which takes what
// comes next if it has no value.
func HangsOnNext(t *token.Token) bool {
	switch {
	case t.Type == token.MappingKeyType:
		return true
	case isBlock(t):
		next := t.Next
		for next != nil && next.Type == token.CommentType {
			next = next.Next
		}
		return next == nil || strings.TrimSpace(next.Value) == ""
	case isBlock(t.Prev): // t is the text of a block
		return false
	}
	return strings.Contains(strings.Trim(t.Origin, " \n"), "\n")
}

func isBlock(t *token.Token) bool {
	return t != nil && (t.Type == token.LiteralType || t.Type == token.FoldedType)
}
