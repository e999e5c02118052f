"""People who asked nothing and are looked for: one with a next visit, one at the end of his ladder, one who said no."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.demo.workshop import Cast, Workshop, at
from services.cases.outreach import commands
from services.cases.outreach.models import Ladder
from shared import outbox, timers
from shared.contracts.outreach import AddSignal, Decide, NoteAttempt, Signaller, TakeSignal
from shared.periods import BRUSSELS


class _Told(msgspec.Struct, frozen=True):
    """A signal so many days ago, and each attempt after it: days ago, hour, way, result and what was seen."""

    ago: int
    signal: TakeSignal
    attempts: list[tuple[int, time, str, str, list[str]]] = []
    go_on: str = ""
    again: AddSignal | None = None


_STREET = {"kortrijk": "Kortrijk", "ocmw_zoersel": "Zoersel"}


def _stories(municipality: str) -> Iterator[_Told]:
    yield _Told(
        ago=9,
        signal=TakeSignal(
            place=f"Zandstraat 8, {municipality}",
            last_name="Peeters",
            signal=AddSignal(
                source="private",
                seen=["not_seen", "mailbox_full", "shutters_closed"],
                facts="Sinds de zomer alleen. De rolluiken zijn al twee weken dicht; 's avonds brandt er licht.",
            ),
        ),
        attempts=[(3, time(10, 20), "visit", "nobody_home", ["mailbox_full"])],
        again=AddSignal(
            source="private",
            seen=["no_visitors"],
            signaller=Signaller(name="Mevrouw Baert", reach="0470 00 00 91"),
        ),
    )
    yield _Told(
        ago=40,
        signal=TakeSignal(
            place=f"Kerkplein 3, bus 4, {municipality}",
            signal=AddSignal(
                source="service",
                seen=["no_heating", "asks_for_food"],
                facts="Vroeg in de winkel om brood op de poef. Zei dat de verwarming niet werkt.",
            ),
        ),
        attempts=[
            (35, time(9, 40), "visit", "nobody_home", []),
            (30, time(14, 10), "visit", "card_left", ["no_heating"]),
            (21, time(17, 20), "visit", "seen_not_spoken", []),
            (15, time(11, 0), "visit", "nobody_home", []),
            (9, time(15, 30), "visit", "nobody_home", ["mailbox_full"]),
            (1, time(17, 45), "visit", "card_left", []),
        ],
        go_on="Het vriest deze week en er is geen verwarming; een brief ging nog niet.",
    )
    yield _Told(
        ago=5,
        signal=TakeSignal(
            place=f"Molenweg 21, {municipality}",
            first_name="Godelieve",
            last_name="Maes",
            signal=AddSignal(source="own", seen=["rubbish", "no_visitors"]),
        ),
        attempts=[(1, time(14, 0), "visit", "refused", [])],
    )


async def look_for(workshop: Workshop, cast: Cast, *, now: datetime) -> None:
    """By the first social worker who signs in; nothing when anybody is looked for already."""
    worker = next(each for each in cast.with_role("social_worker") if cast.person(each).signs_in)
    async with workshop.transaction("cases", cast.tenant.key) as session:
        if await session.scalar(select(Ladder.dossier_id).limit(1)) is not None:
            return
        for told in _stories(_STREET[cast.tenant.key]):
            await _happen(session, cast, worker, told, now=now)
        # what was due in the past is told to nobody now
        outbox.withhold(session)
        timers.withhold(session)


async def _happen(session: AsyncSession, cast: Cast, worker: UUID, told: _Told, *, now: datetime) -> None:
    today = now.astimezone(BRUSSELS).date()

    def moment(ago: int, clock: time) -> datetime:
        return at(today - timedelta(days=ago), clock)

    def who(when: datetime) -> Any:
        return cast.principal(worker, now=when)

    began = moment(told.ago, time(9, 15))
    ref = await commands.take_signal(session, who(began), told.signal, now=began)
    last = began
    for ago, clock, way, result, seen in told.attempts:
        last = moment(ago, clock)
        version = (await session.get_one(Ladder, ref.dossier_id)).version
        command = NoteAttempt(version=version, way=way, result=result, at=last, seen=seen)
        await commands.note_attempt(session, who(last), command, ref.dossier_id, now=last)
        await session.flush()
    if told.again is not None:
        heard = moment(1, time(16, 30))
        await commands.add_signal(session, who(heard), told.again, ref.dossier_id, now=heard)
    if told.go_on:
        asked = last + timedelta(hours=1)
        version = (await session.get_one(Ladder, ref.dossier_id)).version
        proposal = Decide(version=version, kind="go_on", reason=told.go_on)
        await commands.decide(session, who(asked), proposal, ref.dossier_id, now=asked)
