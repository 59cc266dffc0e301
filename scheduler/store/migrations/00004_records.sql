-- +goose Up
-- What is not searched is one record, as JSON.
ALTER TABLE booking ADD COLUMN record TEXT NOT NULL DEFAULT '{}';
UPDATE booking SET record = '{"Series":' || series || ',"Next":' || next || ',"Attendance":' || attendance || ',"Possible":' || possible
	|| ',"ByHand":' || by_hand || ',"Refused":' || refused || ',"Invited":' || invited || ',"Facilitators":' || facilitators || '}';
ALTER TABLE booking DROP COLUMN series;
ALTER TABLE booking DROP COLUMN next;
ALTER TABLE booking DROP COLUMN attendance;
ALTER TABLE booking DROP COLUMN possible;
ALTER TABLE booking DROP COLUMN by_hand;
ALTER TABLE booking DROP COLUMN refused;
ALTER TABLE booking DROP COLUMN invited;
ALTER TABLE booking DROP COLUMN facilitators;

-- What people must still hear.
CREATE TABLE notice (
	id      TEXT PRIMARY KEY,
	at      BIGINT NOT NULL,
	record  TEXT NOT NULL
);

-- An answer is a keyed hash of member and answer: neither can be read without the
-- key, which is not here. Those kept until now said what they were; they go.
DROP TABLE answer;
CREATE TABLE answer (
	uid     TEXT NOT NULL REFERENCES booking (uid),
	token   TEXT NOT NULL,
	PRIMARY KEY (uid, token)
);

-- +goose Down
DROP TABLE answer;
CREATE TABLE answer (
	uid          TEXT NOT NULL REFERENCES booking (uid),
	who          TEXT NOT NULL,
	answer       TEXT NOT NULL CHECK (answer IN ('keep', 'rarer', 'oftener', 'stop')),
	PRIMARY KEY (uid, who)
);
DROP TABLE notice;
ALTER TABLE booking DROP COLUMN record;
