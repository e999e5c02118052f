-- Two people, second numbers, partner zones and the side ways of a call-out; decisions, corrections, rest, incidents.

CREATE TABLE incidents (
    id uuid PRIMARY KEY,
    number text NOT NULL UNIQUE,
    state text NOT NULL CHECK (state IN ('open', 'closed', 'wiped')),
    incident_type text NOT NULL,
    title text NOT NULL,
    place text NOT NULL,
    opened_at timestamptz NOT NULL,
    opened_by uuid NOT NULL,
    closed_at timestamptz,
    closed_by uuid,
    holder uuid,
    wiped_at timestamptz
);
CREATE INDEX incidents_newest ON incidents (opened_at DESC);

CREATE TABLE victims (
    id uuid PRIMARY KEY,
    incident_id uuid NOT NULL REFERENCES incidents (id),
    position int NOT NULL,
    status text NOT NULL CHECK (status IN ('unhurt', 'injured', 'in_hospital', 'deceased', 'missing', 'unknown')),
    name text NOT NULL,
    birth_year int,
    minor boolean NOT NULL,
    whereabouts text NOT NULL,
    phone text NOT NULL,
    safe_contact text NOT NULL,
    language text NOT NULL,
    note text NOT NULL,
    worker uuid,
    registered_by uuid NOT NULL,
    registered_at timestamptz NOT NULL,
    version int NOT NULL,
    dossier_id uuid,
    UNIQUE (incident_id, position)
);

CREATE TABLE enquiries (
    id uuid PRIMARY KEY,
    incident_id uuid NOT NULL REFERENCES incidents (id),
    sought text NOT NULL,
    enquirer text NOT NULL,
    relation text NOT NULL,
    phone text NOT NULL,
    safe_contact text NOT NULL,
    note text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'matched', 'told')),
    at timestamptz NOT NULL,
    taken_by uuid NOT NULL,
    victim_id uuid REFERENCES victims (id),
    checked text NOT NULL,
    matched_by uuid,
    told_at timestamptz,
    told_by uuid,
    CHECK ((state = 'open') = (victim_id IS NULL))
);
CREATE INDEX enquiries_incident ON enquiries (incident_id, at);

ALTER TABLE call_outs
    ADD COLUMN incident_id uuid REFERENCES incidents (id),
    ADD COLUMN asked_by text NOT NULL DEFAULT 'own_crew'
        CHECK (asked_by IN ('own_crew', 'officer', 'other_zone', 'hospital', 'abroad', 'other')),
    ADD COLUMN officer_on_duty text NOT NULL DEFAULT '',
    ADD COLUMN children int CHECK (children >= 0),
    ADD COLUMN people_needed int NOT NULL DEFAULT 1 CHECK (people_needed IN (1, 2)),
    ADD COLUMN simultaneous boolean NOT NULL DEFAULT false,
    ADD COLUMN round_from int NOT NULL DEFAULT 0,
    ADD COLUMN joined_by uuid,
    ADD COLUMN advised_by uuid,
    ADD COLUMN side_note text NOT NULL DEFAULT '',
    ADD COLUMN zone text NOT NULL DEFAULT '',
    ADD COLUMN taken_over_by text NOT NULL DEFAULT '',
    ADD COLUMN taken_over_at timestamptz,
    ADD COLUMN planned_for timestamptz,
    DROP CONSTRAINT call_outs_state_check,
    ADD CONSTRAINT call_outs_state_check CHECK (state IN (
        'requested', 'ringing', 'unanswered', 'accepted', 'en_route', 'on_site', 'closed', 'reported', 'validated',
        'cancelled', 'planned_visit', 'advice_only', 'transferred_to_zone'
    )),
    ADD CHECK (joined_by IS NULL OR (accepted_by IS NOT NULL AND joined_by <> accepted_by)),
    ADD CHECK (state <> 'planned_visit' OR planned_for IS NOT NULL),
    ADD CHECK (state <> 'transferred_to_zone' OR zone <> ''),
    ADD CHECK (state <> 'advice_only' OR advised_by IS NOT NULL);
