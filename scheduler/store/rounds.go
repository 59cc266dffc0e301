package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
)

// Rounds implements scheduler.Store.
func (s *Store) Rounds(ctx context.Context, program string) ([]scheduler.Round, error) {
	return list(ctx, s.db, scanRound, `SELECT `+roundColumns+` FROM round
		WHERE program = $1 OR $2 = '' ORDER BY program, number`, program, program)
}

// LastRounds implements scheduler.Store.
func (s *Store) LastRounds(ctx context.Context) (out []scheduler.Round, err error) {
	err = each(ctx, s.db, func(row scan) error {
		var r scheduler.Round
		if err := scanRound(&r, row); err != nil {
			return err
		}
		if n := len(out); n > 0 && out[n-1].Program == r.Program && out[n-1].Fault == nil {
			out = out[:n-1]
		}
		out = append(out, r)
		return nil
	}, `SELECT `+roundColumns+` FROM round ORDER BY program, number`)
	return out, err
}

const roundColumns = `program, number, start_date, seed, members, promised, created`

func scanRound(r *scheduler.Round, row scan) error {
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
	r.Groups, err = readGroups(groups, r.Program)
	return err
}

// readGroups reads the groups of a round one by one: of very many the text alone is large.
func readGroups(text, program string) (groups []scheduler.Group, err error) {
	if text == "null" {
		return nil, nil
	}
	in := json.NewDecoder(strings.NewReader(text))
	if begin, err := in.Token(); err != nil || begin != json.Delim('[') {
		return nil, cmp.Or(err, errors.New("its groups are no list"))
	}
	for in.More() {
		var g scheduler.Group
		if err := in.Decode(&g); err != nil {
			return nil, err
		}
		if g.Program == program {
			g.Program = program // not each a copy of it
		}
		groups = append(groups, g)
	}
	if _, err := in.Token(); err != nil {
		return nil, err
	}
	if _, err := in.Token(); err != io.EOF {
		return nil, cmp.Or(err, errors.New("more follows its groups"))
	}
	return groups, nil
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
