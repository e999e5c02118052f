-- A recipient is told whose referral it is: each tenant's role sees its own line of the register and no other.
CREATE VIEW own_tenant AS
    SELECT key, name, kind, legal_language FROM tenants WHERE 'referrals_t_' || key = current_user;
GRANT SELECT ON own_tenant TO referrals_tenants;
