-- Other police zones that stand in by agreement: a shift is held by a member or by a zone.

CREATE TABLE partner_zones (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    phone text NOT NULL,
    note text NOT NULL,
    active boolean NOT NULL,
    version int NOT NULL
);

ALTER TABLE shifts
    ALTER COLUMN user_id DROP NOT NULL,
    ADD COLUMN partner_zone_id uuid REFERENCES partner_zones (id),
    DROP CONSTRAINT shifts_level_check,
    ADD CONSTRAINT shifts_level_check
        CHECK (level IN ('primary', 'secondary', 'backup', 'partner_zone', 'coordinator')),
    ADD CONSTRAINT shifts_holder_check CHECK ((user_id IS NULL) = (level = 'partner_zone')),
    ADD CONSTRAINT shifts_zone_check CHECK ((partner_zone_id IS NOT NULL) = (level = 'partner_zone'));

ALTER TABLE roster_settings
    ALTER COLUMN levels SET DEFAULT '{primary,secondary,backup,partner_zone,coordinator}';
UPDATE roster_settings SET levels = '{primary,secondary,backup,partner_zone,coordinator}'
    WHERE levels = '{primary,secondary,backup,coordinator}';
