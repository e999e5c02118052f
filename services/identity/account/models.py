"""The signed-in person, as the screens know him."""

from services.identity.staff.models import Staff
from services.identity.tenants.models import Tenant
from shared.auth import Principal
from shared.contracts.identity import Me


def me_of(staff: Staff, tenant: Tenant, principal: Principal) -> Me:
    return Me(
        user_id=staff.id,
        session_id=principal.session_id,
        tenant=tenant.key,
        tenant_name=tenant.name,
        tenant_kind=tenant.kind,
        name=staff.name,
        email=staff.email,
        language=staff.language,
        permissions=sorted(principal.permissions),
        roles=sorted(principal.roles),
        theme=staff.theme,
        strong_at=principal.strong_at,
    )
