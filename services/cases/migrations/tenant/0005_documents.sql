-- Papers: what is known of each file (the file itself is in the archive, sealed), letters, leaflets.

-- Wrapped by the service's key: when this row goes with its schema, no file of the tenant can be read any more.
CREATE TABLE document_keys (
    id int PRIMARY KEY CHECK (id = 1),
    wrapped bytea NOT NULL,
    made_at timestamptz NOT NULL
);

CREATE TABLE letters (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL REFERENCES dossiers,
    person_id uuid REFERENCES persons,
    template text NOT NULL,
    template_version int NOT NULL,
    language text NOT NULL CHECK (language IN ('nl', 'fr', 'de')),
    state text NOT NULL CHECK (state IN ('draft', 'sent', 'withdrawn')),
    written_at timestamptz NOT NULL,
    written_by uuid NOT NULL,
    sent_on date CHECK ((sent_on IS NOT NULL) = (state = 'sent')),
    sent_by uuid,
    way text NOT NULL,
    override text NOT NULL
);
CREATE INDEX letters_dossier ON letters (dossier_id);

CREATE TABLE documents (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL REFERENCES dossiers,
    letter_id uuid REFERENCES letters,
    part text NOT NULL CHECK (part IN ('', 'legal', 'courtesy', 'pictogram')),
    language text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL CHECK (size > 0),
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    note text NOT NULL,
    state text NOT NULL CHECK (state IN ('kept', 'withdrawn', 'refused')),
    scan text NOT NULL CHECK (scan IN ('waiting', 'clean', 'refused', 'not_scanned')),
    finding text NOT NULL,
    added_at timestamptz NOT NULL,
    added_by uuid NOT NULL,
    withdrawn_at timestamptz CHECK ((withdrawn_at IS NOT NULL) = (state = 'withdrawn')),
    withdrawn_by uuid,
    withdrawal_reason text NOT NULL,
    CHECK ((letter_id IS NULL) = (part = '')),
    CHECK ((scan = 'refused') = (state = 'refused'))
);
CREATE INDEX documents_dossier ON documents (dossier_id, added_at DESC);
CREATE INDEX documents_letter ON documents (letter_id) WHERE letter_id IS NOT NULL;
-- The same file is in a dossier once; one that was withdrawn may come back.
CREATE UNIQUE INDEX documents_once ON documents (dossier_id, sha256) WHERE state = 'kept' AND letter_id IS NULL;

CREATE TABLE given_leaflets (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL REFERENCES dossiers,
    person_id uuid REFERENCES persons,
    code text NOT NULL,
    version int NOT NULL,
    language text NOT NULL,
    way text NOT NULL,
    given_on date NOT NULL,
    given_by uuid NOT NULL,
    noted_at timestamptz NOT NULL
);
CREATE INDEX given_leaflets_dossier ON given_leaflets (dossier_id);
