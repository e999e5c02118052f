-- Persons, dossiers and who may see them, the journal, tasks, break-glass, and the tenant's own days off.

CREATE TABLE persons (
    id uuid PRIMARY KEY,
    first_name text NOT NULL,
    last_name text NOT NULL,
    folded text NOT NULL,
    born_on date,
    phone text NOT NULL,
    email text NOT NULL,
    language text NOT NULL,
    address text NOT NULL,
    insz text NOT NULL CHECK (insz ~ '^([0-9]{11})?$'),
    added_at timestamptz NOT NULL,
    added_by uuid NOT NULL
);
CREATE INDEX persons_insz ON persons (insz) WHERE insz <> '';

CREATE TABLE dossier_numbers (
    prefix text NOT NULL,
    year int NOT NULL,
    last int NOT NULL,
    PRIMARY KEY (prefix, year)
);

CREATE TABLE dossiers (
    id uuid PRIMARY KEY,
    number text NOT NULL UNIQUE,
    kind text NOT NULL CHECK (kind IN ('victim_support')),
    compartment text NOT NULL CHECK (compartment IN ('pol_care')),
    incident_type text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'closed')),
    holder uuid,
    team_id uuid,
    opened_at timestamptz NOT NULL,
    opened_by uuid NOT NULL,
    closed_at timestamptz CHECK ((closed_at IS NOT NULL) = (state = 'closed')),
    call_out_id uuid UNIQUE,
    place text NOT NULL,
    pv_number text NOT NULL,
    summary text NOT NULL,
    minors_involved boolean NOT NULL,
    version int NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by uuid NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX dossiers_recent ON dossiers (updated_at DESC, id DESC);

CREATE TABLE dossier_persons (
    dossier_id uuid NOT NULL REFERENCES dossiers,
    person_id uuid NOT NULL REFERENCES persons,
    role text NOT NULL,
    safe_contact text NOT NULL,
    note text NOT NULL,
    added_at timestamptz NOT NULL,
    PRIMARY KEY (dossier_id, person_id)
);
CREATE INDEX dossier_persons_person ON dossier_persons (person_id);

-- Half-open in time: from starts_at, until ends_at or for good.
CREATE TABLE grants (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL REFERENCES dossiers,
    ground text NOT NULL CHECK (ground IN ('holder', 'substitute', 'grant', 'team', 'break_glass')),
    user_id uuid,
    team_id uuid,
    may_write boolean NOT NULL CHECK (NOT (may_write AND ground = 'break_glass')),
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,
    granted_by uuid NOT NULL,
    CHECK ((user_id IS NULL) <> (team_id IS NULL)),
    CHECK ((ground = 'team') = (team_id IS NOT NULL)),
    CHECK (ends_at IS NOT NULL OR ground NOT IN ('substitute', 'break_glass'))
);
CREATE INDEX grants_dossier ON grants (dossier_id);
CREATE INDEX grants_user ON grants (user_id, dossier_id) WHERE user_id IS NOT NULL;
CREATE INDEX grants_team ON grants (team_id, dossier_id) WHERE team_id IS NOT NULL;

CREATE TABLE conflict_blocks (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL REFERENCES dossiers,
    user_id uuid NOT NULL,
    reason text NOT NULL,
    declared_at timestamptz NOT NULL,
    declared_by uuid NOT NULL,
    UNIQUE (user_id, dossier_id)
);

CREATE TABLE entries (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL REFERENCES dossiers,
    kind text NOT NULL CHECK (kind IN ('note', 'contact', 'practical_help', 'report', 'system')),
    capacity text NOT NULL,
    text text NOT NULL,
    code text NOT NULL,
    details jsonb NOT NULL,
    at timestamptz NOT NULL,
    author uuid,
    author_service text NOT NULL
);
CREATE INDEX entries_timeline ON entries (dossier_id, at DESC, id DESC);

-- What was written stays written, whoever asks; a correction is a new entry.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the journal is append-only' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE tasks (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL REFERENCES dossiers,
    kind text NOT NULL CHECK (kind IN ('call_out_report', 'recontact', 'own', 'assign_holder')),
    title text NOT NULL,
    due_on date NOT NULL,
    due_at timestamptz,
    state text NOT NULL CHECK (state IN ('open', 'done', 'cancelled')),
    assignee uuid,
    compulsory boolean NOT NULL,
    attempt int NOT NULL,
    result text NOT NULL,
    why jsonb NOT NULL,
    added_at timestamptz NOT NULL,
    done_at timestamptz,
    done_by uuid
);
CREATE INDEX tasks_dossier ON tasks (dossier_id);
CREATE INDEX tasks_open ON tasks (dossier_id, due_on) WHERE state = 'open';
CREATE INDEX tasks_of_assignee ON tasks (assignee, due_on) WHERE state = 'open';

CREATE TABLE break_glass_uses (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL REFERENCES dossiers,
    user_id uuid NOT NULL,
    reason text NOT NULL,
    text text NOT NULL,
    opened_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    review_by date NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'justified', 'not_justified')),
    escalated boolean NOT NULL,
    reviewed_by uuid CHECK (reviewed_by <> user_id),
    reviewed_at timestamptz,
    review_note text NOT NULL
);
CREATE INDEX break_glass_unreviewed ON break_glass_uses (user_id) WHERE state = 'open';

-- Local days on which this tenant does not work, next to the public holidays.
CREATE TABLE days_off (
    day date PRIMARY KEY,
    why text NOT NULL
);
