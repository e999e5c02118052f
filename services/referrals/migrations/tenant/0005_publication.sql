-- How much of its social map the tenant shows to everybody; no row means nothing.

CREATE TABLE map_publication (
    id int PRIMARY KEY CHECK (id = 1),
    scope text NOT NULL CHECK (scope IN ('nothing', 'own', 'all')),
    changed_at timestamptz NOT NULL,
    changed_by uuid NOT NULL
);
