-- Blocks of time that somebody plans for himself; half-open, and never two at once of one person.
CREATE TABLE own_hours (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL CHECK (ends_at > starts_at),
    activity text NOT NULL,
    area text NOT NULL,
    version int NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE INDEX own_hours_of_user ON own_hours (user_id, starts_at);
CREATE INDEX own_hours_in_time ON own_hours (starts_at);
