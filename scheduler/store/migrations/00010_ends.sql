-- +goose Up
-- When the last session of a series is over; 0 where that is not known. Who looks for
-- what is over reads no records of what goes on.
ALTER TABLE booking ADD COLUMN ends BIGINT NOT NULL DEFAULT 0;
CREATE INDEX booking_due ON booking (state, ends);

-- +goose Down
DROP INDEX booking_due;
ALTER TABLE booking DROP COLUMN ends;
