-- +goose Up
-- What people must still hear, and what they were told. A message is 7-bit text; it
-- goes when the notice waits no longer.
DROP TABLE notice;
CREATE TABLE notice (
	id        TEXT PRIMARY KEY,
	uid       TEXT NOT NULL,
	at        BIGINT NOT NULL,
	place     BIGINT NOT NULL,
	state     TEXT NOT NULL,
	record    TEXT NOT NULL,
	message   TEXT NOT NULL
);
CREATE INDEX notice_state ON notice (state, at);
CREATE INDEX notice_uid ON notice (uid);

-- What members answered by mail.
CREATE TABLE reply (
	uid       TEXT NOT NULL,
	person    TEXT NOT NULL,
	original  BIGINT NOT NULL,
	rsvp      TEXT NOT NULL,
	made      BIGINT NOT NULL,
	received  BIGINT NOT NULL,
	PRIMARY KEY (uid, person, original)
);

-- +goose Down
DROP TABLE reply;
DROP TABLE notice;
CREATE TABLE notice (
	id      TEXT PRIMARY KEY,
	at      BIGINT NOT NULL,
	record  TEXT NOT NULL
);
