"""The entries of the social map in two layers: the one that all tenants read, and a tenant's own upon it."""
