-- How the tenant is set up. What has a valid_from holds from that day until the next one of its kind begins.

CREATE TABLE organisation (
    valid_from date PRIMARY KEY,
    service_name text NOT NULL,
    street text NOT NULL,
    postal_code text NOT NULL,
    municipality text NOT NULL,
    phone text NOT NULL,
    email text NOT NULL,
    website text NOT NULL,
    officer_name text NOT NULL,
    officer_phone text NOT NULL,
    officer_email text NOT NULL,
    statistics_period text NOT NULL CHECK (statistics_period IN ('month', 'quarter', 'year'))
);

-- Only what the tenant added or changed: the list that every tenant begins with is the code's.
CREATE TABLE incident_types (
    code text NOT NULL,
    valid_from date NOT NULL,
    statistic_group text NOT NULL,
    urgency text NOT NULL CHECK (urgency IN ('now', 'today', 'planned')),
    recontact boolean NOT NULL,
    minors boolean NOT NULL,
    mandatory text[] NOT NULL,
    leaflets text[] NOT NULL,
    hidden boolean NOT NULL,
    labels jsonb NOT NULL,
    PRIMARY KEY (code, valid_from)
);

CREATE TABLE local_days_off (
    day date PRIMARY KEY,
    why text NOT NULL
);

-- Who changed which setting, when, from what to what: for people to read, beside the sealed audit.
CREATE TABLE setting_changes (
    id uuid PRIMARY KEY,
    area text NOT NULL CHECK (area IN ('organisation', 'incident_types', 'days_off', 'sign_in', 'roles')),
    key text NOT NULL,
    at timestamptz NOT NULL,
    changed_by uuid NOT NULL,
    act text NOT NULL CHECK (act IN ('saved', 'withdrawn')),
    valid_from date,
    changes jsonb NOT NULL
);
CREATE INDEX setting_changes_area ON setting_changes (area, at DESC);
