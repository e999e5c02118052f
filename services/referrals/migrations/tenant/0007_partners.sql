-- Referrals to partners without account: how each reaches him, what he was mailed, his sessions, proof of receipt.

CREATE TABLE partner_deliveries (
    id uuid PRIMARY KEY,
    referral_id uuid NOT NULL UNIQUE,
    kind text NOT NULL CHECK (kind IN ('partner_link', 'form')),
    name text NOT NULL,
    email text NOT NULL,
    mobile text NOT NULL,
    language text NOT NULL CHECK (language IN ('nl', 'fr', 'de', 'en')),
    revision int NOT NULL,
    created_at timestamptz NOT NULL,
    over_at timestamptz,
    anonymised_at timestamptz,
    CHECK (anonymised_at IS NULL OR (email = '' AND mobile = ''))
);

-- `digest` is the SHA-256 of what the mail carries, and all that is kept of it.
CREATE TABLE partner_messages (
    id uuid PRIMARY KEY,
    delivery_id uuid NOT NULL REFERENCES partner_deliveries,
    kind text NOT NULL CHECK (kind IN ('partner_link', 'partner_amended', 'partner_code', 'partner_withdrawn')),
    channel text NOT NULL CHECK (channel IN ('email', 'sms')),
    asked_by text NOT NULL CHECK (asked_by IN ('sender', 'partner')),
    digest text NOT NULL,
    at timestamptz NOT NULL,
    expires_at timestamptz,
    voided_at timestamptz,
    tries int NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'sent', 'failed', 'lapsed')),
    reason text NOT NULL,
    ended_at timestamptz
);
CREATE UNIQUE INDEX partner_links_by_digest ON partner_messages (digest)
    WHERE kind IN ('partner_link', 'partner_amended') AND digest <> '';
-- one link and one code at a time, whoever asks for one at the same moment
CREATE UNIQUE INDEX partner_links_one_good ON partner_messages (delivery_id)
    WHERE kind IN ('partner_link', 'partner_amended') AND voided_at IS NULL;
CREATE UNIQUE INDEX partner_codes_one_good ON partner_messages (delivery_id)
    WHERE kind = 'partner_code' AND voided_at IS NULL;
CREATE INDEX partner_messages_by_delivery ON partner_messages (delivery_id, kind, at);

CREATE TABLE partner_visits (
    id uuid PRIMARY KEY,
    delivery_id uuid NOT NULL REFERENCES partner_deliveries,
    digest text NOT NULL UNIQUE,
    reader text NOT NULL,
    proved_by text NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX partner_visits_by_delivery ON partner_visits (delivery_id);

CREATE TABLE partner_receipts (
    id uuid PRIMARY KEY,
    delivery_id uuid NOT NULL REFERENCES partner_deliveries,
    visit_id uuid,
    at timestamptz NOT NULL,
    what text NOT NULL CHECK (what IN ('shown', 'downloaded', 'by_hand', 'by_post')),
    reader text NOT NULL,
    proved_by text NOT NULL,
    digest text NOT NULL,
    revision int NOT NULL
);
CREATE INDEX partner_receipts_by_delivery ON partner_receipts (delivery_id, at);
