-- +goose Up
CREATE TABLE round (
	program      TEXT NOT NULL,
	number       INTEGER NOT NULL CHECK (number > 0),
	start_date   TEXT NOT NULL,
	seed         TEXT NOT NULL,
	members      TEXT NOT NULL,
	created      BIGINT NOT NULL,
	PRIMARY KEY (program, number)
);

-- +goose Down
DROP TABLE round;
