-- Whom messages reach, what they were told in the app, and how far each mail got.

CREATE TABLE recipients (
    user_id uuid PRIMARY KEY,
    name text NOT NULL,
    email text NOT NULL,
    phone text NOT NULL,
    language text NOT NULL,
    active boolean NOT NULL,
    roles text[] NOT NULL,
    asked_at timestamptz NOT NULL
);

CREATE TABLE messages (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    kind text NOT NULL,
    ref uuid NOT NULL,
    refs jsonb NOT NULL,
    urgent boolean NOT NULL,
    at timestamptz NOT NULL,
    read_at timestamptz,
    UNIQUE (user_id, kind, ref)
);
CREATE INDEX messages_of ON messages (user_id, at DESC, id DESC);
CREATE INDEX messages_unread ON messages (user_id) WHERE read_at IS NULL;

CREATE TABLE deliveries (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    channel text NOT NULL CHECK (channel IN ('email')),
    kind text NOT NULL,
    ref uuid NOT NULL,
    about uuid NOT NULL,
    facts jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'sent', 'failed', 'lapsed')),
    tries int NOT NULL DEFAULT 0,
    at timestamptz NOT NULL,
    good_until timestamptz,
    next_try_at timestamptz,
    sent_at timestamptz,
    error text,
    UNIQUE (user_id, kind, ref, channel)
);
CREATE INDEX deliveries_about ON deliveries (about);
CREATE INDEX deliveries_ref ON deliveries (ref);
