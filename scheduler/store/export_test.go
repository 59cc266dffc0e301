//go:build !nopostgres

package store

// DemandsTLS reports whether a server at location must prove who it is.
func DemandsTLS(location string) bool {
	p, err := parsePlace(location)
	return err == nil && p.config.ConnConfig.TLSConfig != nil && !p.config.ConnConfig.TLSConfig.InsecureSkipVerify && len(p.config.ConnConfig.Fallbacks) == 0
}
