-- Who was kept out of a dossier before worries listened is told to them once; a tenant without any has no timer.
INSERT INTO platform.timers (id, tenant, due_at, kind, ref, owner)
SELECT gen_random_uuid(), substr(current_schema(), 3), now(), 'carry_conflicts',
       '00000000-0000-0000-0000-000000000000', 'cases_' || current_schema()
WHERE EXISTS (SELECT 1 FROM conflict_blocks);
