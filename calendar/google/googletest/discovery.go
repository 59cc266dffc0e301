package googletest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A discovery is the part of the API's discovery document that requests are
// checked against.
type discovery struct {
	Parameters map[string]parameter
	Resources  map[string]resource
	Schemas    map[string]*schema

	methods []method
}

type resource struct {
	Methods   map[string]method
	Resources map[string]resource
}

type method struct {
	ID         string
	HTTPMethod string
	Path       string
	Parameters map[string]parameter
	Request    *schema
	Response   *schema
	Scopes     []string
}

type parameter struct {
	Location, Type, Format string
	Required, Repeated     bool
	Description            string
	Enum                   []string
	Minimum, Maximum       string
}

// document reads the discovery document that ships with the client library.
var document = sync.OnceValues(func() (*discovery, error) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "google.golang.org/api").Output()
	if err != nil {
		return nil, fmt.Errorf("find the client library: %w", err)
	}
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "calendar", "v3", "calendar-api.json"))
	if err != nil {
		return nil, err
	}
	var d discovery
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, err
	}
	for _, r := range d.Resources {
		d.collect(r)
	}
	return &d, nil
})

func (d *discovery) collect(r resource) {
	for _, m := range r.Methods {
		d.methods = append(d.methods, m)
	}
	for _, child := range r.Resources {
		d.collect(child)
	}
}

// A request is a call of a method of the API.
type request struct {
	*http.Request
	method method
	path   map[string]string // parameters in the path
	query  url.Values
	body   doc
}

// match finds the method that a request calls. The path is that below calendar/v3/.
func (d *discovery) match(httpMethod, path string) (method, map[string]string, bool) {
	parts := strings.Split(path, "/")
	for _, m := range d.methods {
		want := strings.Split(m.Path, "/")
		if m.HTTPMethod != httpMethod || len(want) != len(parts) {
			continue
		}
		values := map[string]string{}
		fits := true
		for i, w := range want {
			if name, ok := strings.CutPrefix(w, "{"); ok {
				value, err := url.PathUnescape(parts[i])
				fits = fits && err == nil && value != ""
				values[strings.TrimSuffix(name, "}")] = value
			} else {
				fits = fits && w == parts[i]
			}
		}
		if fits {
			return m, values, true
		}
	}
	return method{}, nil, false
}

// checkQuery returns what is wrong with the query parameters of a call.
func (d *discovery) checkQuery(m method, query url.Values) error {
	for name, values := range query {
		p, ok := m.Parameters[name]
		if !ok {
			p, ok = d.Parameters[name]
		}
		if !ok || p.Location != "query" {
			return fmt.Errorf("%s has no parameter %q", m.ID, name)
		}
		if strings.HasPrefix(p.Description, "Deprecated.") {
			return fmt.Errorf("%s: parameter %q is deprecated", m.ID, name)
		}
		if len(values) > 1 && !p.Repeated {
			return fmt.Errorf("%s: parameter %q is given twice", m.ID, name)
		}
		for _, v := range values {
			if err := p.check(v); err != nil {
				return fmt.Errorf("%s: parameter %q: %w", m.ID, name, err)
			}
		}
	}
	for name, p := range m.Parameters {
		if p.Required && p.Location == "query" && !query.Has(name) {
			return fmt.Errorf("%s: parameter %q is missing", m.ID, name)
		}
	}
	return nil
}

func (p parameter) check(value string) error {
	switch {
	case len(p.Enum) > 0 && !slices.Contains(p.Enum, value):
		return fmt.Errorf("got %q, want one of %v", value, p.Enum)
	case p.Type == "boolean" && value != "true" && value != "false":
		return fmt.Errorf("got %q, want a boolean", value)
	case p.Type == "integer":
		n, err := strconv.Atoi(value)
		low, _ := strconv.Atoi(p.Minimum)
		high, _ := strconv.Atoi(p.Maximum)
		if err != nil || p.Minimum != "" && n < low || p.Maximum != "" && n > high {
			return fmt.Errorf("got %q, want an integer from %q to %q", value, p.Minimum, p.Maximum)
		}
	case p.Format == "date-time":
		_, err := time.Parse(time.RFC3339, value)
		return err
	}
	return nil
}

// A schema is the type of a value in JSON.
type schema struct {
	Ref                  string `json:"$ref"`
	Type, Format         string
	Properties           map[string]*schema
	AdditionalProperties *schema
	Items                *schema
}

// checkBody returns what is wrong with a value of the schema. path says where the
// value is.
func (d *discovery) checkBody(s *schema, path string, v any) error {
	if s.Ref != "" {
		s = d.Schemas[s.Ref]
	}
	switch v := v.(type) {
	case nil:
		return nil // clears the field
	case map[string]any:
		return d.checkObject(s, path, v)
	case []any:
		if s.Type != "array" {
			return fmt.Errorf("%s: got an array, want %s", path, s.Type)
		}
		for i, e := range v {
			if err := d.checkBody(s.Items, fmt.Sprintf("%s[%d]", path, i), e); err != nil {
				return err
			}
		}
		return nil
	default:
		return checkScalar(s, path, v)
	}
}

func (d *discovery) checkObject(s *schema, path string, v map[string]any) error {
	if s.Type != "object" {
		return fmt.Errorf("%s: got an object, want %s", path, s.Type)
	}
	for name, e := range v {
		field := s.Properties[name]
		if field == nil {
			field = s.AdditionalProperties
		}
		if field == nil {
			return fmt.Errorf("%s has no field %q", path, name)
		}
		if err := d.checkBody(field, path+"."+name, e); err != nil {
			return err
		}
	}
	return nil
}

func checkScalar(s *schema, path string, v any) error {
	ok := false
	switch v := v.(type) {
	case string:
		ok = s.Type == "string"
		if s.Format == "date-time" {
			_, err := time.Parse(time.RFC3339, v)
			_, err2 := time.Parse("2006-01-02T15:04:05", v)
			ok = ok && (err == nil || err2 == nil)
		}
		if s.Format == "date" {
			_, err := time.Parse(time.DateOnly, v)
			ok = ok && err == nil
		}
	case bool:
		ok = s.Type == "boolean"
	case float64:
		ok = s.Type == "number" || s.Type == "integer" && v == float64(int64(v))
	}
	if !ok {
		return fmt.Errorf("%s: got %v, want %s %s", path, v, s.Type, s.Format)
	}
	return nil
}

// checkFields returns what a fields selector names that the answer cannot have.
func (d *discovery) checkFields(s *schema, path string, sel selection) error {
	for s != nil && (s.Ref != "" || s.Type == "array") {
		if s.Ref != "" {
			s = d.Schemas[s.Ref]
		} else {
			s = s.Items
		}
	}
	for name, sub := range sel {
		var field *schema
		if s != nil {
			field = s.Properties[name]
		}
		if field == nil {
			return fmt.Errorf("fields: %s has no field %q", path, name)
		}
		if err := d.checkFields(field, path+"."+name, sub); err != nil {
			return err
		}
	}
	return nil
}
