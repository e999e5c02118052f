-- What somebody is writing and has not sent, for his eyes only; and when he last looked at a dossier's page.

CREATE TABLE drafts (
    author uuid NOT NULL,
    dossier_id uuid NOT NULL REFERENCES dossiers,
    form text NOT NULL,
    fields jsonb NOT NULL,
    version int NOT NULL,
    saved_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (author, dossier_id, form)
);
CREATE INDEX drafts_expired ON drafts (expires_at);

CREATE TABLE visits (
    user_id uuid NOT NULL,
    dossier_id uuid NOT NULL REFERENCES dossiers,
    at timestamptz NOT NULL,
    before timestamptz,
    PRIMARY KEY (user_id, dossier_id)
);
