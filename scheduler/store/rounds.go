package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
)

// Rounds implements scheduler.Store.
func (s *Store) Rounds(ctx context.Context, program string) ([]scheduler.Round, error) {
	return list(ctx, s.db, func(r *scheduler.Round, row scan) error {
		var start, seed, groups, promised string
		var created int64
		if err := row(&r.Program, &r.Number, &start, &seed, &groups, &promised, &created); err != nil {
			return err
		}
		if err := readRound(r, start, seed, groups, promised); err != nil {
			*r = scheduler.Round{Program: r.Program, Number: r.Number, Fault: fmt.Errorf("the stored round %d of program %q cannot be read: %w", r.Number, r.Program, err)}
		}
		r.Created = fromUnix(created)
		return nil
	}, `SELECT program, number, start_date, seed, members, promised, created FROM round
		WHERE program = $1 OR $2 = '' ORDER BY program, number`, program, program)
}

func readRound(r *scheduler.Round, start, seed, groups, promised string) (err error) {
	if r.Start, err = availability.ParseDate(start); err != nil {
		return err
	}
	if r.Seed, err = strconv.ParseUint(seed, 10, 64); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(promised), &r.Promised); err != nil {
		return err
	}
	return json.Unmarshal([]byte(groups), &r.Groups)
}

func (s *Store) writeRound(ctx context.Context, tx *sql.Tx, batch scheduler.Batch) error {
	if batch.Round == nil {
		return nil
	}
	r := *batch.Round
	groups, err := json.Marshal(r.Groups)
	if err != nil {
		return err
	}
	promised, err := json.Marshal(r.Promised)
	if err != nil {
		return err
	}
	// The seed is text: as a number it may be too large for either database.
	_, err = tx.ExecContext(ctx, `INSERT INTO round (program, number, start_date, seed, members, promised, created) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		r.Program, r.Number, r.Start.String(), strconv.FormatUint(r.Seed, 10), string(groups), string(promised), toUnix(r.Created))
	if s.dialect.isUniqueViolation(err) {
		return fmt.Errorf("round %d of program %q: %w", r.Number, r.Program, scheduler.ErrFormed)
	}
	return err
}
