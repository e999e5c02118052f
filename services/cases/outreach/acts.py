"""What the acts of outreach share: the ladder that is held, its next step as a task, and how it ends."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import dossier_in_sight
from services.cases.dossiers.calendar import working_days_here
from services.cases.dossiers.changes import note_change
from services.cases.dossiers.deadlines import Due, end_of_day, local_day, next_working_day
from services.cases.dossiers.models import Dossier, Entry, Task
from services.cases.dossiers.people import DossierPerson, Phone
from services.cases.dossiers.plain_facts import check_facts
from services.cases.outreach.ladder import LadderLine, Next, Reach, Stopped, ladder_on, next_step
from services.cases.outreach.models import Attempt, Decision, Ladder, Signal, SignallerKept
from shared.auth import Principal
from shared.contracts.outreach import SEEN, TASKS_OF_OUTREACH, OutreachRef
from shared.db import uuid7
from shared.errors import Invalid, NotFound

_KEPT_AFTER_THE_STOP = ("outreach_hear_back",)


async def ladder_held(
    session: AsyncSession, principal: Principal, dossier_id: UUID, *, now: datetime, to_write: bool = True
) -> tuple[Dossier, Ladder]:
    """The dossier and its ladder, both held. `NotFound` alike where there is none and where it is out of sight."""
    dossier = await dossier_in_sight(
        session, principal, dossier_id, now=now, to_write=to_write, before_contact=True
    )
    ladder = await session.get(Ladder, dossier.id, populate_existing=True)
    if ladder is None:
        raise NotFound
    return dossier, ladder


def line_of(ladder: Ladder) -> LadderLine:
    """The practice of the day of its first signal, also when it changes meanwhile."""
    return ladder_on(local_day(ladder.signalled_at))


async def attempts_of(session: AsyncSession, dossier_id: UUID) -> Sequence[Attempt]:
    found = await session.scalars(
        select(Attempt).where(Attempt.dossier_id == dossier_id).order_by(Attempt.noted_at, Attempt.id)
    )
    return found.all()


async def step_of(session: AsyncSession, ladder: Ladder) -> Next | Stopped:
    """What comes next, from everything that was tried."""
    attempts = await attempts_of(session, ladder.dossier_id)
    tried = [each.tried for each in attempts]
    return next_step(
        line_of(ladder),
        tried[ladder.resumed_after :],
        before=tried[: ladder.resumed_after],
        since=ladder.resumed_at or ladder.signalled_at,
        again=ladder.rounds > 0,
        reach=await _reach_of(session, ladder.dossier_id),
        working=await working_days_here(session),
    )


async def _reach_of(session: AsyncSession, dossier_id: UUID) -> Reach:
    """Of the person who is looked for: the client, or who came into the dossier first."""
    here = await session.scalar(
        select(DossierPerson)
        .where(DossierPerson.dossier_id == dossier_id, DossierPerson.removed_at.is_(None))
        .order_by((DossierPerson.role == "client").desc(), DossierPerson.added_at, DossierPerson.person_id)
        .limit(1)
    )
    if here is None:
        return Reach()
    known = await session.scalar(
        select(Phone.id).where(Phone.dossier_id == dossier_id, Phone.person_id == here.person_id).limit(1)
    )
    return Reach(here.rules, phone=known is not None)


async def go_on(session: AsyncSession, dossier: Dossier, ladder: Ladder, *, by: UUID, now: datetime) -> None:
    """The next step as a task of the holder; or it stops, says why, and asks one decision."""
    await session.flush()
    await end_tasks(session, dossier, by=by, now=now)
    step = await step_of(session, ladder)
    if isinstance(step, Next):
        ladder.state, ladder.stopped_why = "open", ""
        due = Due(step.on, step.why, end_of_day(step.on))
        session.add(
            Task.plan(
                dossier.id, f"outreach_{step.way}", due, assignee=dossier.holder, compulsory=False, at=now
            )
        )
        return
    ladder.state, ladder.stopped_why = "asked", step.why
    session.add(Entry.system(dossier.id, "outreach_stopped", at=now, by=by, stopped=step.why))
    await ask(session, dossier, "outreach_decision", dossier.holder, now=now)


async def ask(
    session: AsyncSession, dossier: Dossier, kind: str, assignee: UUID | None, *, now: datetime, of: str = ""
) -> None:
    """A task that must be done by the end of the next working day."""
    due = next_working_day(now, await working_days_here(session))
    task = Task.plan(dossier.id, kind, due, assignee=assignee, compulsory=True, at=now)
    task.why = {**task.why, "of": of} if of else task.why
    session.add(task)


async def end_tasks(
    session: AsyncSession, dossier: Dossier, *kinds: str, by: UUID, now: datetime, result: str = "done"
) -> None:
    """Those of these kinds, or all of the ladder but hearing back."""
    ending = kinds or tuple(kind for kind in TASKS_OF_OUTREACH if kind not in _KEPT_AFTER_THE_STOP)
    for task in await session.scalars(
        select(Task).where(Task.dossier_id == dossier.id, Task.state == "open", Task.kind.in_(ending))
    ):
        task.complete(result, by=by, at=now)


async def lapse(session: AsyncSession, dossier: Dossier, *kinds: str) -> None:
    """Proposals that nobody answered count no more."""
    await session.execute(
        update(Decision)
        .where(Decision.dossier_id == dossier.id, Decision.state == "proposed", Decision.kind.in_(kinds))
        .values(state="lapsed")
    )


async def made_contact(
    session: AsyncSession, dossier: Dossier, ladder: Ladder, *, at: datetime, by: UUID, now: datetime
) -> None:
    """Somebody spoke with him: from here on it is a dossier as any other."""
    dossier.contact_made_at = at
    ladder.state, ladder.stopped_why = "contact", ""
    await end_tasks(session, dossier, by=by, now=now)
    await lapse(session, dossier, "go_on", "ask_partner")
    session.add(Entry.system(dossier.id, "outreach_contact", at=at, by=by))


async def stop(
    session: AsyncSession, dossier: Dossier, ladder: Ladder, why: str, *, by: UUID, now: datetime
) -> None:
    """Nobody looks for him any more: the dossier closes, and who told of it is forgotten."""
    ladder.state, ladder.stopped_why = "stopped", why
    await end_tasks(session, dossier, *TASKS_OF_OUTREACH, by=by, now=now)
    await lapse(session, dossier, "go_on", "ask_partner")
    signals = select(Signal.id).where(Signal.dossier_id == dossier.id)
    await session.execute(delete(SignallerKept).where(SignallerKept.signal_id.in_(signals)))
    dossier.close(dossier.version, by=by, at=now)
    session.add(Entry.system(dossier.id, "dossier_closed", at=now, by=by))


async def letter_sent(
    session: AsyncSession, dossier: Dossier, letter_id: UUID, *, sent_at: datetime, by: UUID, now: datetime
) -> None:
    """A letter that leaves before anybody was met is an attempt of the ladder."""
    ladder = await session.get(Ladder, dossier.id, populate_existing=True)
    if ladder is None or ladder.state not in {"open", "danger"}:
        return
    ladder.touch(by=by, at=now)
    session.add(
        Attempt(
            id=uuid7(), dossier_id=dossier.id, way="letter", result="sent", at=sent_at, made_by=by, seen=[], facts="",
            skip_reason="", partner="", basis="", letter_id=letter_id, noted_at=now,
        )
    )  # fmt: skip
    session.add(
        Entry.system(dossier.id, "outreach_attempt", at=sent_at, by=by, sought="letter", attempted="sent")
    )
    if ladder.state == "open":
        await go_on(session, dossier, ladder, by=by, now=now)


def check_seen(seen: Sequence[str], today: date, seen_on: date | None = None, **texts: str) -> None:
    """Raises `Invalid`: only what somebody can see, on a day that has been, and no word of an illness."""
    wrong = {}
    if not set(seen) <= set(SEEN):
        wrong["seen"] = "not_a_choice"
    if seen_on is not None and seen_on > today:
        wrong["seen_on"] = "in_the_future"
    if seen_on is not None and seen_on < today - timedelta(days=366):
        wrong["seen_on"] = "too_far"
    if wrong:
        raise Invalid(wrong)
    check_facts(**texts)


def note_outreach(
    session: AsyncSession,
    principal: Principal,
    dossier: Dossier,
    ladder: Ladder,
    action: str,
    *,
    now: datetime,
    object_kind: str = "ladder",
    object_id: UUID | None = None,
    **details: str,
) -> OutreachRef:
    """What every act leaves behind: an audit row and word to open pages."""
    note_change(
        session, principal, dossier, action, "outreach", now=now, object_kind=object_kind, object_id=object_id,
        details=details,
    )  # fmt: skip
    return OutreachRef(
        dossier_id=dossier.id, number=dossier.number, state=ladder.state, version=ladder.version
    )


async def decision_for(session: AsyncSession, dossier_id: UUID, used: Sequence[Attempt]) -> Decision | None:
    """A ground that a second person confirmed and that no attempt used yet."""
    spent = [each.decision_id for each in used if each.decision_id is not None]
    found: Decision | None = await session.scalar(
        select(Decision)
        .where(
            Decision.dossier_id == dossier_id,
            Decision.kind == "ask_partner",
            Decision.state == "confirmed",
            Decision.id.not_in(spent),
        )
        .order_by(Decision.proposed_at)
        .limit(1)
    )
    return found
