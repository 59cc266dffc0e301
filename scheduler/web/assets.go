package web

import (
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

// assets are the style and the scripts, under names that change with what is in them,
// so that browsers keep them for ever.
type assets struct {
	names map[string]string // by file: the name that it is served under
	files map[string]asset  // by that name
}

type asset struct {
	kind   string // content type
	body   []byte
	zipped []byte
}

var kinds = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

func newAssets() assets {
	a := assets{names: map[string]string{}, files: map[string]asset{}}
	files, _ := staticFiles.ReadDir("static")
	for _, f := range files {
		body, _ := staticFiles.ReadFile("static/" + f.Name())
		a.add(f.Name(), body)
	}
	a.add("report.css", []byte(overview.Style))
	return a
}

func (a assets) add(file string, body []byte) {
	sum := sha256.Sum256(body)
	name := hex.EncodeToString(sum[:8]) + path.Ext(file)
	a.names[file] = name
	a.files[name] = asset{kinds[path.Ext(file)], body, zipped(body)}
}

// path returns the path of a file of static.
func (a assets) path(file string) string { return "/static/" + a.names[file] }

// ServeHTTP implements http.Handler.
func (a assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	found, ok := a.files[r.PathValue("name")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	found.serve(w, r)
}

func (a assets) icon(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=86400")
	a.files[strings.TrimPrefix(a.path("icon.svg"), "/static/")].serve(w, r)
}

func (f asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Add("Vary", "Accept-Encoding")
	body := f.body
	if acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = f.zipped
	}
	_, _ = w.Write(body)
}
