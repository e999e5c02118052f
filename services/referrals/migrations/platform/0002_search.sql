-- Finding a service in the shared layer: one row for each service, its places, the words that occur, and words that mean the same.

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

GRANT SELECT, INSERT, UPDATE, DELETE ON map_search, map_search_places, map_words, map_synonyms TO referrals_tenants;
ALTER TABLE map_search ENABLE ROW LEVEL SECURITY;
ALTER TABLE map_search_places ENABLE ROW LEVEL SECURITY;
ALTER TABLE map_words ENABLE ROW LEVEL SECURITY;
ALTER TABLE map_synonyms ENABLE ROW LEVEL SECURITY;
CREATE POLICY service_rows ON map_search TO {{service_login}} USING (true) WITH CHECK (true);
CREATE POLICY service_rows ON map_search_places TO {{service_login}} USING (true) WITH CHECK (true);
CREATE POLICY service_rows ON map_words TO {{service_login}} USING (true) WITH CHECK (true);
CREATE POLICY service_rows ON map_synonyms TO {{service_login}} USING (true) WITH CHECK (true);
CREATE POLICY everybody_reads ON map_search FOR SELECT USING (true);
CREATE POLICY everybody_reads ON map_search_places FOR SELECT USING (true);
CREATE POLICY everybody_reads ON map_words FOR SELECT USING (true);
CREATE POLICY everybody_reads ON map_synonyms FOR SELECT USING (true);
CREATE POLICY editors_write ON map_search
    USING (current_user = 'referrals_t_sociale_kaart') WITH CHECK (current_user = 'referrals_t_sociale_kaart');
CREATE POLICY editors_write ON map_search_places
    USING (current_user = 'referrals_t_sociale_kaart') WITH CHECK (current_user = 'referrals_t_sociale_kaart');
CREATE POLICY editors_write ON map_words
    USING (current_user = 'referrals_t_sociale_kaart') WITH CHECK (current_user = 'referrals_t_sociale_kaart');
CREATE POLICY editors_write ON map_synonyms
    USING (current_user = 'referrals_t_sociale_kaart') WITH CHECK (current_user = 'referrals_t_sociale_kaart');
