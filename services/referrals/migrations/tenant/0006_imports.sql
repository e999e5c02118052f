-- Files that become entries of the social map: read, shown, brought in piece by piece, and every row accounted for.

CREATE TABLE map_imports (
    id uuid PRIMARY KEY,
    source text NOT NULL,
    file_name text NOT NULL,
    file_hash text NOT NULL,
    format text NOT NULL,
    state text NOT NULL CHECK (state IN ('reading', 'ready', 'importing', 'done', 'refused', 'cancelled')),
    problem text NOT NULL,
    problem_field text NOT NULL,
    problem_details jsonb NOT NULL,
    by uuid NOT NULL,
    at timestamptz NOT NULL,
    confirmed_by uuid,
    ended_at timestamptz,
    rows int NOT NULL,
    rows_refused int NOT NULL,
    entries int NOT NULL,
    entries_done int NOT NULL,
    foreseen jsonb NOT NULL,
    reasons jsonb NOT NULL,
    unmapped jsonb NOT NULL,
    version int NOT NULL
);
CREATE INDEX map_imports_in_order ON map_imports (at, id);

-- the file itself, until it is read
CREATE TABLE map_import_files (
    import_id uuid PRIMARY KEY REFERENCES map_imports,
    content bytea NOT NULL,
    mapping bytea NOT NULL
);

-- what is ready to be written, until it is
CREATE TABLE map_import_batches (
    import_id uuid NOT NULL REFERENCES map_imports,
    position int NOT NULL,
    drafts jsonb NOT NULL,
    PRIMARY KEY (import_id, position)
);

CREATE TABLE map_import_rows (
    import_id uuid NOT NULL REFERENCES map_imports,
    number int NOT NULL,
    file text NOT NULL,
    place text NOT NULL,
    entry_id uuid,
    reasons text[] NOT NULL,
    PRIMARY KEY (import_id, number)
);

CREATE TABLE map_import_entries (
    import_id uuid NOT NULL REFERENCES map_imports,
    entry_id uuid NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    became text NOT NULL CHECK (became IN ('', 'created', 'changed', 'unchanged', 'refused')),
    PRIMARY KEY (import_id, entry_id)
);
