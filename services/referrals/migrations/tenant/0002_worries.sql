-- Worries of neighbourhood inspectors for the SPoT, and what one of them is writing and has not sent.

CREATE TABLE worries (
    id uuid PRIMARY KEY,
    reported_by uuid NOT NULL,
    reported_at timestamptz NOT NULL,
    reasons text[] NOT NULL CHECK (cardinality(reasons) BETWEEN 1 AND 5),
    urgency text NOT NULL CHECK (urgency IN ('today', 'this_week', 'can_wait')),
    consent text NOT NULL CHECK (consent IN ('yes', 'no', 'not_possible')),
    report_duty text NOT NULL CHECK (report_duty IN ('not_needed', 'to_do', 'done')),
    place text NOT NULL,
    who text NOT NULL,
    contact text NOT NULL,
    text text NOT NULL,
    state text NOT NULL CHECK (state IN ('reported', 'taken_up', 'not_taken_up', 'closed')),
    version int NOT NULL,
    handled_by uuid,
    answered_at timestamptz,
    not_taken_up_reason text NOT NULL,
    dossier_id uuid,
    closed_at timestamptz,
    wiped_at timestamptz,
    CHECK ((state = 'reported') = (handled_by IS NULL))
);
CREATE INDEX worries_of_reporter ON worries (reported_by, reported_at);
CREATE INDEX worries_by_state ON worries (state, reported_at);

CREATE TABLE worry_drafts (
    author uuid PRIMARY KEY,
    fields jsonb NOT NULL,
    version int NOT NULL,
    saved_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
