"""An attempt to reach somebody, and what follows from it: the next step, the end of the ladder, or a dossier."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.deadlines import local_day
from services.cases.dossiers.models import Dossier, Entry
from services.cases.outreach.acts import (
    attempts_of,
    check_seen,
    decision_for,
    go_on,
    ladder_held,
    lapse,
    made_contact,
    note_outreach,
)
from services.cases.outreach.models import (
    Attempt,
    GroundNotConfirmed,
    Ladder,
    LadderStopped,
)
from services.cases.victim_support.acts import check_past
from shared.auth import Permission, Principal
from shared.contracts.outreach import (
    ASKING_BASES,
    ATTEMPT_RESULTS,
    OUTREACH_PARTNERS,
    RESULTS_WHENEVER,
    SKIP_REASONS,
    NoteAttempt,
    OutreachRef,
)
from shared.db import uuid7
from shared.errors import Invalid


async def note_attempt(
    session: AsyncSession, principal: Principal, command: NoteAttempt, dossier_id: UUID, *, now: datetime
) -> OutreachRef:
    """Raises `ChangedMeanwhile` when a colleague was there first, `LadderStopped`, `GroundNotConfirmed`, `Invalid`."""
    principal.require(Permission.DOSSIER_WRITE)
    _check(command, now)
    dossier, ladder = await ladder_held(session, principal, dossier_id, now=now)
    if local_day(command.at) < local_day(ladder.signalled_at):
        raise Invalid({"at": "before_the_signal"})
    ladder.step(command.version, by=principal.user_id, at=now)
    if ladder.state in {"asked", "confirming"} and command.result not in RESULTS_WHENEVER:
        raise LadderStopped
    attempt = await _made(session, principal, command, dossier, now=now)
    session.add(attempt)
    what = {"sought": command.way, "attempted": command.result}
    session.add(Entry.system(dossier.id, "outreach_attempt", at=command.at, by=principal.user_id, **what))
    await _follow(session, dossier, ladder, command, by=principal.user_id, now=now)
    return note_outreach(
        session, principal, dossier, ladder, "note_attempt", now=now, object_kind="attempt", object_id=attempt.id,
        way=command.way, result=command.result,
    )  # fmt: skip


async def _follow(
    session: AsyncSession, dossier: Dossier, ladder: Ladder, command: NoteAttempt, *, by: UUID, now: datetime
) -> None:
    """A refusal and a move end it at once; in danger the coordinators decide how it goes on."""
    if command.result == "contact_made":
        await made_contact(session, dossier, ladder, at=command.at, by=by, now=now)
    elif ladder.state != "danger":
        await lapse(session, dossier, "go_on")
        await go_on(session, dossier, ladder, by=by, now=now)


async def _made(
    session: AsyncSession, principal: Principal, command: NoteAttempt, dossier: Dossier, *, now: datetime
) -> Attempt:
    """Raises `GroundNotConfirmed`."""
    decision = None
    if command.basis == "ground":
        decision = await decision_for(session, dossier.id, await attempts_of(session, dossier.id))
        if decision is None:
            raise GroundNotConfirmed
    return Attempt(
        id=uuid7(),
        dossier_id=dossier.id,
        way=command.way,
        result=command.result,
        at=command.at,
        made_by=principal.user_id,
        together_with=command.together_with,
        seen=list(dict.fromkeys(command.seen)),
        facts=command.facts.strip(),
        skip_reason=command.skip_reason,
        partner=command.partner,
        basis=command.basis,
        consent_on=command.consent_on,
        decision_id=decision.id if decision else None,
        noted_at=now,
    )


def _check(command: NoteAttempt, now: datetime) -> None:
    """Raises `Invalid`. A refusal is kept without reason, so nothing may be written with it."""
    wrong: dict[str, str] = {}
    skipped, asked = command.result == "skipped", command.way == "partner" and command.result != "skipped"
    if command.way not in ATTEMPT_RESULTS:
        wrong["way"] = "not_a_choice"
    elif command.result not in ATTEMPT_RESULTS[command.way] or (command.way, command.result) == (
        "letter",
        "sent",
    ):
        wrong["result"] = "not_a_choice"
    if skipped and command.skip_reason not in SKIP_REASONS:
        wrong["skip_reason"] = "required" if not command.skip_reason else "not_a_choice"
    if not skipped and command.skip_reason:
        wrong["skip_reason"] = "not_a_choice"
    if asked and command.partner not in OUTREACH_PARTNERS:
        wrong["partner"] = "required" if not command.partner else "not_a_choice"
    if asked and command.basis not in ASKING_BASES:
        wrong["basis"] = "required" if not command.basis else "not_a_choice"
    if not asked and (command.partner or command.basis):
        wrong["partner"] = "not_a_choice"
    if (command.basis == "consent") != (command.consent_on is not None):
        wrong["consent_on"] = "required" if command.consent_on is None else "not_a_choice"
    if command.result == "refused" and command.facts.strip():
        wrong["facts"] = "no_reason_kept"
    if wrong:
        raise Invalid(wrong)
    check_past(now, at=command.at, consent_on=command.consent_on)
    check_seen(command.seen, local_day(now), facts=command.facts)
