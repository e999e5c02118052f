-- Finding a service in the tenant's own layer: its own services, and shared ones of which it says something otherwise.

CREATE TABLE map_search (
    service_id uuid PRIMARY KEY,
    organization_id uuid,
    name text NOT NULL,
    words tsvector NOT NULL,
    rubrics uuid[] NOT NULL,
    groups text[] NOT NULL,
    languages text[] NOT NULL,
    areas text[] NOT NULL,
    minimum_age real,
    maximum_age real,
    wheelchair boolean,
    placed boolean NOT NULL,
    available int,
    open_week int4multirange,
    assured_at timestamptz,
    check_at timestamptz,
    hidden boolean NOT NULL,
    base_at timestamptz,
    card jsonb NOT NULL,
    indexed_at timestamptz NOT NULL
);
CREATE INDEX map_search_by_words ON map_search USING gin (words) WITH (fastupdate = off);
CREATE INDEX map_search_by_rubric ON map_search USING gin (rubrics);
CREATE INDEX map_search_by_organization ON map_search (organization_id);

CREATE TABLE map_search_places (
    service_id uuid NOT NULL,
    location_id uuid NOT NULL,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    PRIMARY KEY (service_id, location_id)
);
CREATE INDEX map_search_places_by_point ON map_search_places (latitude, longitude);

CREATE TABLE map_words (
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    word text PRIMARY KEY
);

CREATE TABLE map_synonyms (
    id uuid PRIMARY KEY,
    code text NOT NULL,
    version int NOT NULL,
    words jsonb NOT NULL,
    also text[] NOT NULL,
    hidden boolean NOT NULL,
    valid_from date NOT NULL,
    at timestamptz NOT NULL,
    by uuid NOT NULL,
    UNIQUE (code, version)
);

