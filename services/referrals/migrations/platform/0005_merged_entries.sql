-- What was merged into an entry is found from that entry: there are few.
CREATE INDEX map_entries_merged ON map_entries (merged_into) WHERE merged_into IS NOT NULL;
