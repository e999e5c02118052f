-- Outreach: a signal about somebody who asked nothing, the ladder of attempts to reach him, and when it stops.
ALTER TABLE dossiers DROP CONSTRAINT dossiers_kind_check;
ALTER TABLE dossiers ADD CONSTRAINT dossiers_kind_check CHECK (kind IN ('victim_support', 'social_help', 'outreach'));
ALTER TABLE dossiers ADD COLUMN contact_made_at timestamptz CHECK (contact_made_at IS NULL OR kind = 'outreach');

ALTER TABLE tasks DROP CONSTRAINT tasks_kind_check;
ALTER TABLE tasks ADD CONSTRAINT tasks_kind_check CHECK (kind IN (
    'call_out_report', 'recontact', 'own', 'assign_holder', 'referral', 'new_pv', 'new_address', 'decide_contact',
    'risk_assessment', 'risk_review', 'bad_news', 'confirm_bad_news', 'home_ban_inform', 'home_ban_hearing',
    'home_ban_end', 'tell_client', 'referral_follow_up', 'outreach_visit', 'outreach_phone', 'outreach_letter',
    'outreach_partner', 'outreach_decision', 'outreach_confirm', 'outreach_danger', 'outreach_hear_back'));

CREATE TABLE outreach_ladders (
    dossier_id uuid PRIMARY KEY REFERENCES dossiers,
    state text NOT NULL CHECK (state IN ('open', 'asked', 'confirming', 'danger', 'contact', 'stopped')),
    stopped_why text NOT NULL,
    signalled_at timestamptz NOT NULL,
    -- how often it was decided to go on, since when, and after how many attempts
    rounds int NOT NULL,
    resumed_at timestamptz,
    resumed_after int NOT NULL,
    version int NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by uuid NOT NULL
);

CREATE TABLE outreach_signals (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL REFERENCES outreach_ladders,
    source text NOT NULL CHECK (source IN ('private', 'service', 'own')),
    seen text[] NOT NULL,
    facts text NOT NULL,
    seen_on date,
    taken_at timestamptz NOT NULL,
    taken_by uuid NOT NULL
);
CREATE INDEX outreach_signals_dossier ON outreach_signals (dossier_id);

-- Who wants to hear back; the row goes when he heard, and after a month at the latest.
CREATE TABLE outreach_signallers (
    signal_id uuid PRIMARY KEY REFERENCES outreach_signals,
    name text NOT NULL,
    reach text NOT NULL,
    kept_until date NOT NULL
);

CREATE TABLE outreach_decisions (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL REFERENCES outreach_ladders,
    kind text NOT NULL CHECK (kind IN ('stop', 'go_on', 'danger', 'ask_partner')),
    state text NOT NULL CHECK (state IN ('taken', 'proposed', 'confirmed', 'refused', 'lapsed')),
    stop_reason text NOT NULL,
    ground text NOT NULL CHECK ((ground <> '') = (kind = 'ask_partner')),
    reason text NOT NULL,
    proposed_by uuid NOT NULL,
    proposed_at timestamptz NOT NULL,
    decided_by uuid CHECK (decided_by <> proposed_by),
    decided_at timestamptz,
    CHECK ((state IN ('confirmed', 'refused')) = (decided_by IS NOT NULL))
);
CREATE INDEX outreach_decisions_dossier ON outreach_decisions (dossier_id);

CREATE TABLE outreach_attempts (
    id uuid PRIMARY KEY,
    dossier_id uuid NOT NULL REFERENCES outreach_ladders,
    way text NOT NULL CHECK (way IN ('visit', 'phone', 'letter', 'partner', 'came_forward')),
    result text NOT NULL,
    at timestamptz NOT NULL,
    made_by uuid NOT NULL,
    together_with uuid,
    seen text[] NOT NULL,
    facts text NOT NULL,
    skip_reason text NOT NULL CHECK ((skip_reason <> '') = (result = 'skipped')),
    partner text NOT NULL,
    basis text NOT NULL CHECK (basis IN ('', 'consent', 'ground')),
    consent_on date CHECK ((consent_on IS NOT NULL) = (basis = 'consent')),
    decision_id uuid UNIQUE REFERENCES outreach_decisions CHECK ((decision_id IS NOT NULL) = (basis = 'ground')),
    letter_id uuid UNIQUE REFERENCES letters,
    noted_at timestamptz NOT NULL,
    -- a partner is never asked without the person's consent or a ground
    CHECK (way <> 'partner' OR result = 'skipped' OR basis <> ''),
    CHECK ((letter_id IS NOT NULL) = (way = 'letter' AND result = 'sent'))
);
CREATE INDEX outreach_attempts_dossier ON outreach_attempts (dossier_id, noted_at);
