"""How the tenant is set up: its organisation on paper, incident types, days off, and who changed what."""
