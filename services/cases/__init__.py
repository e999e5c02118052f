"""Client files: dossiers, the persons in them, and what must be done for them."""
