-- What every service keeps for each tenant: handled events, answered commands, and who did or saw what.

CREATE TABLE inbox (
    event_id uuid PRIMARY KEY,
    handled_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE idempotency_keys (
    user_id uuid NOT NULL,
    key text NOT NULL,
    operation text NOT NULL,
    request_hash bytea NOT NULL,
    answer bytea,
    used_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, key)
);

CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at timestamptz NOT NULL,
    user_id uuid NOT NULL,
    session_id uuid NOT NULL,
    service text NOT NULL,
    action text NOT NULL,
    object_kind text NOT NULL,
    object_id uuid,
    subject_id uuid,
    outcome text NOT NULL,
    details jsonb NOT NULL,
    trace_id text NOT NULL
);
CREATE INDEX audit_order ON audit (tx, id);
CREATE INDEX audit_subject ON audit (subject_id, id) WHERE subject_id IS NOT NULL;

CREATE TABLE audit_chain (
    position bigint PRIMARY KEY,
    audit_id bigint NOT NULL UNIQUE,
    hash bytea NOT NULL
);

CREATE TABLE audit_seals (
    position bigint PRIMARY KEY,
    hash bytea NOT NULL,
    last_tx bigint NOT NULL,
    last_audit_id bigint NOT NULL,
    signature bytea NOT NULL,
    key_id text NOT NULL,
    sealed_at timestamptz NOT NULL DEFAULT now()
);
