-- The people of one tenant, what they may do, and how they sign in.

CREATE TABLE staff (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    email text NOT NULL,
    phone text NOT NULL,
    second_phone text NOT NULL,
    language text NOT NULL CHECK (language IN ('nl', 'fr', 'de', 'en')),
    theme text NOT NULL DEFAULT 'auto' CHECK (theme IN ('auto', 'light', 'dark')),
    function text NOT NULL,
    roles text[] NOT NULL,
    active boolean NOT NULL DEFAULT true,
    registered_at timestamptz NOT NULL,
    deactivated_at timestamptz,
    locked_until timestamptz
);
CREATE UNIQUE INDEX staff_email ON staff (lower(email));

CREATE TABLE teams (
    id uuid PRIMARY KEY,
    name text NOT NULL
);
CREATE UNIQUE INDEX teams_name ON teams (lower(name));

CREATE TABLE memberships (
    staff_id uuid NOT NULL REFERENCES staff,
    team_id uuid NOT NULL REFERENCES teams,
    PRIMARY KEY (staff_id, team_id)
);

-- Only what the tenant made itself or changed: the default roles are the code's.
CREATE TABLE roles (
    key text PRIMARY KEY,
    name text NOT NULL,
    permissions text[] NOT NULL,
    compartments text[] NOT NULL
);

CREATE TABLE credentials (
    staff_id uuid PRIMARY KEY REFERENCES staff,
    password_hash text NOT NULL,
    changed_at timestamptz NOT NULL
);

-- `secret` is sealed under the key encryption key; `last_step` is the newest 30-second step that was used.
CREATE TABLE second_factors (
    staff_id uuid PRIMARY KEY REFERENCES staff,
    secret bytea NOT NULL,
    last_step bigint NOT NULL,
    enrolled_at timestamptz NOT NULL
);

CREATE TABLE recovery_codes (
    staff_id uuid NOT NULL REFERENCES staff,
    digest bytea NOT NULL,
    used_at timestamptz,
    PRIMARY KEY (staff_id, digest)
);

CREATE TABLE challenges (
    id uuid PRIMARY KEY,
    staff_id uuid NOT NULL REFERENCES staff,
    purpose text NOT NULL CHECK (purpose IN ('second_factor', 'enrolment')),
    digest bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    pending_secret bytea
);
CREATE INDEX challenges_staff ON challenges (staff_id);

CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    staff_id uuid NOT NULL REFERENCES staff,
    digest bytea NOT NULL,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    strong_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_why text
);
CREATE INDEX sessions_staff ON sessions (staff_id);

-- `digest` is empty until notifications asks for the link: only then the secret is made.
CREATE TABLE password_resets (
    id uuid PRIMARY KEY,
    staff_id uuid NOT NULL REFERENCES staff,
    invitation boolean NOT NULL,
    requested_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    digest bytea,
    used_at timestamptz
);
CREATE INDEX password_resets_staff ON password_resets (staff_id);
