-- SMS and web push beside mail: what is known of a person's ways, what she wishes, her devices, and how far each got.

ALTER TABLE recipients
    ADD COLUMN second_phone text NOT NULL DEFAULT '',
    ADD COLUMN email_verified_at timestamptz,
    ADD COLUMN phone_verified_at timestamptz,
    ADD COLUMN second_phone_verified_at timestamptz;

ALTER TABLE deliveries DROP CONSTRAINT deliveries_channel_check;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_channel_check CHECK (channel IN ('email', 'sms', 'push'));
ALTER TABLE deliveries DROP CONSTRAINT deliveries_state_check;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_state_check
    CHECK (state IN ('queued', 'sent', 'delivered', 'bundled', 'failed', 'lapsed'));
ALTER TABLE deliveries
    ADD COLUMN doubtful boolean NOT NULL DEFAULT false,
    ADD COLUMN delivered_at timestamptz;
CREATE INDEX deliveries_of ON deliveries (user_id, at DESC);
CREATE INDEX deliveries_at ON deliveries (at DESC);

-- `channels` are those for what is not urgent; what is urgent goes over everything. Minutes of the day in Brussels.
CREATE TABLE message_settings (
    user_id uuid PRIMARY KEY,
    channels text[] NOT NULL,
    quiet_begins int CHECK (quiet_begins BETWEEN 0 AND 1439),
    quiet_ends int CHECK (quiet_ends BETWEEN 0 AND 1439),
    CHECK ((quiet_begins IS NULL) = (quiet_ends IS NULL))
);

-- A browser that takes web push. The endpoint is a secret of the device: nobody is shown it.
CREATE TABLE push_devices (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    endpoint text NOT NULL UNIQUE,
    p256dh text NOT NULL,
    auth text NOT NULL,
    label text NOT NULL,
    added_at timestamptz NOT NULL,
    reached_at timestamptz
);
CREATE INDEX push_devices_of ON push_devices (user_id);
