//go:build !nopostgres

package store

// DemandsTLS reports whether a server at location must prove who it is.
func DemandsTLS(location string) bool {
	p, err := parsePlace(location)
	return err == nil && p.config.ConnConfig.TLSConfig != nil && !p.config.ConnConfig.TLSConfig.InsecureSkipVerify && len(p.config.ConnConfig.Fallbacks) == 0
}

// PasswordFor returns the password with which a server at location is asked.
func PasswordFor(location string) string {
	p, err := parsePlace(location)
	if err != nil {
		return err.Error()
	}
	return p.config.ConnConfig.Password
}
