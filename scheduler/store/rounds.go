package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/peerslot/peerslot/availability"
	"github.com/peerslot/peerslot/scheduler"
)

// Rounds implements scheduler.Store.
func (s *Store) Rounds(ctx context.Context, program string) ([]scheduler.Round, error) {
	all, err := list(ctx, s.db, scanRound, `SELECT `+roundColumns+` FROM round
		WHERE program = $1 OR $2 = '' ORDER BY program, number`, program, program)
	return s.readParts(ctx, all, err)
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
	return s.readParts(ctx, out, err)
}

// groupsInPart is how many groups of a round there are in a part of it, but the last.
const groupsInPart = 500

// readParts reads the groups of rounds after those of the first part, unless reading these met
// an error.
func (s *Store) readParts(ctx context.Context, rounds []scheduler.Round, err error) ([]scheduler.Round, error) {
	for i := range rounds {
		r := &rounds[i]
		if err != nil || len(r.Groups) != groupsInPart {
			continue
		}
		err = each(ctx, s.db, func(row scan) error {
			var text string
			if err := row(&text); err != nil || r.Fault != nil {
				return err
			}
			more, fault := readGroups(text, r.Program)
			if r.Groups = append(r.Groups, more...); fault != nil {
				*r = faulty(*r, fault)
			}
			return nil
		}, `SELECT members FROM round_part WHERE program = $1 AND number = $2 ORDER BY part`, r.Program, r.Number)
	}
	return rounds, err
}

// faulty is what is known of a round of which something cannot be read.
func faulty(r scheduler.Round, fault error) scheduler.Round {
	return scheduler.Round{Program: r.Program, Number: r.Number, Created: r.Created, Fault: fmt.Errorf("the stored round %d of program %q cannot be read: %w", r.Number, r.Program, fault)}
}

const roundColumns = `program, number, start_date, seed, members, promised, created`

func scanRound(r *scheduler.Round, row scan) error {
	var start, seed, groups, promised string
	var created int64
	if err := row(&r.Program, &r.Number, &start, &seed, &groups, &promised, &created); err != nil {
		return err
	}
	r.Created = fromUnix(created)
	if err := readRound(r, start, seed, groups, promised); err != nil {
		*r = faulty(*r, err)
	}
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

// readGroups reads groups one by one.
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
	first := r.Groups[:min(len(r.Groups), groupsInPart)]
	groups, err := json.Marshal(first)
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
	part := 0
	for some := range slices.Chunk(r.Groups[len(first):], groupsInPart) {
		if err != nil {
			return err
		}
		part++
		if groups, err = json.Marshal(some); err == nil {
			_, err = tx.ExecContext(ctx, `INSERT INTO round_part (program, number, part, members) VALUES ($1, $2, $3, $4)`, r.Program, r.Number, part, string(groups))
		}
	}
	return err
}
