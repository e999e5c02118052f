-- The register of tenants with their settings, what the services answered, wrong attempts, keys that sign.

ALTER TABLE tenants
    ADD COLUMN languages text[] NOT NULL DEFAULT '{nl}',
    ADD COLUMN idle_minutes int NOT NULL DEFAULT 30 CHECK (idle_minutes BETWEEN 5 AND 480),
    ADD COLUMN session_hours int NOT NULL DEFAULT 12 CHECK (session_hours BETWEEN 1 AND 24),
    ADD COLUMN removing boolean NOT NULL DEFAULT false;

-- A tenant's role sees its own line of the register and may change its own settings; nothing else here is its.
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
CREATE POLICY service_rows ON tenants TO {{service_login}} USING (true) WITH CHECK (true);
CREATE POLICY own_row ON tenants TO identity_tenants
    USING ('identity_t_' || key = current_user) WITH CHECK ('identity_t_' || key = current_user);
GRANT SELECT, UPDATE (languages, idle_minutes, session_hours) ON tenants TO identity_tenants;

CREATE TABLE tenant_announcements (
    event_id uuid PRIMARY KEY,
    tenant text NOT NULL,
    subject text NOT NULL,
    announced_at timestamptz NOT NULL
);
CREATE INDEX tenant_announcements_tenant ON tenant_announcements (tenant, announced_at);

CREATE TABLE tenant_answers (
    event_id uuid NOT NULL REFERENCES tenant_announcements ON DELETE CASCADE,
    service text NOT NULL,
    rows bigint NOT NULL,
    answered_at timestamptz NOT NULL,
    PRIMARY KEY (event_id, service)
);

-- `key` is an HMAC, so nobody reads here which addresses were tried; unknown accounts and tenants have rows too.
CREATE TABLE attempts (
    key bytea PRIMARY KEY,
    tenant text NOT NULL,
    failures int NOT NULL,
    since timestamptz NOT NULL,
    lockouts int NOT NULL,
    locked_until timestamptz
);
ALTER TABLE attempts ENABLE ROW LEVEL SECURITY;
CREATE POLICY service_rows ON attempts TO {{service_login}} USING (true) WITH CHECK (true);
CREATE POLICY own_rows ON attempts TO identity_tenants USING ('identity_t_' || tenant = current_user);
GRANT SELECT, DELETE ON attempts TO identity_tenants;

-- `private` is sealed under the key encryption key; a key is published some time before it signs.
CREATE TABLE signing_keys (
    kid text PRIMARY KEY,
    public jsonb NOT NULL,
    private bytea NOT NULL,
    published_at timestamptz NOT NULL,
    signs_from timestamptz NOT NULL
);
