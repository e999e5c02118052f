-- Which due dates of which entries were told already: each once.

CREATE TABLE map_nudges (
    entry_id uuid NOT NULL,
    due_at timestamptz NOT NULL,
    told_at timestamptz NOT NULL,
    PRIMARY KEY (entry_id, due_at)
);
