"""Registering and changing people, teams and roles, and helping who cannot sign in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.configuration.change_log import note_change
from services.identity.sign_in import sessions, tickets
from services.identity.sign_in.entrance import attempts_key, name_of, person_of
from services.identity.sign_in.models import (
    Credential,
    PasswordReset,
    RecoveryCode,
    ResetOver,
    ResetUnknown,
    SecondFactor,
)
from services.identity.staff.models import (
    LANGUAGES,
    Fields,
    LastAdministrator,
    Membership,
    OwnRole,
    Staff,
    StaffUnknown,
    Team,
    TeamUnknown,
    normal_email,
)
from services.identity.staff.roles import COMPARTMENTS, GRANTABLE, RoleFacts, default_roles, roles_of
from services.identity.staff.takeover import (
    may_change_roles,
    require_other_hands,
    require_rank,
    tell_old_address,
)
from services.identity.tenants.models import Tenant
from services.identity.vault import vault_of
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.identity import (
    ChangeStaff,
    RegisterStaff,
    ResetLink,
    Role,
    SaveRole,
    SaveTeam,
    StaffChanged,
    StaffDeactivated,
    StaffRef,
)
from shared.contracts.identity import Team as TeamView
from shared.db import driver_of, uuid7
from shared.errors import Invalid
from shared.outbox import publish
from shared.tenancy import TenantKeyWrong, checked_key

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('identity staff'), hashtext(current_user))"


async def register_staff(
    session: AsyncSession, principal: Principal, command: RegisterStaff, *, now: datetime
) -> StaffRef:
    """Register a person, who gets a mail with a link to choose a password. Raises `Invalid`."""
    principal.require(Permission.STAFF_MANAGE)
    if command.roles:
        principal.require_recent_second_factor(now=now)
    await _one_at_a_time(session)
    roles = await _roles(session, principal.tenant)
    require_rank(principal, roles, command.roles)
    staff = Staff(id=uuid7(), registered_at=now, active=True)
    await _fill(session, principal, staff, command, roles)
    session.add(staff)
    await session.flush()
    await _join_teams(session, staff.id, command.teams)
    await sessions.ask_for_link(
        session, principal.tenant, staff.id, invitation=True, now=now, actor=principal.user_id
    )
    publish(session, StaffChanged(**_head(principal, now), user_id=staff.id))
    _record(session, principal, "register_staff", staff.id, {"roles": staff.roles}, now=now)
    return StaffRef(user_id=staff.id)


async def change_staff(
    session: AsyncSession, principal: Principal, command: ChangeStaff, user_id: UUID, *, now: datetime
) -> StaffRef:
    """Change the whole entry; roles and the address that links go to need step-up. Raises `LastAdministrator`."""
    principal.require(Permission.STAFF_MANAGE)
    await _one_at_a_time(session)
    staff = await _staff(session, user_id)
    roles = await _roles(session, principal.tenant)
    other_address = normal_email(command.email) != normal_email(staff.email)
    other_roles = set(command.roles) ^ set(staff.roles)
    if other_roles or other_address:
        principal.require_recent_second_factor(now=now)
    if other_roles and user_id == principal.user_id:
        principal.require(
            Permission.ROLE_MANAGE
        )  # nobody gives himself rights with the keys to the staff list alone
    require_rank(principal, roles, other_roles)
    old = staff.email
    if other_address:
        require_rank(principal, roles, staff.roles)
        require_other_hands(principal, roles, staff, staff.factor_reset_by)
    was_administrator = may_change_roles(roles, staff.roles)
    await _fill(session, principal, staff, command, roles)
    if was_administrator:
        await _keep_an_administrator(session, roles)
    if other_address:
        await _renew_links(session, principal, staff, now=now)
        await tell_old_address(session, principal, staff, old, now=now)
    await session.execute(delete(Membership).where(Membership.staff_id == user_id))
    await _join_teams(session, user_id, command.teams)
    publish(session, StaffChanged(**_head(principal, now), user_id=user_id))
    details = {"roles_changed": sorted(other_roles), "email_changed": other_address}
    _record(session, principal, "change_staff", user_id, details, now=now)
    return StaffRef(user_id=user_id)


async def deactivate_staff(
    session: AsyncSession, principal: Principal, user_id: UUID, *, now: datetime
) -> StaffRef:
    """Somebody leaves: no sign-in, no sessions, no link that still works. Raises `LastAdministrator`."""
    principal.require(Permission.STAFF_MANAGE)
    principal.require_recent_second_factor(now=now)
    await _one_at_a_time(session)
    staff = await _staff(session, user_id)
    roles = await _roles(session, principal.tenant)
    require_rank(principal, roles, staff.roles)
    if staff.active:
        staff.active, staff.deactivated_at = False, now
        if may_change_roles(roles, staff.roles):
            await _keep_an_administrator(session, roles)
        await sessions.end_all(session, principal.tenant, user_id, "deactivated", now=now)
        await session.execute(
            delete(PasswordReset).where(PasswordReset.staff_id == user_id, PasswordReset.used_at.is_(None))
        )
        publish(session, StaffDeactivated(**_head(principal, now), user_id=user_id))
    _record(session, principal, "deactivate_staff", user_id, now=now)
    return StaffRef(user_id=user_id)


async def reactivate_staff(
    session: AsyncSession, principal: Principal, user_id: UUID, *, now: datetime
) -> StaffRef:
    """Somebody is back, with the password and roles of then."""
    principal.require(Permission.STAFF_MANAGE)
    principal.require_recent_second_factor(now=now)
    staff = await _staff(session, user_id)
    require_rank(principal, await _roles(session, principal.tenant), staff.roles)
    staff.active, staff.deactivated_at = True, None
    publish(session, StaffChanged(**_head(principal, now), user_id=user_id))
    _record(session, principal, "reactivate_staff", user_id, now=now)
    return StaffRef(user_id=user_id)


async def unlock_staff(
    session: AsyncSession, principal: Principal, user_id: UUID, *, now: datetime
) -> StaffRef:
    """End a lock-out before its time."""
    principal.require(Permission.STAFF_MANAGE)
    staff = await _staff(session, user_id)
    staff.locked_until = None
    keys = [
        attempts_key(vault_of(session), principal.tenant, who)
        for who in (name_of(staff.email), person_of(user_id))
    ]
    await driver_of(session).execute("DELETE FROM platform.attempts WHERE key = ANY($1::bytea[])", keys)
    _record(session, principal, "unlock_staff", user_id, now=now)
    return StaffRef(user_id=user_id)


async def reset_second_factor(
    session: AsyncSession, principal: Principal, user_id: UUID, *, now: datetime
) -> StaffRef:
    """The phone is lost: forget the second factor; the next sign-in enrols a new one. Ends all sessions."""
    principal.require(Permission.STAFF_MANAGE)
    principal.require_recent_second_factor(now=now)
    staff = await _staff(session, user_id)
    roles = await _roles(session, principal.tenant)
    require_rank(principal, roles, staff.roles)
    require_other_hands(principal, roles, staff, staff.email_set_by)
    staff.factor_reset_by = principal.user_id
    await session.execute(delete(SecondFactor).where(SecondFactor.staff_id == user_id))
    await session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == user_id))
    await sessions.end_all(session, principal.tenant, user_id, "second_factor_reset", now=now)
    _record(session, principal, "reset_second_factor", user_id, now=now)
    return StaffRef(user_id=user_id)


async def save_team(
    session: AsyncSession,
    principal: Principal,
    command: SaveTeam,
    team_id: UUID | None = None,
    *,
    now: datetime,
) -> TeamView:
    """Make or rename a team. Raises `TeamUnknown`, `Invalid`."""
    principal.require(Permission.STAFF_MANAGE)
    await _one_at_a_time(session)
    fields = Fields()
    name = fields.line("name", command.name, required=True)
    fields.check()
    team = Team(id=uuid7()) if team_id is None else await session.get(Team, team_id)
    if team is None:
        raise TeamUnknown
    same = await session.scalar(
        select(Team.id).where(func.lower(Team.name) == name.lower(), Team.id != team.id)
    )
    if same is not None:
        raise Invalid({"name": "name_taken"})
    team.name = name
    session.add(team)
    audit.record(session, principal, "save_team", now=now, object_kind="team", object_id=team.id)
    return TeamView(team_id=team.id, name=name)


async def save_role(
    session: AsyncSession, principal: Principal, command: SaveRole, key: str, *, now: datetime
) -> Role:
    """Make a role or change one, a default one too; it counts from each holder's next token."""
    principal.require(Permission.ROLE_MANAGE)
    principal.require_recent_second_factor(now=now)
    await _one_at_a_time(session)
    tenant = await session.get_one(Tenant, principal.tenant)
    default = key in default_roles(tenant.kind)
    role = _checked_role(key, command, default=default)
    roles_before = await _roles(session, principal.tenant)
    gave_power = may_change_roles(roles_before, [key])
    before = roles_before.get(key)
    await session.merge(role)
    await session.flush()
    if gave_power:
        await _keep_an_administrator(session, await _roles(session, principal.tenant))
    after = {"name": role.name, "permissions": role.permissions, "compartments": role.compartments}
    note_change(
        session,
        principal,
        "save_role",
        "roles",
        now=now,
        key=key,
        before={name: getattr(before, name) for name in after} if before else {},
        after=after,
    )
    return Role(
        key=key,
        name=role.name,
        permissions=role.permissions,
        compartments=role.compartments,
        default=default,
    )


