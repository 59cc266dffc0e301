package googletest

import (
	"fmt"
	"strings"
)

// A selection is a parsed fields parameter: what is kept of an object. An empty
// one keeps everything.
type selection map[string]selection

// parseFields reads a selector such as items(id,start),nextPageToken.
func parseFields(s string) (selection, error) {
	if s == "" {
		return nil, nil
	}
	sel, rest, err := parseList(s)
	if err == nil && rest != "" {
		err = fmt.Errorf("fields: %q is left over", rest)
	}
	return sel, err
}

func parseList(s string) (selection, string, error) {
	out := selection{}
	for {
		end := strings.IndexAny(s, ",()")
		if end < 0 {
			end = len(s)
		}
		name := s[:end]
		if name == "" {
			return nil, "", fmt.Errorf("fields: a name is missing before %q", s)
		}
		s = s[end:]
		var sub selection
		if strings.HasPrefix(s, "(") {
			var err error
			if sub, s, err = parseList(s[1:]); err != nil {
				return nil, "", err
			}
			if !strings.HasPrefix(s, ")") {
				return nil, "", fmt.Errorf("fields: a parenthesis is missing before %q", s)
			}
			s = s[1:]
		}
		outer, inner, nested := strings.Cut(name, "/")
		if nested {
			sub = selection{inner: sub}
		}
		out[outer] = sub
		if !strings.HasPrefix(s, ",") {
			return out, s, nil
		}
		s = s[1:]
	}
}

// keep returns what the selection keeps of v.
func (sel selection) keep(v any) any {
	if len(sel) == 0 {
		return v
	}
	switch v := v.(type) {
	case doc:
		return sel.keepDoc(v)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = sel.keep(e)
		}
		return out
	}
	return v
}

func (sel selection) keepDoc(v doc) doc {
	out := doc{}
	for name, sub := range sel {
		if e, ok := v[name]; ok {
			out[name] = sub.keep(e)
		}
	}
	return out
}
