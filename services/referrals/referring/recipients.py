"""Who would receive a referral to a service of the social map, and in which way: it follows from its organisation."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.referring.forms import proposed_form
from services.referrals.social_map.merging import merged_entries
from services.referrals.social_map.uniting import standing_for
from shared.errors import Invalid


@dataclass(frozen=True)
class Recipient:
    """A service with what a referral needs of it. `tenant` is its own one on the platform, if it has any."""

    service_id: UUID
    organization_id: UUID | None
    name: str
    kind: str
    tenant: str
    form: str
    email: str
    mobile: str
    language: str


async def recipient_of(session: AsyncSession, tenant: str, service_id: UUID, today: date) -> Recipient:
    """The service as this tenant's map shows it, or what it was merged into. Raises `Invalid` when there is none."""
    service_id = await standing_for(session, service_id)
    found = await merged_entries(session, ids=[service_id], kind="service")
    if not found:
        raise Invalid({"service_id": "service_unknown"})
    service = found[0]
    organizations = (
        await merged_entries(session, ids=[service.organization_id], kind="organization")
        if service.organization_id
        else []
    )
    organization = organizations[0].content if organizations else {}
    contact = service.content.get("referral_contact") or organization.get("referral_contact") or {}
    theirs = str(organization.get("platform_tenant") or "")
    on_platform = theirs not in {"", tenant}
    email = str(contact.get("email") or "")
    names = [str(service.content.get("name", "")), str(organization.get("name", ""))]
    return Recipient(
        service_id=service.id,
        organization_id=service.organization_id,
        name=" - ".join(dict.fromkeys(name for name in reversed(names) if name)),
        kind="tenant" if on_platform else "partner_link" if email else "form",
        tenant=theirs if on_platform else "",
        form=proposed_form(names, today, said=str(service.content.get("referral_form") or "")),
        email="" if on_platform else email,
        mobile="" if on_platform else str(contact.get("mobile") or ""),
        language=str(contact.get("language") or "nl"),
    )
