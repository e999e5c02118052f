"""Live updates: who is told what, how little, and when a line ends."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.gateway.live import Line, Live, TooManyPages, concerns, ends, sse_message
from shared.auth import Permission
from shared.contracts.cases import DossierAssigned, DossierChanged
from shared.contracts.event import Event
from shared.contracts.identity import SessionRevoked, StaffDeactivated
from shared.contracts.notifications import DeliveryProgressed, MessagePosted
from shared.contracts.referrals import MapImportProgressed
from shared.contracts.rostering import CallOutRinging, RosterChanged

ME, SOMEBODY, SESSION, DOSSIER = uuid4(), uuid4(), uuid4(), uuid4()


def line(
    permissions: frozenset[str] = frozenset(),
    watch: UUID | None = None,
    tenant: str = "pz_aalst",
    since: float = 0,
) -> Line:
    return Line(
        tenant=tenant, user_id=ME, session_id=SESSION, permissions=permissions, watch=watch, since=since
    )


def event(struct: type[Event], **facts: Any) -> Any:
    head = {"id": uuid4(), "occurred_at": datetime.now(UTC), "tenant": "pz_aalst"}
    return struct(**{**head, **facts})


def ringing(user_id: UUID) -> CallOutRinging:
    facts = {"level": "primary", "incident_type": "fire", "urgency": "now", "answer_by": datetime.now(UTC)}
    told: CallOutRinging = event(
        CallOutRinging, call_out_id=uuid4(), attempt_id=uuid4(), user_id=user_id, **facts
    )
    return told


SMS_ARRIVED = event(
    DeliveryProgressed, user_id=ME, channel="sms", kind="call_out_ringing", ref=uuid4(), state="delivered"
)

IMPORTED = event(MapImportProgressed, import_id=uuid4(), state="done")


@pytest.mark.parametrize(
    ("told", "to", "told_of_it"),
    [
        (event(MessagePosted, message_id=uuid4(), user_id=ME, kind="x"), line(), True),
        (event(MessagePosted, message_id=uuid4(), user_id=SOMEBODY, kind="x"), line(), False),
        (SMS_ARRIVED, line(frozenset({Permission.CALL_OUT_REQUEST})), True),
        (SMS_ARRIVED, line(frozenset(Permission) - {Permission.CALL_OUT_REQUEST}), False),
        (event(DossierChanged, dossier_id=DOSSIER, what="entry"), line(watch=DOSSIER), True),
        (event(DossierChanged, dossier_id=DOSSIER, what="entry"), line(frozenset(Permission)), False),
        (event(DossierAssigned, dossier_id=DOSSIER, holder=ME), line(), True),
        (event(DossierAssigned, dossier_id=DOSSIER, holder=SOMEBODY), line(), False),
        (ringing(ME), line(), True),
        (ringing(SOMEBODY), line(), False),
        (ringing(SOMEBODY), line(frozenset({Permission.CALL_OUT_READ})), True),
        (event(RosterChanged, shift_id=uuid4(), user_id=ME), line(frozenset({Permission.ROSTER_READ})), True),
        (event(RosterChanged, shift_id=uuid4(), user_id=ME), line(), False),
        (IMPORTED, line(frozenset({Permission.SOCIAL_MAP_EDIT})), True),
        (IMPORTED, line(frozenset(Permission) - {Permission.SOCIAL_MAP_EDIT}), False),
    ],
)
def test_a_page_hears_only_what_its_person_may_know(told: Event, to: Line, told_of_it: bool) -> None:
    assert concerns(told, to) is told_of_it


def test_what_is_told_holds_no_id_but_who_did_it() -> None:
    message = sse_message(event(DossierChanged, dossier_id=DOSSIER, what="entry", actor=SOMEBODY)).decode()

    assert json.loads(message.removeprefix("data: ")) == {
        "name": "cases.dossier_changed",
        "by": str(SOMEBODY),
    }


@pytest.mark.parametrize(
    ("told", "over"),
    [
        (event(SessionRevoked, user_id=ME, session_id=SESSION), True),
        (event(SessionRevoked, user_id=ME), True),
        (event(SessionRevoked, user_id=ME, session_id=uuid4()), False),
        (event(SessionRevoked, user_id=SOMEBODY), False),
        (event(StaffDeactivated, user_id=ME), True),
    ],
)
def test_a_line_ends_with_its_session(told: Event, over: bool) -> None:
    assert ends(told, line()) is over


async def test_an_event_reaches_the_pages_of_its_own_tenant() -> None:
    heard: list[Event] = []
    live = Live(heard.append)
    here, elsewhere = line(), line(tenant="other")
    follow_here, follow_elsewhere = await live.follow(here), await live.follow(elsewhere)
    assert await anext(follow_here) == await anext(follow_elsewhere) == b"retry: 2000\n\n"

    live.spread(event(MessagePosted, message_id=uuid4(), user_id=ME, kind="x"))

    assert b"notifications.message_posted" in await anext(follow_here)
    assert elsewhere.queue.empty()
    assert len(heard) == 1


async def test_what_happened_while_a_page_was_on_its_way_is_told_once_when_it_listens() -> None:
    live, began = Live(lambda _: None), time.time()
    before = line(frozenset({Permission.CALL_OUT_REQUEST}), since=began + 60)
    for _ in range(3):
        live.spread(SMS_ARRIVED)
    live.spread(event(MessagePosted, message_id=uuid4(), user_id=SOMEBODY, kind="x"))
    after = line(frozenset({Permission.CALL_OUT_REQUEST}), since=began)
    elsewhere = line(frozenset({Permission.CALL_OUT_REQUEST}), tenant="other", since=began)

    told = [
        [each async for each in await live.follow(one, seconds=0.05)] for one in (before, after, elsewhere)
    ]

    events = [[each for each in page if each.startswith(b"data")] for page in told]
    assert events == [[], [sse_message(SMS_ARRIVED)], []]


async def test_a_page_that_does_not_listen_is_let_go_and_comes_back() -> None:
    live = Live(lambda _: None)
    here = line()
    follow = await live.follow(here)
    await anext(follow)

    for _ in range(200):
        live.spread(event(MessagePosted, message_id=uuid4(), user_id=ME, kind="x"))
    assert await asyncio.wait_for(until_the_end(follow), 1) < 200


async def test_a_line_is_closed_after_its_time() -> None:
    follow = await Live(lambda _: None).follow(line(), seconds=0.05)
    await anext(follow)

    assert await asyncio.wait_for(until_the_end(follow), 1) <= 2


async def test_nobody_keeps_a_hundred_pages_listening() -> None:
    live = Live(lambda _: None)
    following = [await live.follow(line()) for _ in range(24)]
    for each in following:
        await anext(each)

    with pytest.raises(TooManyPages):
        await live.follow(line())


async def test_a_browser_that_left_before_its_line_began_takes_no_place() -> None:
    live = Live(lambda _: None)
    for _ in range(100):
        await live.follow(line())

    await anext(await live.follow(line()))


async def until_the_end(follow: AsyncIterator[bytes]) -> int:
    """How many messages still came."""
    return len([message async for message in follow])
