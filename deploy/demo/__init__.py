"""Demo tenants with believable content: invented people only, made by the services' own commands with past dates."""
