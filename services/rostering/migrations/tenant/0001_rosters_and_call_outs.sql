-- Who is on duty when, and the call-outs with everyone who was rung.

-- One row. Locking it is how two roster changes of a tenant wait for each other (rosters/commands.py).
CREATE TABLE roster_settings (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    answer_minutes int NOT NULL DEFAULT 10 CHECK (answer_minutes BETWEEN 1 AND 60),
    levels text[] NOT NULL DEFAULT '{primary,secondary,backup,coordinator}' CHECK (cardinality(levels) > 0)
);
INSERT INTO roster_settings DEFAULT VALUES;

CREATE TABLE shifts (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    level text NOT NULL CHECK (level IN ('primary', 'secondary', 'backup', 'coordinator')),
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    CHECK (ends_at > starts_at)
);
CREATE INDEX shifts_level ON shifts (level, starts_at);
CREATE INDEX shifts_user ON shifts (user_id, starts_at);
CREATE INDEX shifts_end ON shifts (ends_at);

CREATE TABLE call_out_numbers (
    year int PRIMARY KEY,
    last_number int NOT NULL
);

CREATE TABLE call_outs (
    id uuid PRIMARY KEY,
    number text NOT NULL UNIQUE,
    state text NOT NULL CHECK (state IN (
        'requested', 'ringing', 'unanswered', 'accepted', 'en_route', 'on_site', 'closed', 'reported', 'validated',
        'cancelled'
    )),
    requested_at timestamptz NOT NULL,
    requested_by_user uuid NOT NULL,
    incident_type text NOT NULL,
    urgency text NOT NULL CHECK (urgency IN ('now', 'today', 'planned')),
    place text NOT NULL,
    summary text NOT NULL,
    requested_by text NOT NULL,
    contact_on_site text NOT NULL,
    contact_phone text NOT NULL,
    present text NOT NULL,
    already_informed text NOT NULL,
    safety text NOT NULL,
    languages text[] NOT NULL,
    minors_present boolean NOT NULL,
    bad_news boolean NOT NULL,
    pv_number text NOT NULL,
    prosecutor_informed boolean NOT NULL,
    accepted_by uuid,
    eta_minutes int,
    opens_dossier boolean,
    closing_note text NOT NULL DEFAULT '',
    cancel_reason text NOT NULL DEFAULT '',
    CHECK (state NOT IN ('accepted', 'en_route', 'on_site', 'closed', 'reported', 'validated')
           OR accepted_by IS NOT NULL)
);
CREATE INDEX call_outs_newest ON call_outs (requested_at DESC);
CREATE INDEX call_outs_open ON call_outs (requested_at DESC)
    WHERE state IN ('requested', 'ringing', 'unanswered', 'accepted', 'en_route', 'on_site');
CREATE INDEX call_outs_under_way ON call_outs (accepted_by) WHERE state IN ('accepted', 'en_route', 'on_site');

CREATE TABLE call_out_attempts (
    id uuid PRIMARY KEY,
    call_out_id uuid NOT NULL REFERENCES call_outs (id),
    position int NOT NULL,
    level text NOT NULL CHECK (level IN ('primary', 'secondary', 'backup', 'coordinator', 'off_duty')),
    user_id uuid NOT NULL,
    rang_at timestamptz NOT NULL,
    answer_by timestamptz NOT NULL,
    outcome text NOT NULL CHECK (outcome IN (
        'ringing', 'accepted', 'declined', 'no_answer', 'unreachable', 'taken_by_other', 'cancelled'
    )),
    answered_at timestamptz,
    reason text NOT NULL,
    by_phone boolean NOT NULL,
    UNIQUE (call_out_id, position)
);
-- The database itself holds S03: never two people rung, never two winners, for one call-out.
CREATE UNIQUE INDEX call_out_attempts_one_open ON call_out_attempts (call_out_id) WHERE outcome = 'ringing';
CREATE UNIQUE INDEX call_out_attempts_one_winner ON call_out_attempts (call_out_id) WHERE outcome = 'accepted';
CREATE INDEX call_out_attempts_user ON call_out_attempts (user_id, rang_at DESC);

CREATE TABLE call_out_times (
    call_out_id uuid NOT NULL REFERENCES call_outs (id),
    position int NOT NULL,
    state text NOT NULL,
    at timestamptz NOT NULL,
    user_id uuid,
    PRIMARY KEY (call_out_id, position)
);
