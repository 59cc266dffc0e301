-- +goose Up
ALTER TABLE booking ADD COLUMN refused TEXT NOT NULL DEFAULT '[]';
ALTER TABLE booking ADD COLUMN invited TEXT NOT NULL DEFAULT '[]';

CREATE INDEX history_at ON history (at);

-- Whose calendar could not be read in the last pass, and since when.
CREATE TABLE unreadable (
	address TEXT PRIMARY KEY,
	since   BIGINT NOT NULL
);

-- +goose Down
DROP TABLE unreadable;
DROP INDEX history_at;
ALTER TABLE booking DROP COLUMN invited;
ALTER TABLE booking DROP COLUMN refused;
