package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
)

// readSetting returns the value that stands under a name; ok is false if none does.
func readSetting(ctx context.Context, q querier, name string) (value string, ok bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT value FROM setting WHERE name = $1`, name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return value, err == nil, err
}

// readRecord reads the record that stands under a name into v, which it leaves as it is if
// none does; fault says why what stands there is none.
func readRecord(ctx context.Context, q querier, name string, v any) (fault, err error) {
	text, ok, err := readSetting(ctx, q, name)
	if ok {
		fault = json.Unmarshal([]byte(text), v)
	}
	return fault, err
}

// writeRecord has v stand under the name, as JSON.
func writeRecord(ctx context.Context, tx *sql.Tx, name string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return writeSetting(ctx, tx, name, string(text))
}

// writeSetting has the value stand under the name, in the place of any other.
func writeSetting(ctx context.Context, tx *sql.Tx, name, value string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2`, name, value)
	return err
}