def _checked_role(key: str, command: SaveRole, *, default: bool) -> OwnRole:
    fields = Fields()
    name = fields.line("name", command.name, required=not default)
    try:
        checked_key(key)
    except TenantKeyWrong:
        fields.wrong["key"] = "role_key_wrong"
    if not set(command.permissions) <= GRANTABLE:
        fields.wrong["permissions"] = "permission_unknown"
    if not set(command.compartments) <= COMPARTMENTS:
        fields.wrong["compartments"] = "compartment_unknown"
    fields.check()
    return OwnRole(
        key=key,
        name=name,
        permissions=sorted(set(command.permissions)),
        compartments=sorted(set(command.compartments)),
    )


async def mint_reset_link(
    session: AsyncSession, principal: Principal, reset_id: UUID, *, now: datetime
) -> ResetLink:
    """The secret part of a link, made now and kept as a hash; asked again, a new one takes its place."""
    principal.require(Permission.CONTACT_READ)
    reset = await session.get(PasswordReset, reset_id, with_for_update=True)
    if reset is None:
        raise ResetUnknown
    if not reset.open(now):
        raise ResetOver
    staff = await session.get_one(Staff, reset.staff_id)
    token, reset.digest = tickets.mint(principal.tenant, reset.id)
    audit.record(
        session,
        principal,
        "mint_reset_link",
        now=now,
        object_kind="password_reset",
        object_id=reset_id,
        subject_id=staff.id,
    )
    return ResetLink(
        token=token,
        email=staff.email,
        language=staff.language,
        name=staff.name,
        invitation=reset.invitation,
    )


