-- A second guard, which no code can forget: without this row nothing leaves, and it is not written unless every field of
-- it is covered at that moment by the consent or the ground that it names.

CREATE FUNCTION refuse_uncovered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT NEW.fields <@ (
        coalesce((SELECT fields FROM referral_consents
                  WHERE id = NEW.consent_id AND referral_id = NEW.referral_id AND state = 'given'
                    AND (expires_on IS NULL OR expires_on >= (NEW.at AT TIME ZONE 'Europe/Brussels')::date)), '{}')
        || coalesce((SELECT fields FROM referral_grounds
                     WHERE id = NEW.ground_id AND referral_id = NEW.referral_id AND revoked_at IS NULL), '{}')
    ) THEN
        RAISE EXCEPTION 'a field without a live consent or ground' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER covered BEFORE INSERT ON referral_disclosures FOR EACH ROW EXECUTE FUNCTION refuse_uncovered();
