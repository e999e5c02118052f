"""Bringing in accounts as they are, with their passwords and second factors: from another system, or for a demo."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.sign_in import passwords, sessions
from services.identity.sign_in.entrance import before_session
from services.identity.staff.models import LANGUAGES, Fields, Membership, OwnRole, Staff, Team, normal_email
from services.identity.staff.roles import roles_of
from services.identity.tenants.models import Tenant
from shared import audit
from shared.contracts.identity import StaffChanged
from shared.db import uuid7
from shared.outbox import publish


class ImportedAccount(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One account. Without a password the person gets an invitation by mail; teams by name are made when missing."""

    name: str
    email: str
    roles: list[str]
    phone: str = ""
    second_phone: str = ""
    language: str = "nl"
    function: str = ""
    teams: list[str] = []
    password: str = ""
    totp_secret: str = ""


async def import_account(
    session: AsyncSession, tenant_key: str, account: ImportedAccount, *, now: datetime
) -> UUID:
    """Add an account, or change the one of the same address. Raises `Invalid`."""
    tenant = await session.get_one(Tenant, tenant_key)
    fields = Fields()
    name = fields.line("name", account.name, required=True)
    email = fields.email("email", account.email)
    phone = fields.phone("phone", account.phone)
    second_phone = fields.phone("second_phone", account.second_phone)
    language = fields.choice("language", account.language, LANGUAGES)
    known_roles = roles_of(tenant.kind, await session.scalars(select(OwnRole)))
    if not set(account.roles) <= set(known_roles):
        fields.wrong["roles"] = "role_unknown"
    fields.check()
    staff = await session.scalar(select(Staff).where(func.lower(Staff.email) == normal_email(email)))
    known = staff is not None
    if staff is None:
        staff = Staff(id=uuid7(), registered_at=now, active=True)
        session.add(staff)
    staff.name, staff.email, staff.function = name, email, account.function
    staff.language = language
    staff.set_phones(phone, second_phone)
    staff.roles = sorted(set(account.roles))
    await session.flush()
    for team_name in account.teams:
        await session.merge(Membership(staff_id=staff.id, team_id=await _team(session, team_name)))
    await _keep_credentials(session, tenant_key, staff, account, known=known, now=now)
    publish(session, StaffChanged(id=uuid7(), occurred_at=now, tenant=tenant_key, user_id=staff.id))
    audit.record(
        session,
        before_session(tenant_key, staff.id),
        "import_account",
        now=now,
        object_kind="staff",
        object_id=staff.id,
        subject_id=staff.id,
        details={"roles": staff.roles},
    )
    return staff.id


async def _team(session: AsyncSession, name: str) -> UUID:
    team = await session.scalar(select(Team).where(func.lower(Team.name) == name.lower()))
    if team is None:
        team = Team(id=uuid7(), name=name)
        session.add(team)
        await session.flush()
    return team.id


async def _keep_credentials(
    session: AsyncSession,
    tenant: str,
    staff: Staff,
    account: ImportedAccount,
    *,
    known: bool,
    now: datetime,
) -> None:
    if account.password:
        hashed = await passwords.hashed(account.password)
        await sessions.keep_password(session, staff.id, hashed, now=now)
    elif not known:
        await sessions.ask_for_link(session, tenant, staff.id, invitation=True, now=now)
    if account.totp_secret:
        await sessions.keep_second_factor(session, staff.id, account.totp_secret, last_step=0, now=now)
