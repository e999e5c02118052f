"""The tenants: making, renaming, suspending, exporting and removing them, and their settings."""
