-- Which victim of rostering's list a dossier is of; the old name said that it was a list.
ALTER TABLE dossiers RENAME COLUMN split_list_id TO incident_victim_id;
ALTER INDEX dossiers_split RENAME TO dossiers_incident_victim;
