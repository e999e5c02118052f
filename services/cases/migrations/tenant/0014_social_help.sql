-- A municipality's dossier: somebody asks for help, or another service referred him.
ALTER TABLE dossiers DROP CONSTRAINT dossiers_kind_check;
ALTER TABLE dossiers ADD CONSTRAINT dossiers_kind_check CHECK (kind IN ('victim_support', 'social_help'));
ALTER TABLE dossiers DROP CONSTRAINT dossiers_compartment_check;
ALTER TABLE dossiers ADD CONSTRAINT dossiers_compartment_check CHECK (compartment IN ('pol_care', 'soc_aid'));