async def _renew_links(session: AsyncSession, principal: Principal, staff: Staff, *, now: datetime) -> None:
    """A link that went to the address of before is void; who never chose a password is invited again."""
    await session.execute(
        delete(PasswordReset).where(PasswordReset.staff_id == staff.id, PasswordReset.used_at.is_(None))
    )
    if staff.active and await session.get(Credential, staff.id) is None:
        await sessions.ask_for_link(
            session, principal.tenant, staff.id, invitation=True, now=now, actor=principal.user_id
        )


async def _one_at_a_time(session: AsyncSession) -> None:
    """Two changes at once could each leave the other's person as the last administrator, or share an address."""
    await session.execute(text(_ONE_AT_A_TIME))


async def _staff(session: AsyncSession, user_id: UUID) -> Staff:
    staff = await session.get(Staff, user_id, with_for_update=True)
    if staff is None:
        raise StaffUnknown
    return staff


async def _roles(session: AsyncSession, tenant_key: str) -> dict[str, RoleFacts]:
    tenant = await session.get_one(Tenant, tenant_key)
    return roles_of(tenant.kind, await session.scalars(select(OwnRole)))


async def _keep_an_administrator(session: AsyncSession, roles: dict[str, RoleFacts]) -> None:
    """Raise `LastAdministrator` when nobody would be left who can change roles."""
    await session.flush()
    powerful = [key for key in roles if may_change_roles(roles, [key])]
    left = await session.scalar(select(Staff.id).where(Staff.active, Staff.roles.overlap(powerful)).limit(1))
    if left is None:
        raise LastAdministrator


async def _fill(
    session: AsyncSession,
    principal: Principal,
    staff: Staff,
    command: RegisterStaff | ChangeStaff,
    roles: dict[str, RoleFacts],
) -> None:
    """Put a form's fields into an entry; raises `Invalid` with everything that is wrong."""
    fields = Fields()
    name = fields.line("name", command.name, required=True)
    email = fields.email("email", command.email)
    phone = fields.phone("phone", command.phone)
    second_phone = fields.phone("second_phone", command.second_phone)
    language = fields.choice("language", command.language, LANGUAGES)
    function = fields.line("function", command.function)
    if not set(command.roles) <= set(roles):
        fields.wrong["roles"] = "role_unknown"
    known_teams = set(await session.scalars(select(Team.id).where(Team.id.in_(command.teams))))
    if known_teams != set(command.teams):
        fields.wrong["teams"] = "team_unknown"
    if "email" not in fields.wrong:
        same = await session.scalar(
            select(Staff.id).where(func.lower(Staff.email) == normal_email(email), Staff.id != staff.id)
        )
        if same is not None:
            fields.wrong["email"] = "email_taken"
    fields.check()
    staff.name, staff.function, staff.language = name, function, language
    staff.set_email(email, by=principal.user_id)
    staff.set_phones(phone, second_phone)
    staff.roles = sorted(set(command.roles))


async def _join_teams(session: AsyncSession, staff_id: UUID, teams: list[UUID]) -> None:
    session.add_all(Membership(staff_id=staff_id, team_id=team_id) for team_id in set(teams))


def _head(principal: Principal, now: datetime) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "occurred_at": now,
        "tenant": principal.tenant,
        "actor": principal.user_id,
    }


def _record(
    session: AsyncSession,
    principal: Principal,
    action: str,
    staff_id: UUID,
    details: dict[str, Any] | None = None,
    *,
    now: datetime,
) -> None:
    audit.record(
        session,
        principal,
        action,
        now=now,
        object_kind="staff",
        object_id=staff_id,
        subject_id=staff_id,
        details=details,
    )
