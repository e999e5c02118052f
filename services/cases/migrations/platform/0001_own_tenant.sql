-- A letter needs the tenant's own name and legal language: each tenant's role sees its own line and no other.
CREATE VIEW own_tenant AS
    SELECT key, name, kind, legal_language FROM tenants WHERE 'cases_t_' || key = current_user;
GRANT SELECT ON own_tenant TO cases_tenants;
