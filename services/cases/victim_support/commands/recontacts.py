"""What a re-contact brings about: an attempt more, a referral, a new PV, a warning; and the tenant's own days."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers import commands as dossiers
from services.cases.dossiers.calendar import working_days_here
from services.cases.dossiers.deadlines import Due, local_day, next_working_day, working_days
from services.cases.dossiers.models import ATTEMPTS, Dossier, Entry, Task
from services.cases.dossiers.people import DossierPerson
from services.cases.victim_support.acts import check_codes, is_minor, person_here
from services.cases.victim_support.models import Consent, OwnRecontactRule
from services.cases.victim_support.opening import require_type
from services.cases.victim_support.recontact_plan import line_for
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.aftercare import CONSENT_WAYS, RecontactRuleSet, SetRecontactRule
from shared.contracts.cases import ContactUnsafe, RiskIncreased
from shared.contracts.tasks import CompleteTask, TaskRef
from shared.db import uuid7
from shared.errors import Invalid
from shared.outbox import publish

REFERRAL_WORKING_DAYS = 2
"""How soon a referral leaves after the consent (`domain.md` 1.8: a default, not law)."""
_FARTHEST = timedelta(days=730)


async def complete_task(
    session: AsyncSession, principal: Principal, command: CompleteTask, task_id: UUID, *, now: datetime
) -> TaskRef:
    """Any task with its result; of a re-contact the result has consequences, in the same step."""
    principal.require(Permission.DOSSIER_WRITE)
    check_codes(("consent_way", command.consent_way, CONSENT_WAYS))
    done = await dossiers.complete_task(session, principal, command, task_id, now=now)
    task = await session.get_one(Task, task_id)
    follow = _FOLLOWS.get(command.result) if task.kind == "recontact" else None
    if follow is not None:
        dossier = await session.get_one(Dossier, task.dossier_id)
        await follow(session, principal, command, dossier, task, now=now)
    return done


Follow = Callable[..., Awaitable[None]]


async def _referral_wanted(
    session: AsyncSession,
    principal: Principal,
    command: CompleteTask,
    dossier: Dossier,
    task: Task,
    *,
    now: datetime,
) -> None:
    """A task to refer, and the consent: of whom, when, for a minor by whom; unknown yet when nobody is named."""
    today, given_by = local_day(now), None
    if command.person_id is not None:
        person = await person_here(session, dossier, command.person_id, "person_id")
        given_by = command.consent_by or person.id
        if command.consent_by is not None:
            giver = await person_here(session, dossier, command.consent_by, "consent_by")
            if await is_minor(session, dossier, giver, today):
                raise Invalid({"consent_by": "minor_cannot"})
        elif await is_minor(session, dossier, person, today):
            raise Invalid({"consent_by": "minor_cannot"})
    session.add(
        Consent.record(
            dossier.id,
            "referral_caw",
            "given" if given_by else "pending",
            on=today,
            by=principal.user_id,
            at=now,
            person_id=command.person_id,
            given_by=given_by,
            way=command.consent_way,
        )
    )
    due = working_days(now, REFERRAL_WORKING_DAYS, await working_days_here(session))
    session.add(_plan(dossier, "referral", due, task.assignee, compulsory=False, now=now))


async def _refused(
    session: AsyncSession,
    principal: Principal,
    command: CompleteTask,
    dossier: Dossier,
    task: Task,
    *,
    now: datetime,
) -> None:
    """Offered, refused, the day; and never why."""
    session.add(
        Consent.record(
            dossier.id,
            "referral_caw",
            "refused",
            on=local_day(now),
            by=principal.user_id,
            at=now,
            person_id=command.person_id,
        )
    )


async def _not_reached(
    session: AsyncSession,
    principal: Principal,
    command: CompleteTask,
    dossier: Dossier,
    task: Task,
    *,
    now: datetime,
) -> None:
    """After the last attempt the team decides; what the law wants stays compulsory until then."""
    if task.attempt < ATTEMPTS:
        return
    due = next_working_day(now, await working_days_here(session))
    due = Due(due.on, {**due.why, "after": "not_reached", "attempt": str(task.attempt)}, due.at)
    session.add(_plan(dossier, "decide_contact", due, None, compulsory=task.compulsory, now=now))


async def _moved(
    session: AsyncSession,
    principal: Principal,
    command: CompleteTask,
    dossier: Dossier,
    task: Task,
    *,
    now: datetime,
) -> None:
    """Somebody finds the new address; what the law wants is not done by a move."""
    due = next_working_day(now, await working_days_here(session))
    session.add(_plan(dossier, "new_address", due, task.assignee, compulsory=task.compulsory, now=now))


async def _unsafe(
    session: AsyncSession,
    principal: Principal,
    command: CompleteTask,
    dossier: Dossier,
    task: Task,
    *,
    now: datetime,
) -> None:
    """No letters and no voicemail from now on; the coordinators hear it and decide how to go on."""
    await _block_letters(session, principal, dossier, command.person_id, now=now)
    due = next_working_day(now, await working_days_here(session))
    session.add(_plan(dossier, "decide_contact", due, None, compulsory=task.compulsory, now=now))
    publish(
        session,
        ContactUnsafe(
            id=uuid7(),
            occurred_at=now,
            tenant=principal.tenant,
            actor=principal.user_id,
            dossier_id=dossier.id,
            task_id=task.id,
            holder=dossier.holder,
        ),
    )


async def _block_letters(
    session: AsyncSession, principal: Principal, dossier: Dossier, person_id: UUID | None, *, now: datetime
) -> None:
    """In the safe contact of the person, or of every victim here when nobody is named."""
    whom = DossierPerson.role == "victim" if person_id is None else DossierPerson.person_id == person_id
    for here in await session.scalars(
        select(DossierPerson).where(
            DossierPerson.dossier_id == dossier.id, DossierPerson.removed_at.is_(None), whom
        )
    ):
        here.next_version(here.version, by=principal.user_id, at=now)
        here.rules = msgspec.structs.replace(here.rules, no_letters=True, no_voicemail=True)
    session.add(Entry.system(dossier.id, "letters_blocked", at=now, by=principal.user_id))


async def _new_facts(
    session: AsyncSession,
    principal: Principal,
    command: CompleteTask,
    dossier: Dossier,
    task: Task,
    *,
    now: datetime,
) -> None:
    due = next_working_day(now, await working_days_here(session))
    session.add(_plan(dossier, "new_pv", due, task.assignee, compulsory=True, now=now))


async def _risk_increased(
    session: AsyncSession,
    principal: Principal,
    command: CompleteTask,
    dossier: Dossier,
    task: Task,
    *,
    now: datetime,
) -> None:
    """The coordinators and the officer on duty hear it at once; the official assessment is done again."""
    due = next_working_day(now, await working_days_here(session))
    session.add(_plan(dossier, "risk_review", due, task.assignee, compulsory=True, now=now))
    session.add(Entry.system(dossier.id, "risk_alerted", at=now, by=principal.user_id))
    publish(
        session,
        RiskIncreased(
            id=uuid7(),
            occurred_at=now,
            tenant=principal.tenant,
            actor=principal.user_id,
            dossier_id=dossier.id,
            task_id=task.id,
            incident_type=dossier.incident_type,
            holder=dossier.holder,
        ),
    )


_FOLLOWS: dict[str, Follow] = {
    "reached_referral_wanted": _referral_wanted,
    "refused": _refused,
    "not_reached": _not_reached,
    "moved": _moved,
    "unsafe_to_contact": _unsafe,
    "new_facts": _new_facts,
    "risk_increased": _risk_increased,
}


def _plan(
    dossier: Dossier, kind: str, due: Due, assignee: UUID | None, *, compulsory: bool, now: datetime
) -> Task:
    return Task.plan(dossier.id, kind, due, assignee=assignee, compulsory=compulsory, at=now)


async def set_recontact_rule(
    session: AsyncSession, principal: Principal, command: SetRecontactRule, *, now: datetime
) -> RecontactRuleSet:
    """The tenant's own days for a type. What the law makes compulsory keeps at least one; what is planned stays."""
    principal.require(Permission.TENANT_MANAGE)
    days, today = sorted(set(command.days)), local_day(now)
    line = line_for(command.incident_type, command.valid_from)
    await require_type(session, command.incident_type, now=now)
    if command.valid_from < today:
        raise Invalid({"valid_from": "in_the_past"})
    if command.valid_from > today + _FARTHEST:
        raise Invalid({"valid_from": "too_far"})
    if line is not None and line.compulsory and not days:
        raise Invalid({"days": "compulsory"})
    rule = OwnRecontactRule(
        id=uuid7(),
        incident_type=command.incident_type,
        days=days,
        valid_from=command.valid_from,
        set_at=now,
        set_by=principal.user_id,
    )
    session.add(rule)
    audit.record(
        session,
        principal,
        "set_recontact_rule",
        now=now,
        object_kind="recontact_rule",
        object_id=rule.id,
        details={"incident_type": command.incident_type, "days": " ".join(map(str, days))},
    )
    return RecontactRuleSet(incident_type=command.incident_type, days=days, valid_from=command.valid_from)
