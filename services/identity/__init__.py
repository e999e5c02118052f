"""Who somebody is, what he may do, and which tenants exist."""
