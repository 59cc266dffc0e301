-- +goose Up
-- The groups of a round after the first five hundred, as many in each part: a text is read
-- whole, and the database has it in memory, too.
CREATE TABLE round_part (
	program      TEXT NOT NULL,
	number       INTEGER NOT NULL,
	part         INTEGER NOT NULL CHECK (part > 0),
	members      TEXT NOT NULL,
	PRIMARY KEY (program, number, part),
	FOREIGN KEY (program, number) REFERENCES round (program, number)
);

-- +goose Down
DROP TABLE round_part;
