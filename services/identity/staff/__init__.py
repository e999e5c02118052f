"""The staff of a tenant: accounts, teams, roles with their permissions."""
