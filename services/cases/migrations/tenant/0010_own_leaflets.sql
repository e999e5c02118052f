-- The tenant's own leaflets, and its own text in the place of one of ours. Every version stays: it may have been given.
CREATE TABLE leaflets (
    code text NOT NULL,
    version int NOT NULL CHECK (version > 0),
    valid_from date NOT NULL,
    texts jsonb NOT NULL,
    suggested_for text[] NOT NULL,
    discreet boolean NOT NULL,
    hidden boolean NOT NULL,
    written_at timestamptz NOT NULL,
    written_by uuid NOT NULL,
    withdrawn_at timestamptz,
    withdrawn_by uuid,
    PRIMARY KEY (code, version),
    CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL))
);
