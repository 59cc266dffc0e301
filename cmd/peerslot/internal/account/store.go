package account

import (
	"net/url"
	"strings"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
)

// StoreURL returns where the store of a workspace is: the path of a file, or the address of
// a database. Files that it names are as seen from the configuration's folder.
func StoreURL(c *config.Config) string {
	if !strings.Contains(c.Store, "://") {
		return InDir(c.Dir, c.Store)
	}
	u, err := url.Parse(c.Store)
	if err != nil {
		return c.Store
	}
	query, named := u.Query(), false
	for _, name := range []string{"passfile", "servicefile", "sslcert", "sslkey", "sslrootcert"} {
		if path := query.Get(name); path != "" && path != "system" { // sslrootcert=system: the roots of this machine
			query.Set(name, InDir(c.Dir, path))
			named = true
		}
	}
	if !named {
		return c.Store
	}
	u.RawQuery = query.Encode()
	return u.String()
}
