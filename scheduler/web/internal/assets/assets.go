// Package assets serves the style and the scripts of the pages.
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strings"

	"github.com/peerslot/peerslot/scheduler/report/overview"
)

//go:embed static
var staticFiles embed.FS

// Files are the style and the scripts, under names that change with what is in them,
// so that browsers keep them for ever.
type Files struct {
	names   map[string]string // by file: the name that it is served under
	files   map[string]asset  // by that name
	nothing http.Handler      // answers for a name that is none of them
}

type asset struct {
	kind   string // content type
	body   []byte
	zipped []byte
}

var kinds = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

// New returns the files of static, and the style of the report. What is asked for and is
// none of them, nothing answers.
func New(nothing http.Handler) Files {
	a := Files{map[string]string{}, map[string]asset{}, nothing}
	files, _ := staticFiles.ReadDir("static")
	for _, f := range files {
		body, _ := staticFiles.ReadFile("static/" + f.Name())
		a.add(f.Name(), body)
	}
	a.add("report.css", []byte(overview.Style))
	return a
}

// lean returns a file without what is there for who reads its source: indentation, empty
// lines and lines that are comments. None of our files has text over several lines.
func lean(body []byte) []byte {
	var out []byte
	for line := range bytes.Lines(body) {
		line = bytes.TrimLeft(line, " \t\n")
		if !bytes.HasPrefix(line, []byte("//")) {
			out = append(out, line...)
		}
	}
	return out
}

// tight takes the blanks out of a style that browsers do not need.
var tight = strings.NewReplacer(" {", "{", "{ ", "{", ": ", ":", ", ", ",", "; }", "}", "; ", ";")

func (a Files) add(file string, body []byte) {
	body = lean(body)
	if path.Ext(file) == ".css" {
		body = []byte(tight.Replace(string(body)))
	}
	sum := sha256.Sum256(body)
	name := hex.EncodeToString(sum[:8]) + path.Ext(file)
	a.names[file] = name
	a.files[name] = asset{kinds[path.Ext(file)], body, Zipped(body)}
}

// Path returns the path of a file of static.
func (a Files) Path(file string) string { return "/static/" + a.names[file] }

// ServeHTTP implements http.Handler.
func (a Files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	found, ok := a.files[r.PathValue("name")]
	if !ok {
		a.nothing.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	found.serve(w, r)
}

// Icon answers the request for the icon that browsers make by themselves.
func (a Files) Icon(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=86400")
	a.files[strings.TrimPrefix(a.Path("icon.svg"), "/static/")].serve(w, r)
}

func (f asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Add("Vary", "Accept-Encoding")
	body := f.body
	if AcceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = f.zipped
	}
	_, _ = w.Write(body)
}

// AcceptsGzip reports whether an answer may be in gzip (RFC 9110 12.5.3).
func AcceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if coding == "gzip" && strings.ReplaceAll(weight, " ", "") != "q=0" {
			return true
		}
	}
	return false
}

// Zipped returns the body in gzip.
func Zipped(body []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(body)
	_ = z.Close()
	return out.Bytes()
}
