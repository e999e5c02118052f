-- Mails and SMS to somebody outside. Neither the address nor the words are kept: they are asked for when it leaves.

CREATE TABLE outside_mails (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('email', 'sms')),
    state text NOT NULL CHECK (state IN ('queued', 'sent', 'failed', 'lapsed')),
    tries int NOT NULL,
    at timestamptz NOT NULL,
    good_until timestamptz,
    next_try_at timestamptz,
    sent_at timestamptz,
    error text
);
CREATE INDEX outside_mails_at ON outside_mails (at DESC);
