-- +goose Up
CREATE TABLE booking (
	uid          TEXT PRIMARY KEY,
	group_name   TEXT NOT NULL,
	program      TEXT NOT NULL,
	generation   INTEGER NOT NULL CHECK (generation > 0),
	state        TEXT NOT NULL CHECK (state IN ('intended', 'booked', 'changing', 'cancelling', 'ended')),
	series       TEXT NOT NULL,
	next         TEXT NOT NULL,
	attendance   INTEGER NOT NULL,
	possible     INTEGER NOT NULL,
	by_hand      TEXT NOT NULL,
	facilitators TEXT NOT NULL,
	reviewed     INTEGER NOT NULL CHECK (reviewed IN (0, 1)),
	cancel_from  BIGINT NOT NULL DEFAULT 0,
	created      BIGINT NOT NULL,
	version      BIGINT NOT NULL CHECK (version > 0),
	UNIQUE (group_name, generation)
);

-- A group has one series at a time, besides one that was reviewed and runs out.
CREATE UNIQUE INDEX booking_open ON booking (group_name) WHERE state <> 'ended' AND reviewed = 0;

CREATE TABLE history (
	id           TEXT PRIMARY KEY,
	at           BIGINT NOT NULL,
	group_name   TEXT NOT NULL,
	uid          TEXT NOT NULL,
	what         TEXT NOT NULL,
	why          TEXT NOT NULL
);

CREATE INDEX history_group ON history (group_name, id);

-- Whose answer it is, nobody can read: who is a hash with a key that is not here.
CREATE TABLE answer (
	uid          TEXT NOT NULL REFERENCES booking (uid),
	who          TEXT NOT NULL,
	answer       TEXT NOT NULL CHECK (answer IN ('keep', 'rarer', 'oftener', 'stop')),
	PRIMARY KEY (uid, who)
);

-- The series as they were on the calendar when it was last asked for changes.
CREATE TABLE seen (
	uid          TEXT PRIMARY KEY,
	series       TEXT NOT NULL
);

CREATE TABLE setting (
	name         TEXT PRIMARY KEY,
	value        TEXT NOT NULL
);

-- +goose Down
DROP TABLE setting;
DROP TABLE seen;
DROP TABLE answer;
DROP TABLE history;
DROP TABLE booking;
