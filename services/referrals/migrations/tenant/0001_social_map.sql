-- The tenant's own layer of the social map: its own entries, and what it says otherwise of shared ones.

CREATE TABLE map_entries (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN
        ('organization', 'service', 'location', 'service_at_location', 'taxonomy', 'taxonomy_term')),
    content jsonb NOT NULL,
    organization_id uuid,
    service_id uuid,
    location_id uuid,
    taxonomy_id uuid,
    parent_id uuid,
    source text NOT NULL,
    source_id text NOT NULL,
    merged_into uuid,
    withdrawn_at timestamptz,
    assured_at timestamptz,
    assured_by text NOT NULL,
    check_months int NOT NULL CHECK (check_months BETWEEN 1 AND 60),
    version int NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by uuid,
    UNIQUE (kind, source, source_id)
);
CREATE INDEX map_entries_by_organization ON map_entries (organization_id, kind);
CREATE INDEX map_entries_by_service ON map_entries (service_id, kind);
CREATE INDEX map_entries_by_location ON map_entries (location_id, kind);
CREATE INDEX map_entries_by_taxonomy ON map_entries (taxonomy_id, kind);
CREATE INDEX map_entries_in_order ON map_entries (kind, id);

CREATE TABLE map_changes (
    id uuid PRIMARY KEY,
    entry_id uuid NOT NULL,
    kind text NOT NULL,
    at timestamptz NOT NULL,
    action text NOT NULL CHECK (action IN ('create', 'update', 'withdraw', 'restore', 'merge', 'unmerge', 'assure')),
    field text NOT NULL,
    before jsonb,
    after jsonb,
    by uuid,
    source text NOT NULL
);
CREATE INDEX map_changes_by_entry ON map_changes (entry_id, at);

CREATE TABLE map_overlays (
    entry_id uuid PRIMARY KEY,
    kind text NOT NULL,
    fields jsonb NOT NULL,
    note text NOT NULL,
    hidden boolean NOT NULL,
    version int NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by uuid NOT NULL
);
