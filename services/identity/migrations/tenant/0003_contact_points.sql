-- Which addresses and numbers a person proved to have, codes for that, and whom to tell that an address was changed.

ALTER TABLE staff
    ADD COLUMN email_verified_at timestamptz,
    ADD COLUMN phone_verified_at timestamptz,
    ADD COLUMN second_phone_verified_at timestamptz,
    ADD COLUMN email_set_by uuid,
    ADD COLUMN factor_reset_by uuid;
-- who has a password chose it by a link that was mailed there
UPDATE staff SET email_verified_at = registered_at WHERE id IN (SELECT staff_id FROM credentials);

-- `digest` is empty until notifications asks for the code: only then it is made.
CREATE TABLE contact_codes (
    id uuid PRIMARY KEY,
    staff_id uuid NOT NULL REFERENCES staff,
    channel text NOT NULL CHECK (channel IN ('email', 'phone', 'second_phone')),
    requested_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    digest bytea,
    used_at timestamptz
);
CREATE INDEX contact_codes_of ON contact_codes (staff_id, channel, requested_at);

-- An address that was somebody's until it was changed; it is told, and then forgotten.
CREATE TABLE address_notices (
    id uuid PRIMARY KEY,
    staff_id uuid NOT NULL REFERENCES staff,
    email text NOT NULL,
    at timestamptz NOT NULL
);
