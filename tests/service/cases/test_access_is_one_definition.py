"""List, search, tasks and detail agree on what may be seen, and all agree with the rule in plain words.

A property test on a real database: random grants with their times, blocks, teams, compartments, roles and clocks.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.dossiers.access import ReadOnly, dossier_in_sight
from services.cases.dossiers.deadlines import Due
from services.cases.dossiers.models import ConflictBlock, Dossier, Grant, Task
from services.cases.dossiers.queries import (
    accessible_dossiers,
    dossier_by_id,
    dossier_page,
    search_dossiers,
    task_page,
)
from shared.auth import Compartment, Permission, Principal
from shared.contracts.cases import AccessView, DossierPage, DossierView, SearchDossiers
from shared.contracts.dossier_access import AskAccess
from shared.contracts.tasks import TaskPage
from shared.db import uuid7
from shared.errors import NotFound
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DOSSIERS = tuple(uuid7() for _ in range(4))
USERS = tuple(uuid7() for _ in range(2))
TEAMS = tuple(uuid7() for _ in range(2))
RANK = ("holder", "substitute", "grant", "team", "break_glass")

hours = st.integers(-3, 3).map(lambda number: NOON + timedelta(hours=number))


class Given(Struct, frozen=True):
    """A grant as the test draws it; `who` is a user, or a team for the ground team."""

    dossier: UUID
    ground: str
    who: UUID
    may_write: bool
    starts_at: datetime
    ends_at: datetime | None


@st.composite
def grants(draw: st.DrawFn) -> Given:
    ground = draw(st.sampled_from(RANK))
    must_end = ground in ("substitute", "break_glass")
    return Given(
        dossier=draw(st.sampled_from(DOSSIERS)),
        ground=ground,
        who=draw(st.sampled_from(TEAMS if ground == "team" else USERS)),
        may_write=ground != "break_glass" and draw(st.booleans()),
        starts_at=draw(hours),
        ends_at=draw(hours if must_end else st.none() | hours),
    )


blocks = st.frozensets(st.tuples(st.sampled_from(DOSSIERS), st.sampled_from(USERS)), max_size=3)
callers = st.builds(
    lambda user, teams, cares, supervises: principal(
        "of_the_test",
        Permission.DOSSIER_READ,
        *([Permission.DOSSIER_SUPERVISE] if supervises else []),
        compartments=(Compartment.POL_CARE, Compartment.SOC_AID) if cares else (Compartment.SOC_AID,),
        teams=teams,
        user_id=user,
    ),
    st.sampled_from(USERS),
    st.frozensets(st.sampled_from(TEAMS)),
    st.sampled_from([True, True, True, False]),
    st.sampled_from([False, False, True]),
)


def rule(
    dossier: UUID,
    who: Principal,
    given_: Sequence[Given],
    blocked: frozenset[tuple[UUID, UUID]],
    now: datetime,
) -> AccessView | None:
    """The same in plain words: how the caller may see the dossier, or None."""
    if Compartment.POL_CARE not in who.compartments or (dossier, who.user_id) in blocked:
        return None
    live = [
        each
        for each in given_
        if each.dossier == dossier
        and (each.who == who.user_id or each.who in who.teams)
        and each.starts_at <= now
        and (each.ends_at is None or now < each.ends_at)
    ]
    never = NOON + timedelta(days=99)
    best = min(
        live,
        key=lambda each: (not each.may_write, RANK.index(each.ground), never - (each.ends_at or never)),
        default=None,
    )
    if Permission.DOSSIER_SUPERVISE in who.permissions and (best is None or best.ground == "break_glass"):
        return AccessView(ground="supervision", may_write=False)
    if best is None:
        return None
    return AccessView(ground=best.ground, may_write=best.may_write, ends_at=best.ends_at)


class Undo(Exception):
    """Leaves the transaction of an example without a trace."""


async def lay_out(
    session: AsyncSession, given_: Sequence[Given], blocked: frozenset[tuple[UUID, UUID]]
) -> None:
    author = uuid7()
    for number, dossier_id in enumerate(DOSSIERS):
        dossier = Dossier.open(
            kind="victim_support", number=f"SPOT-2026-{number:04}", incident_type="fire", holder=author, by=author,
            at=NOON, now=NOON, place="", pv_number="", summary="",
        )  # fmt: skip
        dossier.id = dossier_id
        session.add(dossier)
        session.add(
            Task.plan(dossier_id, "own", Due(NOON.date(), {}), assignee=None, compulsory=False, at=NOON)
        )
    await session.flush()
    for each in given_:
        session.add(
            Grant(
                id=uuid7(), dossier_id=each.dossier, ground=each.ground, may_write=each.may_write,
                user_id=None if each.ground == "team" else each.who,
                team_id=each.who if each.ground == "team" else None,
                starts_at=each.starts_at, ends_at=each.ends_at, granted_by=author,
            )
        )  # fmt: skip
    for dossier_id, user_id in blocked:
        session.add(
            ConflictBlock(
                id=uuid7(), dossier_id=dossier_id, user_id=user_id, reason="related", declared_at=NOON,
                declared_by=author,
            )
        )  # fmt: skip
    await session.flush()


def decoded(answer: object, kind: type[DossierView] | type[DossierPage] | type[TaskPage]) -> object:
    """What goes out over HTTP, read back strictly."""
    return msgspec.json.decode(msgspec.json.encode(answer), type=kind)


async def detail(session: AsyncSession, who: Principal, dossier_id: UUID, now: datetime) -> AccessView | None:
    try:
        view = decoded(await dossier_by_id(session, who, dossier_id, now=now), DossierView)
    except NotFound:
        return None
    assert isinstance(view, DossierView)
    return view.access


async def for_writing(session: AsyncSession, who: Principal, dossier_id: UUID, now: datetime) -> bool | None:
    try:
        await dossier_in_sight(session, who, dossier_id, now=now, to_write=True)
    except NotFound:
        return None
    except ReadOnly:
        return False
    return True


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_=st.lists(grants(), max_size=8), blocked=blocks, who=callers, now=hours)
async def test_what_is_listed_is_what_can_be_opened_is_what_the_rule_says(
    cases: ServiceUnderTest,
    tenant: str,
    given_: list[Given],
    blocked: frozenset[tuple[UUID, UUID]],
    who: Principal,
    now: datetime,
) -> None:
    expected = {each: rule(each, who, given_, blocked, now) for each in DOSSIERS}
    visible = {each for each in DOSSIERS if expected[each] is not None}

    with suppress(Undo):
        async with cases.transaction(tenant) as session:
            await lay_out(session, given_, blocked)

            page = decoded(await dossier_page(session, who, now=now), DossierPage)
            wish = SearchDossiers(search="spot-2026")
            found = decoded(await search_dossiers(session, who, wish, now=now), DossierPage)
            tasks = decoded(await task_page(session, who, "team", now=now), TaskPage)
            assert isinstance(page, DossierPage)
            assert isinstance(found, DossierPage)
            assert isinstance(tasks, TaskPage)

            assert {each: await detail(session, who, each, now) for each in DOSSIERS} == expected
            assert {line.dossier_id for line in page.lines} == visible
            assert page.count == len(visible)
            assert found == page
            assert {task.dossier_id for task in tasks.tasks} == visible
            writable = {each: await for_writing(session, who, each, now) for each in DOSSIERS}
            assert writable == {each: view and view.may_write for each, view in expected.items()}
            told = await accessible_dossiers(session, who, AskAccess(dossier_ids=list(DOSSIERS)), now=now)
            by_break_glass = {
                each for each, view in expected.items() if view and view.ground == "break_glass"
            }
            assert {each.dossier_id for each in told} == visible
            assert {each.dossier_id for each in told if not each.may_read} == by_break_glass
            assert {each.dossier_id for each in told if each.may_write} == {
                each for each, may in writable.items() if may
            }
            raise Undo
