package overview

import "fmt"

// A Part is which rows of a long table are shown. The zero Part is all of them.
type Part struct{ From, Most int }

// longestCell is how many characters of one cell are shown of a part: some hundred names.
const longestCell = 4000

// of returns the sections with this part of their tables, which say so. Of a table that
// ends before it, the last part is shown.
func (p Part) of(sections []Section) []Section {
	if p.Most == 0 {
		return sections
	}
	for _, s := range sections {
		for i, t := range s.Tables {
			for _, row := range t.Rows {
				for j, text := range row {
					row[j] = short(text, longestCell)
				}
			}
			all := len(t.Rows)
			if all <= p.Most {
				continue
			}
			from := min(p.From, (all-1)/p.Most*p.Most)
			to := min(from+p.Most, all)
			s.Tables[i].Rows = t.Rows[from:to]
			s.Tables[i].Caption = fmt.Sprintf("%s, %d to %d of %d", t.Caption, from+1, to, all)
		}
	}
	return sections
}
