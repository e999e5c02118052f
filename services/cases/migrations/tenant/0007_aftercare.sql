-- What follows a call-out: the tenant's own re-contact days, changes of type, consents, risk, bad news, goodbye,
-- practical help, home bans.

ALTER TABLE tasks DROP CONSTRAINT tasks_kind_check;
ALTER TABLE tasks ADD CONSTRAINT tasks_kind_check CHECK (kind IN (
    'call_out_report', 'recontact', 'own', 'assign_holder', 'referral', 'new_pv', 'new_address', 'decide_contact',
    'risk_review', 'bad_news', 'confirm_bad_news', 'home_ban_inform', 'home_ban_hearing', 'home_ban_end'));

-- A list of victims that was split into dossiers, so that it is split once.
ALTER TABLE dossiers ADD COLUMN split_list_id uuid;
CREATE INDEX dossiers_split ON dossiers (split_list_id) WHERE split_list_id IS NOT NULL;

-- Compulsory stays what the law says; only the days are the tenant's. The newest row from a day on counts.
CREATE TABLE recontact_rules (
    id uuid PRIMARY KEY,
    incident_type text NOT NULL,
    days int[] NOT NULL,
    valid_from date NOT NULL,
    set_at timestamptz NOT NULL,
    set_by uuid NOT NULL
);
CREATE INDEX recontact_rules_type ON recontact_rules (incident_type, valid_from);

-- One row for each transition, so that statistics can count each once.
CREATE TABLE type_changes (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL REFERENCES dossiers,
    was text NOT NULL,
    incident_type text NOT NULL CHECK (incident_type <> was),
    at timestamptz NOT NULL,
    by uuid NOT NULL
);
CREATE INDEX type_changes_dossier ON type_changes (dossier_id);

-- Refused: that it was offered, and the day, and nothing else.
CREATE TABLE consents (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL REFERENCES dossiers,
    person_id uuid REFERENCES persons,
    purpose text NOT NULL,
    state text NOT NULL CHECK (state IN ('given', 'refused', 'pending', 'withdrawn')),
    given_by uuid REFERENCES persons,
    on_day date NOT NULL,
    way text NOT NULL CHECK (way IN ('', 'spoken', 'written')),
    withdrawn_on date CHECK ((withdrawn_on IS NOT NULL) = (state = 'withdrawn')),
    recorded_at timestamptz NOT NULL,
    recorded_by uuid NOT NULL,
    CHECK (state IN ('given', 'withdrawn') OR (given_by IS NULL AND way = ''))
);
CREATE INDEX consents_dossier ON consents (dossier_id);

-- A reference to the official form, never a copy.
CREATE TABLE risk_assessments (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL REFERENCES dossiers,
    level text NOT NULL CHECK (level IN ('low', 'medium', 'high', 'very_high')),
    instrument text NOT NULL,
    assessed_on date NOT NULL,
    assessed_by text NOT NULL,
    reference text NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by uuid NOT NULL
);
CREATE INDEX risk_assessments_dossier ON risk_assessments (dossier_id);

CREATE TABLE bad_news (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL REFERENCES dossiers,
    state text NOT NULL CHECK (state IN (
        'received', 'verified', 'assigned', 'attempted', 'delivered', 'not_deliverable', 'confirmed_to_requester')),
    about text NOT NULL,
    kind text NOT NULL,
    source text NOT NULL,
    way text NOT NULL,
    requester text NOT NULL,
    reference text NOT NULL,
    received_at timestamptz NOT NULL,
    received_by uuid NOT NULL,
    recipients jsonb NOT NULL,
    verified_at timestamptz,
    verified_by uuid,
    verified_how text NOT NULL,
    deliverers uuid[] NOT NULL,
    others text NOT NULL,
    alone_because text NOT NULL,
    delivered_at timestamptz,
    delivered_place text NOT NULL,
    first_recipient int,
    minor_because text NOT NULL,
    reaction text NOT NULL,
    children_informed_by text NOT NULL,
    network_called text NOT NULL,
    goodbye_wish text NOT NULL,
    donation_told boolean NOT NULL,
    autopsy_told boolean NOT NULL,
    belongings text NOT NULL,
    embargo boolean NOT NULL,
    not_deliverable_because text NOT NULL,
    confirmed_at timestamptz,
    confirmed_by uuid,
    confirmed_to text NOT NULL,
    CHECK (delivered_at IS NULL OR verified_at IS NOT NULL)
);
CREATE INDEX bad_news_dossier ON bad_news (dossier_id);

CREATE TABLE bad_news_attempts (
    id uuid PRIMARY KEY,
    bad_news_id uuid NOT NULL REFERENCES bad_news,
    at timestamptz NOT NULL,
    outcome text NOT NULL,
    place text NOT NULL,
    neighbours text NOT NULL CHECK (neighbours IN ('not_asked', 'nothing_told', 'told')),
    note text NOT NULL,
    next_at timestamptz,
    by uuid NOT NULL
);
CREATE INDEX bad_news_attempts_of ON bad_news_attempts (bad_news_id);

CREATE TABLE goodbyes (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL REFERENCES dossiers,
    permission text NOT NULL CHECK (permission IN ('not_needed', 'asked', 'given', 'refused')),
    permission_on date,
    autopsy_on date,
    place_kind text NOT NULL,
    place text NOT NULL,
    planned_at timestamptz,
    held_at timestamptz CHECK (held_at IS NULL OR permission IN ('not_needed', 'given')),
    preparation text NOT NULL,
    attendees text NOT NULL,
    present uuid[] NOT NULL,
    object_wishes text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by uuid NOT NULL
);
CREATE INDEX goodbyes_dossier ON goodbyes (dossier_id);

CREATE TABLE practical_helps (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL REFERENCES dossiers,
    kind text NOT NULL,
    done_on date NOT NULL,
    done_by uuid NOT NULL,
    minutes int NOT NULL CHECK (minutes BETWEEN 0 AND 1440),
    result text NOT NULL,
    note text NOT NULL,
    noted_at timestamptz NOT NULL
);
CREATE INDEX practical_helps_dossier ON practical_helps (dossier_id);

CREATE TABLE home_bans (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL REFERENCES dossiers,
    state text NOT NULL CHECK (state IN ('running', 'extended', 'ended')),
    notified_at timestamptz NOT NULL,
    days int NOT NULL,
    ends_at timestamptz NOT NULL CHECK (ends_at > notified_at),
    ordered_by text NOT NULL,
    reference text NOT NULL,
    address text NOT NULL,
    banned_person_id uuid REFERENCES persons,
    hearing_by date NOT NULL,
    hearing_at timestamptz,
    court text NOT NULL,
    extended_on date,
    end_reason text NOT NULL,
    victim_informed jsonb NOT NULL,
    noted_at timestamptz NOT NULL,
    noted_by uuid NOT NULL
);
CREATE INDEX home_bans_dossier ON home_bans (dossier_id);
