-- What belongs to no tenant: the register of tenants here, events on their way, timers, messages set aside.

CREATE TABLE tenants (
    key text PRIMARY KEY,
    name text NOT NULL,
    kind text NOT NULL,
    legal_language text NOT NULL,
    status text NOT NULL CHECK (status IN ('active', 'suspended')),
    ready_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid NOT NULL,
    tenant text NOT NULL,
    subject text NOT NULL,
    aggregate text NOT NULL,
    payload bytea NOT NULL,
    traceparent text NOT NULL,
    occurred_at timestamptz NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    owner name NOT NULL DEFAULT current_user
);

CREATE FUNCTION wake_relay() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_notify('outbox', ''); RETURN NULL; END $$;
CREATE TRIGGER wake_relay AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION wake_relay();

CREATE TABLE timers (
    id uuid PRIMARY KEY,
    tenant text NOT NULL,
    due_at timestamptz NOT NULL,
    kind text NOT NULL,
    ref uuid NOT NULL,
    attempts int NOT NULL DEFAULT 0,
    error text,
    owner name NOT NULL DEFAULT current_user
);
CREATE INDEX timers_due ON timers (due_at);
CREATE INDEX timers_ref ON timers (kind, ref);

CREATE TABLE parked_messages (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parked_at timestamptz NOT NULL DEFAULT now(),
    subject text NOT NULL,
    tenant text,
    event_id uuid,
    payload bytea NOT NULL,
    error text NOT NULL,
    deliveries int NOT NULL
);

-- A tenant's role may put down its own events and timers and see none but its own.
ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE timers ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON outbox FOR INSERT WITH CHECK (owner = current_user);
CREATE POLICY own_rows ON timers USING (owner = current_user) WITH CHECK (owner = current_user);
