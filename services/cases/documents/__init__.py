"""Papers of a dossier: files that are kept, letters and leaflets that are written."""
