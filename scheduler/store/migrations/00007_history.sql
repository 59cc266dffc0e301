-- +goose Up
-- Who did by hand what the history tells, and of a move how many could attend.
ALTER TABLE history ADD COLUMN person TEXT NOT NULL DEFAULT '';
ALTER TABLE history ADD COLUMN before_move BIGINT NOT NULL DEFAULT 0;
ALTER TABLE history ADD COLUMN after_move BIGINT NOT NULL DEFAULT 0;

-- Whose sessions can be subscribed to. The address of a feed is made with a key that is
-- not here.
CREATE TABLE feed (
	id         TEXT PRIMARY KEY,
	person     TEXT NOT NULL,
	group_name TEXT NOT NULL,
	serial     BIGINT NOT NULL,
	made       BIGINT NOT NULL,
	UNIQUE (person, group_name)
);

-- +goose Down
DROP TABLE feed;
ALTER TABLE history DROP COLUMN after_move;
ALTER TABLE history DROP COLUMN before_move;
ALTER TABLE history DROP COLUMN person;
