package web

import "net/http"

type homeData struct {
	Groups []string
}

// home shows a member what they come to.
func (s *Server) home(w http.ResponseWriter, r *http.Request, v viewer) error {
	d := homeData{Groups: v.view.mine[v.Address]}
	return s.render(w, r, http.StatusOK, "home", page{Title: "My sessions", Viewer: v, Here: "/", Data: d})
}
