-- The weekly test of the alarm path: when, who was called over which channel, who confirmed, and who was not reached.

CREATE TABLE self_test_plan (
    id uuid PRIMARY KEY,
    active boolean NOT NULL,
    weekday int NOT NULL CHECK (weekday BETWEEN 0 AND 6),
    minute int NOT NULL CHECK (minute BETWEEN 0 AND 1439),
    window_hours int NOT NULL CHECK (window_hours BETWEEN 1 AND 72),
    audience text NOT NULL CHECK (audience IN ('roster', 'members')),
    next_at timestamptz,
    changed_by uuid NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX self_test_plan_is_one ON self_test_plan ((true));

CREATE TABLE self_tests (
    id uuid PRIMARY KEY,
    started_at timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,
    closed_at timestamptz,
    started_by uuid
);
CREATE INDEX self_tests_newest ON self_tests (started_at DESC);

CREATE TABLE self_test_people (
    test_id uuid NOT NULL REFERENCES self_tests,
    user_id uuid NOT NULL,
    resolved_at timestamptz,
    resolved_by uuid,
    PRIMARY KEY (test_id, user_id)
);

-- One for each channel: the token in its link says over which channel somebody was reached.
CREATE TABLE self_test_calls (
    token text PRIMARY KEY,
    test_id uuid NOT NULL,
    user_id uuid NOT NULL,
    channel text NOT NULL CHECK (channel IN ('app', 'sms', 'push', 'email')),
    confirmed_at timestamptz,
    UNIQUE (test_id, user_id, channel),
    FOREIGN KEY (test_id, user_id) REFERENCES self_test_people
);