DROP INDEX call_outs_open;
CREATE INDEX call_outs_open ON call_outs (requested_at DESC) WHERE state IN (
    'requested', 'ringing', 'unanswered', 'accepted', 'en_route', 'on_site', 'planned_visit'
);
CREATE INDEX call_outs_joined ON call_outs (joined_by) WHERE state IN ('accepted', 'en_route', 'on_site');
CREATE INDEX call_outs_incident ON call_outs (incident_id) WHERE incident_id IS NOT NULL;

ALTER TABLE call_out_attempts
    ALTER COLUMN user_id DROP NOT NULL,
    ADD COLUMN partner_zone_id uuid REFERENCES partner_zones (id),
    ADD COLUMN second_number boolean NOT NULL DEFAULT false,
    ADD COLUMN eta_minutes int,
    DROP CONSTRAINT call_out_attempts_level_check,
    ADD CONSTRAINT call_out_attempts_level_check
        CHECK (level IN ('primary', 'secondary', 'backup', 'partner_zone', 'coordinator', 'off_duty')),
    DROP CONSTRAINT call_out_attempts_outcome_check,
    ADD CONSTRAINT call_out_attempts_outcome_check CHECK (outcome IN (
        'ringing', 'accepted', 'declined', 'no_answer', 'unreachable', 'taken_by_other', 'cancelled', 'transferred'
    )),
    ADD CONSTRAINT call_out_attempts_asked_check CHECK ((user_id IS NULL) <> (partner_zone_id IS NULL));
-- Two may win now, but nobody twice; that there are never more than two is held by the call-out's own two columns.
DROP INDEX call_out_attempts_one_winner;
CREATE UNIQUE INDEX call_out_attempts_one_winner ON call_out_attempts (call_out_id, user_id) WHERE outcome = 'accepted';

CREATE TABLE call_out_decisions (
    id uuid PRIMARY KEY,
    call_out_id uuid NOT NULL REFERENCES call_outs (id),
    other_call_out_id uuid NOT NULL REFERENCES call_outs (id),
    first_call_out_id uuid NOT NULL REFERENCES call_outs (id),
    measure text NOT NULL CHECK (measure IN ('waits', 'backup', 'partner_zone', 'phone_advice', 'planned_visit')),
    decided_by text NOT NULL,
    reason text NOT NULL,
    noted_by uuid NOT NULL,
    at timestamptz NOT NULL,
    CHECK (first_call_out_id IN (call_out_id, other_call_out_id)),
    CHECK (call_out_id <> other_call_out_id)
);
CREATE INDEX call_out_decisions_one ON call_out_decisions (call_out_id);
CREATE INDEX call_out_decisions_other ON call_out_decisions (other_call_out_id);

CREATE TABLE call_out_corrections (
    id uuid PRIMARY KEY,
    call_out_id uuid NOT NULL REFERENCES call_outs (id),
    position int NOT NULL,
    state text NOT NULL,
    old_at timestamptz NOT NULL,
    new_at timestamptz NOT NULL,
    out_of_order boolean NOT NULL,
    reason text NOT NULL,
    corrected_by uuid NOT NULL,
    at timestamptz NOT NULL,
    FOREIGN KEY (call_out_id, position) REFERENCES call_out_times (call_out_id, position)
);
CREATE INDEX call_out_corrections_of ON call_out_corrections (call_out_id, at);

CREATE TABLE call_out_rests (
    call_out_id uuid NOT NULL REFERENCES call_outs (id),
    user_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    warnings text[] NOT NULL,
    reason text NOT NULL,
    chosen_by uuid NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (call_out_id, user_id)
);

CREATE TABLE morning_reports (
    id uuid PRIMARY KEY,
    on_day date NOT NULL UNIQUE,
    told_at timestamptz
);
CREATE TABLE morning_report_lines (
    report_id uuid NOT NULL REFERENCES morning_reports (id),
    call_out_id uuid NOT NULL REFERENCES call_outs (id),
    PRIMARY KEY (report_id, call_out_id)
);

CREATE TABLE second_numbers (
    user_id uuid PRIMARY KEY
);

CREATE TABLE hidden_briefings (
    call_out_id uuid NOT NULL,
    user_id uuid NOT NULL,
    PRIMARY KEY (call_out_id, user_id)
);
