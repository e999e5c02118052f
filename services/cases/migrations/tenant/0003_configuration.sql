-- How identity says that the tenant is set up: one row, so that work goes on when identity is away.

CREATE TABLE cases_configuration (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    facts jsonb NOT NULL,
    asked_at timestamptz NOT NULL
);
