-- +goose Up
-- Who may open the members' pages. Hashes alone: what is here opens nothing.
CREATE TABLE sign_in_link (
	hash     TEXT PRIMARY KEY,
	person   TEXT NOT NULL,
	browser  TEXT NOT NULL,
	made     BIGINT NOT NULL,
	expires  BIGINT NOT NULL,
	used     BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX sign_in_link_person ON sign_in_link (person, made);

CREATE TABLE sign_in_session (
	hash     TEXT PRIMARY KEY,
	person   TEXT NOT NULL,
	began    BIGINT NOT NULL,
	used     BIGINT NOT NULL
);
CREATE INDEX sign_in_session_person ON sign_in_session (person);

CREATE TABLE sign_in_subject (
	issuer   TEXT NOT NULL,
	subject  TEXT NOT NULL,
	person   TEXT NOT NULL,
	PRIMARY KEY (issuer, subject)
);

-- What members set about themselves, in place of what the roster says.
CREATE TABLE own_setting (
	person   TEXT PRIMARY KEY,
	version  BIGINT NOT NULL,
	record   TEXT NOT NULL
);

-- Who could attend which session, as a night found it.
CREATE TABLE attendance (
	uid      TEXT PRIMARY KEY,
	record   TEXT NOT NULL
);

-- +goose Down
DROP TABLE attendance;
DROP TABLE own_setting;
DROP TABLE sign_in_subject;
DROP TABLE sign_in_session;
DROP TABLE sign_in_link;
