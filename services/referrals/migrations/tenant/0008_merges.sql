-- Entries of the social map that turned out to be one: what each merge did, so that it can be undone; and pairs that are two.

CREATE TABLE map_merges (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    kept uuid NOT NULL,
    gone uuid NOT NULL,
    kept_name text NOT NULL,
    gone_name text NOT NULL,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    moved jsonb NOT NULL,
    at timestamptz NOT NULL,
    by uuid NOT NULL,
    undone_at timestamptz,
    undone_by uuid
);
CREATE INDEX map_merges_in_order ON map_merges (at, id);

CREATE TABLE map_distinct (
    first uuid NOT NULL,
    second uuid NOT NULL,
    at timestamptz NOT NULL,
    by uuid NOT NULL,
    PRIMARY KEY (first, second),
    CHECK (first < second)
);
