-- +goose Up
-- All bookings of one group are asked for by each booking of it, and by its page.
CREATE INDEX booking_group ON booking (group_name, generation);

-- +goose Down
DROP INDEX booking_group;
