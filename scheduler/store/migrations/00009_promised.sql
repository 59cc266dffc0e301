-- +goose Up
-- The groups of the rounds that were shown ahead and are to follow.
ALTER TABLE round ADD COLUMN promised TEXT NOT NULL DEFAULT 'null';

-- +goose Down
ALTER TABLE round DROP COLUMN promised;
