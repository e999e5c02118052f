-- How a person is reached without danger, by which numbers; who persons are, to the dossier and to each other.

ALTER TABLE persons ADD COLUMN maiden_name text NOT NULL DEFAULT '';
ALTER TABLE persons ADD COLUMN other_names text NOT NULL DEFAULT '';
ALTER TABLE persons ADD COLUMN interpreter text[] NOT NULL DEFAULT '{}';
ALTER TABLE persons ADD COLUMN literacy text NOT NULL DEFAULT ''
    CHECK (literacy IN ('', 'reads', 'limited', 'cannot_read'));
ALTER TABLE persons ADD COLUMN pictograms boolean NOT NULL DEFAULT false;
ALTER TABLE persons ADD COLUMN deceased_on date;
ALTER TABLE persons ADD COLUMN contact_preference text NOT NULL DEFAULT ''
    CHECK (contact_preference IN ('', 'phone', 'sms', 'email', 'letter', 'visit', 'via_other'));

-- Half-open in days: from valid_from until valid_to or for good. What was replaced stays findable.
CREATE TABLE person_numbers (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES persons,
    insz text NOT NULL CHECK (insz ~ '^[0-9]{11}$'),
    kind text NOT NULL CHECK (kind IN ('national', 'bis')),
    valid_from date NOT NULL,
    valid_to date CHECK (valid_to >= valid_from),
    ended text NOT NULL CHECK (ended IN ('', 'replaced', 'wrong')),
    added_at timestamptz NOT NULL,
    added_by uuid NOT NULL,
    CHECK ((valid_to IS NULL) = (ended = ''))
);
CREATE INDEX person_numbers_person ON person_numbers (person_id);
CREATE INDEX person_numbers_insz ON person_numbers (insz);
INSERT INTO person_numbers (id, person_id, insz, kind, valid_from, ended, added_at, added_by)
    SELECT gen_random_uuid(), id, insz, CASE WHEN substr(insz, 3, 2)::int > 12 THEN 'bis' ELSE 'national' END,
           added_at::date, '', added_at, added_by
    FROM persons WHERE insz <> '';

ALTER TABLE dossier_persons ADD COLUMN other_roles text[] NOT NULL DEFAULT '{}';
ALTER TABLE dossier_persons ADD COLUMN safe jsonb NOT NULL DEFAULT '{}';
ALTER TABLE dossier_persons ADD COLUMN parental_authority text NOT NULL DEFAULT '';
ALTER TABLE dossier_persons ADD COLUMN contact_via uuid REFERENCES persons;
ALTER TABLE dossier_persons ADD COLUMN version int NOT NULL DEFAULT 1;
ALTER TABLE dossier_persons ADD COLUMN changed_at timestamptz;
ALTER TABLE dossier_persons ADD COLUMN changed_by uuid;
ALTER TABLE dossier_persons ADD COLUMN removed_at timestamptz;
ALTER TABLE dossier_persons ADD COLUMN removed_by uuid;
ALTER TABLE dossier_persons ADD COLUMN removed_because text NOT NULL DEFAULT ''
    CHECK (removed_because IN ('', 'mistake', 'duplicate', 'not_involved', 'asked'));

CREATE TABLE phones (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL,
    person_id uuid NOT NULL,
    number text NOT NULL,
    label text NOT NULL,
    safe boolean NOT NULL,
    added_at timestamptz NOT NULL,
    added_by uuid NOT NULL,
    FOREIGN KEY (dossier_id, person_id) REFERENCES dossier_persons
);
CREATE INDEX phones_dossier ON phones (dossier_id);
INSERT INTO phones (id, dossier_id, person_id, number, label, safe, added_at, added_by)
    SELECT gen_random_uuid(), dossier_id, person_id, phone, '', false, persons.added_at, persons.added_by
    FROM persons JOIN dossier_persons ON person_id = persons.id WHERE phone <> '';
ALTER TABLE persons DROP COLUMN phone;

CREATE TABLE relations (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL,
    person_id uuid NOT NULL,
    kind text NOT NULL,
    other_id uuid NOT NULL CHECK (other_id <> person_id),
    added_at timestamptz NOT NULL,
    added_by uuid NOT NULL,
    FOREIGN KEY (dossier_id, person_id) REFERENCES dossier_persons,
    FOREIGN KEY (dossier_id, other_id) REFERENCES dossier_persons,
    UNIQUE (dossier_id, person_id, kind, other_id)
);
