"""What somebody does who has no token yet. Each command opens its own transactions, for a refusal is kept too."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.sign_in import passwords, second_factor, sessions, tickets
from services.identity.sign_in.entrance import (
    SIGN_IN_FAILURES,
    SIGN_INS,
    Attempt,
    Entrance,
    before_session,
    name_of,
)
from services.identity.sign_in.models import (
    CHALLENGE_LIFETIME,
    ENROLMENT,
    RESET_INTERVAL,
    SECOND_FACTOR,
    Challenge,
    ChallengeOver,
    CodeWrong,
    Credential,
    PasswordReset,
    ResetOver,
    SecondFactor,
    SignInRefused,
)
from services.identity.staff.models import Staff, normal_email
from services.identity.tenants.models import Tenant, TenantSuspended
from services.identity.vault import vault_of
from shared import audit
from shared.contracts.identity import (
    Accepted,
    CompletePasswordReset,
    ConfirmEnrolment,
    RequestPasswordReset,
    ShowSecondFactor,
    SignedIn,
    SignIn,
    SignInStep,
    StaffChanged,
    StartEnrolment,
    TotpEnrolment,
)
from shared.db import uuid7
from shared.errors import Invalid
from shared.outbox import publish
from shared.tenancy import TenantNotReady

_ISSUER = "Vangnet"


@dataclass(frozen=True)
class _Account:
    """What the door needs to know of an account, read in one transaction that is over before the password is tried."""

    staff_id: UUID
    password_hash: str | None
    enrolled: bool
    suspended: bool


async def sign_in(entrance: Entrance, command: SignIn, *, now: datetime) -> SignInStep:
    """The first step. Raises `SignInRefused`, `Locked`; `TenantSuspended` only after the right password."""
    who = name_of(command.email)
    async with entrance.attempt(command.tenant, who, source=command.source, now=now) as attempt:
        account = await _account(entrance, command.tenant, command.email)
        right = await passwords.matches(account.password_hash if account else None, command.password)
        if account is None or not right:
            await _refuse(entrance, command.tenant, account, attempt, now=now)
            raise SignInRefused
        if account.suspended:
            SIGN_IN_FAILURES.labels("suspended").inc()
            raise TenantSuspended
        rehashed = None
        if account.password_hash and passwords.needs_rehash(account.password_hash):
            rehashed = await passwords.hashed(command.password)
        async with entrance.enter(command.tenant) as session:
            if rehashed:
                await sessions.keep_password(session, account.staff_id, rehashed, now=now)
            return await _challenge(session, command.tenant, account, now=now)


async def _account(entrance: Entrance, tenant: str, email: str) -> _Account | None:
    if "\x00" in email:
        return None
    try:
        async with entrance.enter(tenant) as session:
            found = await session.execute(
                select(Staff.id, Credential.password_hash, SecondFactor.staff_id, Tenant.status)
                .outerjoin(Credential, Credential.staff_id == Staff.id)
                .outerjoin(SecondFactor, SecondFactor.staff_id == Staff.id)
                .join(Tenant, Tenant.key == tenant)
                .where(func.lower(Staff.email) == normal_email(email), Staff.active)
            )
            row = found.one_or_none()
    except TenantNotReady:
        return None
    return None if row is None else _Account(row[0], row[1], row[2] is not None, row[3] != "active")


async def _refuse(
    entrance: Entrance, tenant: str, account: _Account | None, attempt: Attempt, *, now: datetime
) -> None:
    SIGN_IN_FAILURES.labels("password").inc()
    if account is not None:
        await entrance.keep_refusal(tenant, account.staff_id, attempt, SignInRefused.code, now=now)


async def _challenge(session: AsyncSession, tenant: str, account: _Account, *, now: datetime) -> SignInStep:
    await session.execute(
        delete(Challenge).where(Challenge.staff_id == account.staff_id, Challenge.expires_at < now)
    )
    challenge_id = uuid7()
    token, digest = tickets.mint(tenant, challenge_id)
    purpose = SECOND_FACTOR if account.enrolled else ENROLMENT
    session.add(
        Challenge(
            id=challenge_id,
            staff_id=account.staff_id,
            purpose=purpose,
            digest=digest,
            expires_at=now + CHALLENGE_LIFETIME,
        )
    )
    return SignInStep(step=purpose, challenge=token)


async def show_second_factor(entrance: Entrance, command: ShowSecondFactor, *, now: datetime) -> SignedIn:
    """The second step. Raises `ChallengeOver`, `CodeWrong`, `Locked`."""
    ticket, staff = await _whose(entrance, command.challenge, SECOND_FACTOR, now=now)
    async with entrance.proof(ticket.tenant, name_of(staff.email), staff.id, now=now) as attempt:
        async with entrance.enter(ticket.tenant) as session:
            await _take(session, ticket, SECOND_FACTOR, now=now)
            proof = await sessions.prove(session, staff.id, command.code, now=now)
            signed_in = await _let_in(session, ticket.tenant, staff, proof, now=now)
        attempt.succeeded = True
    SIGN_INS.inc()
    return signed_in


async def start_enrolment(entrance: Entrance, command: StartEnrolment, *, now: datetime) -> TotpEnrolment:
    """A secret for the authenticator app; the same again when the page is loaded again."""
    ticket, staff = await _whose(entrance, command.challenge, ENROLMENT, now=now)
    async with entrance.enter(ticket.tenant) as session:
        challenge = await session.get_one(Challenge, ticket.id, with_for_update=True)
        about = f"challenge {challenge.id}"
        if challenge.pending_secret is None:
            secret = second_factor.new_secret()
            challenge.pending_secret = vault_of(session).seal(secret.encode(), about=about)
        else:
            secret = vault_of(session).open(challenge.pending_secret, about=about).decode()
        tenant = await session.get_one(Tenant, ticket.tenant)
        issuer = f"{_ISSUER} {tenant.name}"
        return TotpEnrolment(
            secret=secret, uri=second_factor.address(secret, account=staff.email, issuer=issuer)
        )


async def confirm_enrolment(entrance: Entrance, command: ConfirmEnrolment, *, now: datetime) -> SignedIn:
    """The app shows the right code: keep its secret, and let the person in with recovery codes."""
    ticket, staff = await _whose(entrance, command.challenge, ENROLMENT, now=now)
    async with entrance.proof(ticket.tenant, name_of(staff.email), staff.id, now=now) as attempt:
        async with entrance.enter(ticket.tenant) as session:
            challenge = await _take(session, ticket, ENROLMENT, now=now)
            # of two enrolments that were begun, the second may not take the place of the first
            await session.get_one(Staff, staff.id, with_for_update=True)
            enrolled = await session.get(SecondFactor, staff.id)
            if challenge.pending_secret is None or enrolled is not None:
                raise ChallengeOver
            sealed = challenge.pending_secret
            secret = vault_of(session).open(sealed, about=f"challenge {challenge.id}").decode()
            code = second_factor.normal(command.code)
            step = second_factor.step_of(secret, code, last_step=0, now=now)
            if step is None:
                raise CodeWrong({"code": "code_wrong"})
            challenge.pending_secret = None
            await sessions.keep_second_factor(session, staff.id, secret, last_step=step, now=now)
            codes = await sessions.replace_recovery_codes(session, staff.id)
            signed_in = await _let_in(session, ticket.tenant, staff, "enrolment", codes, now=now)
        attempt.succeeded = True
    SIGN_INS.inc()
    return signed_in


async def _whose(
    entrance: Entrance, challenge_token: str, purpose: str, *, now: datetime
) -> tuple[tickets.Ticket, Staff]:
    """The ticket of a challenge that is still open, and whose it is; raises `ChallengeOver`."""
    ticket = tickets.read(challenge_token)
    if ticket is None:
        raise ChallengeOver
    try:
        async with entrance.enter(ticket.tenant) as session:
            challenge = await session.get(Challenge, ticket.id)
            if challenge is None or not ticket.fits(challenge.digest) or not challenge.open(purpose, now):
                raise ChallengeOver
            staff = await session.get_one(Staff, challenge.staff_id)
    except TenantNotReady as no_such_tenant:
        raise ChallengeOver from no_such_tenant
    return ticket, staff


async def _take(session: AsyncSession, ticket: tickets.Ticket, purpose: str, *, now: datetime) -> Challenge:
    """Use up a challenge; of two at once, the second finds it used. Raises `ChallengeOver`, `TenantSuspended`."""
    challenge = await session.get(Challenge, ticket.id, with_for_update=True)
    if challenge is None or not challenge.open(purpose, now):
        raise ChallengeOver
    challenge.used_at = now
    return challenge


async def _let_in(
    session: AsyncSession,
    tenant_key: str,
    staff: Staff,
    proof: str,
    recovery_codes: list[str] | None = None,
    *,
    now: datetime,
) -> SignedIn:
    tenant = await session.get_one(Tenant, tenant_key)
    if tenant.suspended:
        raise TenantSuspended
    person = await session.get_one(Staff, staff.id)
    if not person.active:
        raise ChallengeOver
    person.locked_until = None
    token, started = await sessions.start(session, tenant, staff.id, now=now)
    principal = before_session(tenant_key, staff.id)
    audit.record(
        session,
        principal,
        "sign_in",
        now=now,
        object_kind="session",
        object_id=started.id,
        subject_id=staff.id,
        details={"proof": proof},
    )
    return SignedIn(session_token=token, ends_at=started.ends_at, recovery_codes=recovery_codes or [])


async def request_password_reset(
    entrance: Entrance, command: RequestPasswordReset, *, now: datetime
) -> Accepted:
    """Have a link mailed, if there is such an account; asking often does not mail often."""
    async with entrance.even_time():
        await _have_link_mailed(entrance, command, now=now)
    return Accepted()


async def _have_link_mailed(entrance: Entrance, command: RequestPasswordReset, *, now: datetime) -> None:
    account = await _account(entrance, command.tenant, command.email)
    if account is None or account.suspended:
        return
    async with entrance.enter(command.tenant) as session:
        latest = await session.scalar(
            select(func.max(PasswordReset.requested_at)).where(
                PasswordReset.staff_id == account.staff_id, PasswordReset.used_at.is_(None)
            )
        )
        if latest is not None and now - latest < RESET_INTERVAL:
            return
        invitation = account.password_hash is None
        reset_id = await sessions.ask_for_link(
            session, command.tenant, account.staff_id, invitation=invitation, now=now
        )
        audit.record(
            session,
            before_session(command.tenant, account.staff_id),
            "request_password_reset",
            now=now,
            object_kind="password_reset",
            object_id=reset_id,
            subject_id=account.staff_id,
        )


async def complete_password_reset(
    entrance: Entrance, command: CompletePasswordReset, *, now: datetime
) -> Accepted:
    """Choose a password by a mailed link. Raises `ResetOver`; ends all sessions and any lock-out."""
    ticket = tickets.read(command.token)
    if ticket is None:
        raise ResetOver
    try:
        async with entrance.enter(ticket.tenant) as session:
            staff = await _holder_of(session, ticket, now=now)
            weakness = passwords.weakness(
                command.password, own_words=(staff.name, staff.email.split("@", 1)[0])
            )
            if weakness:
                raise Invalid({"password": weakness})
        password_hash = await passwords.hashed(command.password)
        async with entrance.enter(ticket.tenant) as session:
            staff = await _holder_of(session, ticket, now=now)
            await session.execute(
                update(PasswordReset).where(PasswordReset.id == ticket.id).values(used_at=now)
            )
            await sessions.keep_password(session, staff.id, password_hash, now=now)
            await sessions.end_all(session, ticket.tenant, staff.id, "password_reset", now=now)
            staff.locked_until = None
            staff.prove("email", now=now)  # the link came there, and only there
            publish(
                session, StaffChanged(id=uuid7(), occurred_at=now, tenant=ticket.tenant, user_id=staff.id)
            )
            audit.record(
                session,
                before_session(ticket.tenant, staff.id),
                "complete_password_reset",
                now=now,
                object_kind="staff",
                object_id=staff.id,
                subject_id=staff.id,
            )
    except TenantNotReady as no_such_tenant:
        raise ResetOver from no_such_tenant
    await entrance.forget_attempts(ticket.tenant, name_of(staff.email))
    return Accepted()


async def _holder_of(session: AsyncSession, ticket: tickets.Ticket, *, now: datetime) -> Staff:
    """Whose link it is, locked for this transaction; raises `ResetOver`."""
    reset = await session.get(PasswordReset, ticket.id, with_for_update=True)
    if reset is None or not ticket.fits(reset.digest) or not reset.open(now):
        raise ResetOver
    staff = await session.get_one(Staff, reset.staff_id)
    if not staff.active:
        raise ResetOver
    return staff
