package worker

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riversqlite"
)

// OnSQLite returns who does the jobs of a SQLite file, which processes of one machine
// may share.
func OnSQLite(ctx context.Context, db *sql.DB, o Options, work Work) (*Worker, error) {
	o.Schema = ""
	return open(ctx, riversqlite.New(db), o, func(e riverdriver.Executor) sayer { return sqliteSayer{e} }, work)
}

type sqliteSayer struct{ db riverdriver.Executor }

// alive implements sayer.
func (s sqliteSayer) alive(ctx context.Context, ids []int64) error {
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return s.db.Exec(ctx, `UPDATE river_job SET metadata = jsonb_set(metadata, '$.beat', unixepoch('subsec'))
		WHERE id IN (SELECT value FROM json_each($1)) AND state = 'running'`, string(list))
}

// abandon implements sayer.
func (s sqliteSayer) abandon(ctx context.Context, silence time.Duration) error {
	return s.db.Exec(ctx, `UPDATE river_job SET attempted_at = '2000-01-01 00:00:00.000'
		WHERE state = 'running' AND MAX(unixepoch(attempted_at, 'subsec'), COALESCE(metadata ->> '$.beat', 0)) < unixepoch('subsec') - $1`, silence.Seconds())
}
