-- Dossiers that come from one event: the call-out, or the incident with many victims. A block may go over all of them.
-- Who judges the dossier in the morning, and when.
ALTER TABLE dossiers ADD COLUMN incident_id uuid;
ALTER TABLE dossiers ADD COLUMN triaged_at timestamptz;
ALTER TABLE dossiers ADD COLUMN triaged_by uuid;
UPDATE dossiers SET incident_id = call_out_id WHERE call_out_id IS NOT NULL;
CREATE INDEX dossiers_incident ON dossiers (incident_id) WHERE incident_id IS NOT NULL;
CREATE INDEX dossiers_untriaged ON dossiers (opened_at) WHERE state = 'open' AND triaged_at IS NULL;
