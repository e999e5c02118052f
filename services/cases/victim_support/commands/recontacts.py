"""What a re-contact brings about: an attempt more, a referral, a new PV, a warning; and the tenant's own days."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers import commands as dossiers
from services.cases.dossiers.calendar import working_days_here
from services.cases.dossiers.deadlines import local_day, next_working_day, working_days
from services.cases.dossiers.models import ATTEMPTS, Dossier, Entry, Task
from services.cases.dossiers.people import DossierPerson
from services.cases.victim_support.acts import announce_consent, check_codes, is_minor, person_here
from services.cases.victim_support.models import Consent, OwnRecontactRule
from services.cases.victim_support.opening import require_type
from services.cases.victim_support.recontact_plan import is_duty
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
        if command.person_id is not None:
            await person_here(session, dossier, command.person_id, "person_id")
        await follow(_Made(session, principal, command, dossier, task, now))
    return done


@dataclass(frozen=True)
class _Made:
    """A re-contact that was made, or tried."""

    session: AsyncSession
    principal: Principal
    command: CompleteTask
    dossier: Dossier
    task: Task
    now: datetime

    @property
    def whom(self) -> UUID | None:
        """Who is named, else the victim whose re-contact it was."""
        return self.command.person_id or (UUID(self.task.why["of"]) if "of" in self.task.why else None)

    async def plan(
        self, kind: str, *, assignee: UUID | None, compulsory: bool, within: int = 1, **why: str
    ) -> None:
        """What follows, in so many working days."""
        working = await working_days_here(self.session)
        due = next_working_day(self.now, working) if within == 1 else working_days(self.now, within, working)
        task = Task.plan(self.dossier.id, kind, due, assignee=assignee, compulsory=compulsory, at=self.now)
        task.why = task.why | why | ({"of": str(self.whom)} if self.whom else {})
        self.session.add(task)

    def consent(self, state: str, given_by: UUID | None = None, way: str = "") -> None:
        """To a referral, as it stands today."""
        consent = Consent.record(
            self.dossier.id,
            "referral_caw",
            state,
            on=local_day(self.now),
            by=self.principal.user_id,
            at=self.now,
            person_id=self.whom,
            given_by=given_by,
            way=way,
        )
        self.session.add(consent)
        announce_consent(
            self.session, self.principal.tenant, consent, by=self.principal.user_id, now=self.now
        )


async def _referral_wanted(made: _Made) -> None:
    """A task to refer, and the consent: of whom, when, for a minor by whom; unknown yet when nobody is named."""
    command, today, giver = made.command, local_day(made.now), None
    if command.person_id is not None:
        giver = await person_here(made.session, made.dossier, command.person_id, "person_id")
        if command.consent_by is not None:
            giver = await person_here(made.session, made.dossier, command.consent_by, "consent_by")
        if await is_minor(made.session, made.dossier, giver, today):
            raise Invalid({"consent_by": "minor_cannot"})
    made.consent("given" if giver else "pending", giver.id if giver else None, command.consent_way)
    await made.plan("referral", assignee=made.task.assignee, compulsory=False, within=REFERRAL_WORKING_DAYS)


async def _refused(made: _Made) -> None:
    """Offered, refused, the day; and never why."""
    made.consent("refused")


async def _not_reached(made: _Made) -> None:
    """After the last attempt the team decides; what the law wants stays compulsory until then."""
    task = made.task
    if task.attempt >= ATTEMPTS:
        await made.plan(
            "decide_contact",
            assignee=None,
            compulsory=task.compulsory,
            after="not_reached",
            attempt=str(task.attempt),
        )


async def _moved(made: _Made) -> None:
    """Somebody finds the new address; what the law wants is not done by a move."""
    await made.plan("new_address", assignee=made.task.assignee, compulsory=made.task.compulsory)


async def _unsafe(made: _Made) -> None:
    """No letters and no voicemail from now on; the coordinators hear it and decide how to go on."""
    await _block_letters(made)
    await made.plan("decide_contact", assignee=None, compulsory=made.task.compulsory)
    publish(
        made.session,
        ContactUnsafe(
            id=uuid7(),
            occurred_at=made.now,
            tenant=made.principal.tenant,
            actor=made.principal.user_id,
            dossier_id=made.dossier.id,
            task_id=made.task.id,
            holder=made.dossier.holder,
        ),
    )


async def _block_letters(made: _Made) -> None:
    """In the safe contact of the person, or of every victim here when nobody is named."""
    whom = DossierPerson.role == "victim" if made.whom is None else DossierPerson.person_id == made.whom
    for here in await made.session.scalars(
        select(DossierPerson).where(
            DossierPerson.dossier_id == made.dossier.id, DossierPerson.removed_at.is_(None), whom
        )
    ):
        here.next_version(here.version, by=made.principal.user_id, at=made.now)
        here.rules = msgspec.structs.replace(here.rules, no_letters=True, no_voicemail=True)
    made.session.add(Entry.system(made.dossier.id, "letters_blocked", at=made.now, by=made.principal.user_id))


async def _new_facts(made: _Made) -> None:
    await made.plan("new_pv", assignee=made.task.assignee, compulsory=True)


async def _risk_increased(made: _Made) -> None:
    """The coordinators and the officer on duty hear it at once; the official assessment is done again."""
    await made.plan("risk_review", assignee=made.task.assignee, compulsory=True)
    made.session.add(Entry.system(made.dossier.id, "risk_alerted", at=made.now, by=made.principal.user_id))
    publish(
        made.session,
        RiskIncreased(
            id=uuid7(),
            occurred_at=made.now,
            tenant=made.principal.tenant,
            actor=made.principal.user_id,
            dossier_id=made.dossier.id,
            task_id=made.task.id,
            incident_type=made.dossier.incident_type,
            holder=made.dossier.holder,
        ),
    )


_FOLLOWS: dict[str, Callable[[_Made], Awaitable[None]]] = {
    "reached_referral_wanted": _referral_wanted,
    "refused": _refused,
    "not_reached": _not_reached,
    "moved": _moved,
    "unsafe_to_contact": _unsafe,
    "new_facts": _new_facts,
    "risk_increased": _risk_increased,
}


async def set_recontact_rule(
    session: AsyncSession, principal: Principal, command: SetRecontactRule, *, now: datetime
) -> RecontactRuleSet:
    """The tenant's own days for a type. What the law makes compulsory keeps at least one; what is planned stays."""
    principal.require(Permission.TENANT_MANAGE)
    days, today = sorted(set(command.days)), local_day(now)
    await require_type(session, command.incident_type, now=now)
    if command.valid_from < today:
        raise Invalid({"valid_from": "in_the_past"})
    if command.valid_from > today + _FARTHEST:
        raise Invalid({"valid_from": "too_far"})
    if not days and is_duty(command.incident_type, command.valid_from):
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
