"""Makes the demo tenants, their teams and staff, and the accounts that a person can sign in with."""

import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.demo.script import DemoTenant, Person
from deploy.demo.workshop import Cast, Workshop, service_principal
from deploy.local.platform import Account
from services.identity.configuration import commands as configuration_commands
from services.identity.sign_in import passwords, second_factor, sessions
from services.identity.staff import commands as staff_commands
from services.identity.staff.models import Staff, Team
from services.identity.tenants import commands as tenant_commands
from shared import outbox
from shared.auth import Permission, Principal
from shared.contracts.configuration import SaveDayOff, SaveIncidentType, SaveOrganisation
from shared.contracts.identity import (
    ChangeTenantSettings,
    PasswordResetRequested,
    RegisterStaff,
    SaveTeam,
)
from shared.lifecycle import tenants_here

_EMPLOYED_FOR = timedelta(days=90)
_WITHOUT_PROOF = 3
"""Every so many leave their number unproved, as people do: the board warns of it."""
_GROUPS, _LETTERS, _ALPHABET = 4, 4, "abcdefghjkmnpqrstuvwxyz23456789"


def new_password() -> str:
    """One for all demo accounts of an installation: 79 random bits that can be read aloud."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS)) for _ in range(_GROUPS))
    return "-".join(groups)


async def announce(workshop: Workshop, tenants: Iterable[DemoTenant], *, now: datetime) -> None:
    """Enter the tenants that are not there in identity's register; the services hear of it and get ready."""
    here = set(await tenants_here(workshop.databases["identity"]))
    for tenant in tenants:
        if tenant.key in here:
            continue
        await tenant_commands.create_tenant(
            workshop.register,
            tenant.key,
            name=tenant.name,
            kind=tenant.kind,
            legal_language="nl",
            now=now,
        )


_CARNIVAL = SaveIncidentType(
    group="violence",
    urgency="now",
    mandatory=["safety"],
    labels={
        "nl": "Geweld tijdens carnaval",
        "fr": "Violence pendant le carnaval",
        "de": "Gewalt im Karneval",
        "en": "Violence during carnival",
    },
)
"""A type of its own, as a zone with a carnival has."""


async def employ(workshop: Workshop, tenant: DemoTenant, *, now: datetime) -> Cast:
    """Register teams and staff that are not there yet, as if three months ago; their invitations are not mailed."""
    then = now - _EMPLOYED_FOR
    operator = service_principal(
        "demo",
        tenant.key,
        Permission.STAFF_MANAGE,
        Permission.ROLE_MANAGE,
        Permission.TENANT_MANAGE,
        now=then,
    )
    async with workshop.transaction("identity", tenant.key) as session:
        ids = await _staff_ids(session)
        is_new = not ids
        teams = await _teams(session, operator, tenant, now=then)
        for person in tenant.people:
            email = tenant.email_of(person)
            if email not in ids:
                command = _registration(person, email, len(ids), teams)
                ids[email] = (
                    await staff_commands.register_staff(session, operator, command, now=then)
                ).user_id
                if person.signs_in:
                    await _prove(session, ids[email], len(ids), now=then)
        cast = Cast(tenant, ids)
        if is_new:
            administrator = cast.principal(cast.with_role("administrator")[0], now=then)
            await _set_up(session, administrator, tenant, now=then)
        outbox.withhold(session, PasswordResetRequested)
    return cast


async def _set_up(
    session: AsyncSession, administrator: Principal, tenant: DemoTenant, *, now: datetime
) -> None:
    """What an administrator fills in first: languages, the sender of letters, a day off, a type of the zone's own."""
    settings = ChangeTenantSettings(languages=tenant.languages, idle_minutes=30, session_hours=12)
    await tenant_commands.change_tenant_settings(session, administrator, settings, now=now)
    office = SaveOrganisation(**msgspec.structs.asdict(tenant.office), email=f"info@{tenant.domain}")
    await configuration_commands.save_organisation(session, administrator, office, now=now)
    new_year = SaveDayOff(day=date(now.year + 1, 1, 2), why="Dag na Nieuwjaar")
    await configuration_commands.save_day_off(session, administrator, new_year, now=now)
    if tenant.kind == "police_zone":
        await configuration_commands.save_incident_type(
            session, administrator, _CARNIVAL, "carnival", now=now
        )


def _registration(person: Person, email: str, position: int, teams: dict[str, UUID]) -> RegisterStaff:
    return RegisterStaff(
        name=person.name,
        email=email,
        phone=f"0470 00 00 {position + 10:02d}",
        language=person.language,
        function=person.function,
        roles=person.roles,
        teams=[teams[name] for name in person.teams],
    )


async def _teams(
    session: AsyncSession, operator: Principal, tenant: DemoTenant, *, now: datetime
) -> dict[str, UUID]:
    teams = {team.name: team.id for team in await session.scalars(select(Team))}
    for name in tenant.teams:
        if name not in teams:
            teams[name] = (
                await staff_commands.save_team(session, operator, SaveTeam(name=name), now=now)
            ).team_id
    return teams


async def _staff_ids(session: AsyncSession) -> dict[str, UUID]:
    return {staff.email: staff.id for staff in await session.scalars(select(Staff))}


async def open_accounts(
    workshop: Workshop, cast: Cast, known: dict[str, Account], password: str, *, now: datetime
) -> list[Account]:
    """A password and a second factor for whoever signs in; an account that is known keeps what it has."""
    tenant = cast.tenant
    accounts: list[Account] = []
    async with workshop.transaction("identity", tenant.key) as session:
        ids = await _staff_ids(session)
        for person in tenant.people:
            if not person.signs_in:
                continue
            email = tenant.email_of(person)
            account = known.get(email)
            if account is None:
                account = Account(
                    tenant=tenant.key,
                    role=person.roles[0],
                    name=person.name,
                    email=email,
                    password=password,
                    totp_secret=second_factor.new_secret(),
                )
                await sessions.keep_password(session, ids[email], await passwords.hashed(password), now=now)
                await sessions.keep_second_factor(
                    session, ids[email], account.totp_secret, last_step=0, now=now
                )
            accounts.append(account)
    return accounts


async def _prove(session: AsyncSession, staff_id: UUID, position: int, *, now: datetime) -> None:
    """Who works here for a while has confirmed her address, and most also her number."""
    staff = await session.get_one(Staff, staff_id)
    staff.prove("email", now=now)
    if position % _WITHOUT_PROOF:
        staff.prove("phone", now=now)
