package account

import (
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/peerslot/peerslot/cmd/peerslot/internal/config"
)

// OnDatabase reports whether the store of a workspace lies in a database that others share,
// and not in a file.
func OnDatabase(c *config.Config) bool { return strings.Contains(c.Store, "://") }

// StoreURL returns where the store of a workspace is: the path of a file, or the address of
// a database. Files that it names are as seen from the configuration's folder.
func StoreURL(c *config.Config) string {
	if !OnDatabase(c) {
		return c.Path(c.Store)
	}
	u, err := url.Parse(c.Store)
	if err != nil {
		return c.Store
	}
	query, named := u.Query(), false
	for _, name := range []string{"passfile", "servicefile", "sslcert", "sslkey", "sslrootcert"} {
		if path := query.Get(name); path != "" && path != "system" { // sslrootcert=system: the roots of this machine
			query.Set(name, c.Path(path))
			named = true
		}
	}
	if !named {
		return c.Store
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// Stores are the stores of a folder's workspaces, with the workspace that each is of.
type Stores map[string]string

// Take notes that a store is a workspace's. Two in one would each take the groups of the
// other for gone.
func (s Stores) Take(c *config.Config, name string) error {
	at := placeOf(StoreURL(c))
	if other := s[at]; other != "" && other != name {
		return &sharedError{other, OnDatabase(c)}
	}
	s[at] = name
	return nil
}

// placeOf returns what is the same for two ways to name one store, as far as their text says.
func placeOf(location string) string {
	u, err := url.Parse(location)
	if err != nil || !strings.Contains(location, "://") {
		if real, err := filepath.EvalSymlinks(location); err == nil {
			return real
		}
		return filepath.Clean(location)
	}
	query, host, port := u.Query(), strings.ToLower(u.Hostname()), u.Port()
	if port == "" {
		port = "5432"
	}
	return net.JoinHostPort(host, port) + u.Path + "?" + url.Values{"host": query["host"], "port": query["port"], "dbname": query["dbname"], "schema": query["schema"]}.Encode()
}

// A sharedError says that the store of a workspace is another's.
type sharedError struct {
	other    string
	database bool
}

func (e *sharedError) Error() string {
	return fmt.Sprintf("its store is that of the workspace %s", e.other)
}

// Hint says what to do.
func (e *sharedError) Hint() string {
	if e.database {
		return "give each workspace a schema of its own: 'store: postgres://…?schema=NAME'"
	}
	return "give each workspace of a folder a file of its own: 'store: NAME.db'"
}
