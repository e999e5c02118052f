-- What was offered for a referral before referrals kept its ledger is told to it once; a tenant without any has no timer.
INSERT INTO platform.timers (id, tenant, due_at, kind, ref, owner)
SELECT gen_random_uuid(), substr(current_schema(), 3), now(), 'carry_consents',
       '00000000-0000-0000-0000-000000000000', 'cases_' || current_schema()
WHERE EXISTS (SELECT 1 FROM consents WHERE purpose = 'school' OR purpose LIKE 'referral\_%');
