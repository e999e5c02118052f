-- Planning ahead: rotations, drafts that become the truth, overrides, leave, intended gaps, and calendars by secret link.

ALTER TABLE roster_settings
    ADD COLUMN required_levels text[] NOT NULL DEFAULT '{primary}',
    ADD COLUMN needed text NOT NULL DEFAULT 'always' CHECK (needed IN ('always', 'outside_office')),
    ADD COLUMN office_from time NOT NULL DEFAULT '08:00',
    ADD COLUMN office_until time NOT NULL DEFAULT '18:00',
    ADD COLUMN gap_alert_hours int[] NOT NULL DEFAULT '{168,24}',
    -- the timer that watches for gaps; one with another ref is out of date and does nothing
    ADD COLUMN watch_ref uuid;

-- What a calendar must know: how often and when a shift was changed.
ALTER TABLE shifts
    ADD COLUMN sequence int NOT NULL DEFAULT 0,
    ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now();

CREATE TABLE rotations (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    level text NOT NULL CHECK (level IN ('primary', 'secondary', 'backup', 'partner_zone', 'coordinator')),
    kind text NOT NULL CHECK (kind IN ('daily', 'weekly', 'pattern')),
    holders uuid[] NOT NULL CHECK (cardinality(holders) > 0),
    pattern int[] NOT NULL,
    hand_over time NOT NULL,
    first_day date NOT NULL,
    last_day date,
    hours_from time NOT NULL,
    hours_until time NOT NULL,
    free_days boolean NOT NULL,
    active boolean NOT NULL,
    version int NOT NULL,
    CHECK (last_day >= first_day),
    CHECK (kind <> 'pattern' OR cardinality(pattern) > 0)
);

CREATE TABLE roster_drafts (
    id uuid PRIMARY KEY,
    first_day date NOT NULL,
    last_day date NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'published', 'discarded')),
    version int NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by uuid NOT NULL,
    CHECK (last_day >= first_day)
);
CREATE INDEX roster_drafts_open ON roster_drafts (first_day) WHERE state = 'draft';

CREATE TABLE draft_shifts (
    id uuid PRIMARY KEY,
    draft_id uuid NOT NULL REFERENCES roster_drafts (id),
    level text NOT NULL CHECK (level IN ('primary', 'secondary', 'backup', 'partner_zone', 'coordinator')),
    user_id uuid,
    partner_zone_id uuid REFERENCES partner_zones (id),
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    source text NOT NULL CHECK (source IN ('published', 'rotation', 'hand')),
    CHECK (ends_at > starts_at),
    CHECK ((user_id IS NULL) = (level = 'partner_zone')),
    CHECK ((partner_zone_id IS NOT NULL) = (level = 'partner_zone'))
);
CREATE INDEX draft_shifts_of ON draft_shifts (draft_id, starts_at);

CREATE TABLE draft_edits (
    draft_id uuid NOT NULL REFERENCES roster_drafts (id),
    version int NOT NULL,
    at timestamptz NOT NULL,
    user_id uuid NOT NULL,
    action text NOT NULL CHECK (action IN ('begin', 'fill', 'plan', 'remove', 'publish', 'discard')),
    level text NOT NULL,
    holder uuid,
    starts_at timestamptz,
    ends_at timestamptz,
    PRIMARY KEY (draft_id, version)
);

CREATE TABLE roster_overrides (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('add', 'replace', 'remove')),
    level text NOT NULL CHECK (level IN ('primary', 'secondary', 'backup', 'coordinator')),
    user_id uuid,
    replaces uuid,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    entered_by uuid NOT NULL,
    entered_at timestamptz NOT NULL,
    CHECK (ends_at > starts_at),
    CHECK ((user_id IS NULL) = (kind = 'remove')),
    CHECK ((replaces IS NULL) = (kind = 'add'))
);
CREATE INDEX roster_overrides_end ON roster_overrides (ends_at);

CREATE TABLE absences (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    reason text NOT NULL CHECK (reason IN ('leave', 'illness', 'training', 'other')),
    entered_by uuid NOT NULL,
    entered_at timestamptz NOT NULL,
    CHECK (ends_at > starts_at)
);
CREATE INDEX absences_end ON absences (ends_at);

CREATE TABLE intended_gaps (
    id uuid PRIMARY KEY,
    level text NOT NULL CHECK (level IN ('primary', 'secondary', 'backup', 'partner_zone', 'coordinator')),
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    reason text NOT NULL CHECK (reason IN ('agreed_with_zone', 'day_service', 'not_needed', 'nobody_found', 'other')),
    entered_by uuid NOT NULL,
    entered_at timestamptz NOT NULL,
    CHECK (ends_at > starts_at)
);
CREATE INDEX intended_gaps_end ON intended_gaps (ends_at);

CREATE TABLE gap_alerts (
    level text NOT NULL,
    gap_starts_at timestamptz NOT NULL,
    threshold_hours int NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (level, gap_starts_at, threshold_hours)
);

-- The secret itself is nowhere: only its SHA-256.
CREATE TABLE calendar_feeds (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    digest text NOT NULL UNIQUE,
    full_roster boolean NOT NULL,
    reminder_minutes int[] NOT NULL,
    language text NOT NULL CHECK (language IN ('nl', 'fr', 'de', 'en')),
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX calendar_feeds_user ON calendar_feeds (user_id) WHERE revoked_at IS NULL;
