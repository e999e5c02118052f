-- Referrals on both sides, the ledger of consent, and who saw what.

CREATE TABLE referral_consents (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL,
    person_id uuid,
    referral_id uuid,
    purpose text NOT NULL,
    service_id uuid,
    recipient text NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'given', 'refused', 'withdrawn')),
    fields text[] NOT NULL,
    given_by text NOT NULL CHECK (given_by IN ('', 'person', 'parent', 'guardian', 'representative')),
    giver_id uuid,
    minor boolean NOT NULL,
    way text NOT NULL CHECK (way IN ('', 'spoken', 'written', 'phone')),
    offered_on date NOT NULL,
    answered_on date,
    expires_on date,
    withdrawn_at timestamptz,
    withdrawn_by uuid,
    source text NOT NULL CHECK (source IN ('referrals', 'cases')),
    source_id uuid UNIQUE,
    recorded_by uuid,
    recorded_at timestamptz NOT NULL,
    -- a refusal keeps that it was offered, and the day
    CHECK (state NOT IN ('refused', 'pending') OR (fields = '{}' AND given_by = '' AND giver_id IS NULL AND way = '')),
    CHECK (state <> 'given' OR source = 'cases' OR (fields <> '{}' AND given_by <> '' AND service_id IS NOT NULL)),
    CHECK (NOT minor OR given_by <> 'person')
);
CREATE INDEX referral_consents_by_dossier ON referral_consents (dossier_id, offered_on);
CREATE INDEX referral_consents_by_referral ON referral_consents (referral_id);
CREATE INDEX referral_consents_by_day ON referral_consents (offered_on);

CREATE TABLE referral_grounds (
    id uuid PRIMARY KEY,
    referral_id uuid NOT NULL,
    dossier_id uuid NOT NULL,
    ground text NOT NULL,
    fields text[] NOT NULL,
    reason text NOT NULL,
    invoked_by uuid NOT NULL,
    invoked_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX referral_grounds_by_referral ON referral_grounds (referral_id);

CREATE TABLE referrals (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL,
    dossier_number text NOT NULL,
    compartment text NOT NULL,
    person_id uuid,
    service_id uuid NOT NULL,
    organization_id uuid,
    recipient text NOT NULL,
    recipient_kind text NOT NULL CHECK (recipient_kind IN ('tenant', 'partner_link', 'form')),
    recipient_tenant text NOT NULL,
    form text NOT NULL,
    form_version int NOT NULL,
    urgency text NOT NULL CHECK (urgency IN ('normal', 'soon', 'urgent')),
    "values" jsonb NOT NULL,
    follower uuid NOT NULL,
    proposed_at timestamptz NOT NULL,
    proposed_by uuid NOT NULL,
    sent_at timestamptz,
    sent_by uuid,
    send_by date,
    answer_by date,
    contact_by date,
    expires_on date,
    answered_at timestamptz,
    contacted_at timestamptz,
    ended_at timestamptz,
    ended_why text NOT NULL,
    rerouted_from uuid,
    state text NOT NULL CHECK (state IN
        ('proposed', 'consent_pending', 'consent_refused', 'consent_given', 'sent', 'acknowledged', 'accepted',
         'partly_accepted', 'waiting_list', 'more_asked', 'refused', 'first_contact_made', 'not_reached', 'closed',
         'rerouted', 'withdrawn', 'expired')),
    revision int NOT NULL,
    ended text NOT NULL CHECK (ended IN ('', 'withdrawn', 'rerouted', 'expired', 'closed')),
    amended_after int NOT NULL,
    answer_revision int NOT NULL,
    answer text NOT NULL,
    reason text NOT NULL,
    question text NOT NULL,
    part text NOT NULL,
    outcome text NOT NULL,
    waiting_until date,
    suggested_service_id uuid,
    version int NOT NULL,
    CHECK ((recipient_kind = 'tenant') = (recipient_tenant <> '')),
    -- nothing is under way that was never sent
    CHECK (sent_at IS NOT NULL OR state IN
        ('proposed', 'consent_pending', 'consent_refused', 'consent_given', 'closed', 'withdrawn', 'expired'))
);
CREATE INDEX referrals_by_dossier ON referrals (dossier_id, proposed_at);
CREATE INDEX referrals_by_follower ON referrals (follower, state);
CREATE INDEX referrals_by_state ON referrals (state, id);
CREATE INDEX referrals_sent ON referrals (sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX referrals_rerouted ON referrals (rerouted_from) WHERE rerouted_from IS NOT NULL;

CREATE TABLE incoming_referrals (
    id uuid PRIMARY KEY,
    referral_id uuid NOT NULL,
    sender text NOT NULL,
    sender_name text NOT NULL,
    service_id uuid NOT NULL,
    recipient text NOT NULL,
    form text NOT NULL,
    form_version int NOT NULL,
    urgency text NOT NULL CHECK (urgency IN ('normal', 'soon', 'urgent')),
    basis text NOT NULL,
    fields jsonb NOT NULL,
    received_at timestamptz NOT NULL,
    assigned_to uuid,
    contact_by date,
    contacted_at timestamptz,
    ended_at timestamptz,
    wiped_at timestamptz,
    dossier_id uuid,
    state text NOT NULL,
    revision int NOT NULL,
    ended text NOT NULL,
    amended_after int NOT NULL,
    answer_revision int NOT NULL,
    answer text NOT NULL,
    reason text NOT NULL,
    question text NOT NULL,
    part text NOT NULL,
    outcome text NOT NULL,
    waiting_until date,
    suggested_service_id uuid,
    version int NOT NULL,
    UNIQUE (sender, referral_id),
    CHECK (wiped_at IS NULL OR fields = '[]'::jsonb)
);
CREATE INDEX incoming_referrals_by_state ON incoming_referrals (state, id);

CREATE TABLE referral_moves (
    id uuid PRIMARY KEY,
    record_id uuid NOT NULL,
    at timestamptz NOT NULL,
    state text NOT NULL,
    what text NOT NULL,
    side text NOT NULL CHECK (side IN ('sender', 'recipient', 'clock')),
    by uuid,
    code text NOT NULL
);
CREATE INDEX referral_moves_by_record ON referral_moves (record_id, at);

CREATE TABLE referral_disclosures (
    id uuid PRIMARY KEY,
    referral_id uuid NOT NULL,
    at timestamptz NOT NULL,
    delivered_at timestamptz,
    "to" text NOT NULL,
    revision int NOT NULL,
    fields text[] NOT NULL,
    consent_id uuid,
    ground_id uuid,
    by uuid,
    -- no field ever leaves without a consent or a ground to point at
    CHECK (num_nonnulls(consent_id, ground_id) >= 1)
);
CREATE INDEX referral_disclosures_by_referral ON referral_disclosures (referral_id, at);

CREATE TABLE referrals_configuration (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    facts jsonb NOT NULL,
    asked_at timestamptz NOT NULL
);
