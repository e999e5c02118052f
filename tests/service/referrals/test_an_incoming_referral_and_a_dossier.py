"""What came in is taken up in a dossier of the recipient's: a new one or one that is there, once, undone with a reason."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from shared.auth import Permission, Principal
from shared.contracts.cases import OpenDossier
from shared.contracts.dossier_access import AccessedDossier
from shared.contracts.incoming_referrals import (
    AssignIncoming,
    DossierIncoming,
    IncomingLooks,
    IncomingPage,
    IncomingRef,
    IncomingView,
    LinkIncoming,
    TakeUpIncoming,
    UnlinkIncoming,
)
from shared.contracts.persons import AddPerson
from shared.contracts.referrals import IncomingReferralChanged, ReferralAnswered
from shared.contracts.referring import WithdrawReferral
from shared.db import driver_of, uuid7
from shared.errors import Forbidden, details_of
from tests.service.referrals.conftest import field_codes, problem
from tests.service.referrals.loop import VALUES, Loop
from tests.support.principals import principal

OURS = uuid7()
NEW = OpenDossier(
    incident_type="help_debts", kind="social_help", persons=[AddPerson(first_name="Els", last_name="Claes")]
)


def cases_here(loop: Loop, *, writes: bool = True, reads: bool = True) -> list[bytes]:
    """What cases says of the dossiers of the recipient; returns what it was asked to open."""
    opened: list[bytes] = []
    ids: dict[bytes, UUID] = {}

    def access(body: bytes, tenant: str) -> list[AccessedDossier]:
        if tenant != loop.karim.tenant or not reads:
            return []
        return [
            AccessedDossier(
                dossier_id=UUID(each), number="HULP-2026-0001", compartment="soc_aid", state="open",
                holder=loop.karim.user_id, may_read=True, may_write=writes, persons=[],
            )
            for each in json.loads(body)["dossier_ids"]
        ]  # fmt: skip

    def opens(body: bytes, _tenant: str) -> Any:
        opened.append(body)
        return {"dossier_id": str(ids.setdefault(body, uuid7())), "number": "HULP-2026-0002"}

    answers = loop.service.answers_of("cases")
    answers["POST /dossiers/access"], answers["POST /dossiers"] = access, opens
    return opened


async def came_in(loop: Loop) -> IncomingView:
    await loop.sent()
    await loop.carry()
    (received,) = await loop.received()
    return received


async def here(loop: Loop, by: Principal | None = None) -> IncomingView:
    (line,) = loop.read(
        await loop.service.get("/incoming-referrals", by=by or loop.karim, state="all"), IncomingPage
    ).referrals
    found = await loop.service.get(f"/incoming-referrals/{line.incoming_id}", by=by or loop.karim)
    return loop.read(found, IncomingView)


async def act(
    loop: Loop, incoming: IncomingView, what: str, command: Any, by: Principal | None = None
) -> Any:
    path = f"/incoming-referrals/{incoming.line.incoming_id}/{what}"
    return await loop.post(path, command, by=by or loop.karim)


async def announced(loop: Loop) -> list[IncomingReferralChanged]:
    found = await loop.service.published(loop.karim.tenant)
    return [each for each in found if isinstance(each, IncomingReferralChanged)]


async def test_a_new_dossier_is_opened_with_her_own_rights_and_takes_it_up(loop: Loop) -> None:
    received, opened = await came_in(loop), cases_here(loop)

    ref = loop.read(await act(loop, received, "new-dossier", TakeUpIncoming(dossier=NEW)), IncomingRef)

    assert [json.loads(each)["persons"][0]["last_name"] for each in opened] == ["Claes"]
    now = await here(loop)
    assert (now.line.dossier_id, now.line.assigned_to) == (ref.dossier_id, loop.karim.user_id)
    assert [(each.what, each.by) for each in now.moves][-1] == ("linked", loop.karim.user_id)
    assert [(each.what, each.dossier_id) for each in await announced(loop)][-1] == ("linked", ref.dossier_id)


async def test_what_cases_refuses_is_refused_and_nothing_is_linked(loop: Loop) -> None:
    received = await came_in(loop)
    cases_here(loop)
    refused = details_of(Forbidden(details={"permission": "dossier:open"}), "")
    loop.service.answers_of("cases")["POST /dossiers"] = refused

    answer = await act(loop, received, "new-dossier", TakeUpIncoming(dossier=NEW))

    assert problem(answer) == (403, "forbidden")
    assert (await here(loop)).line.dossier_id is None


async def test_two_who_take_it_up_at_once_open_one_dossier(loop: Loop) -> None:
    received, opened = await came_in(loop), cases_here(loop)
    tom = principal(loop.karim.tenant, Permission.REFERRAL_RECEIVE, Permission.DOSSIER_READ)

    answers = await asyncio.gather(
        act(loop, received, "new-dossier", TakeUpIncoming(dossier=NEW)),
        act(loop, received, "new-dossier", TakeUpIncoming(dossier=NEW), by=tom),
    )

    assert sorted(each.status_code for each in answers) == [200, 409]
    (second,) = (each for each in answers if each.status_code == 409)
    assert problem(second) == (409, "already_taken_up")
    assert len(opened) == 1


async def test_while_cases_is_away_nothing_is_linked_and_the_same_can_be_sent_again(loop: Loop) -> None:
    received = await came_in(loop)
    cases_here(loop)
    loop.service.answers_of("cases")["POST /dossiers"] = None
    lost = await act(loop, received, "new-dossier", TakeUpIncoming(dossier=NEW))
    cases_here(loop)

    again = await act(loop, received, "new-dossier", TakeUpIncoming(dossier=NEW))

    assert problem(lost)[0] == 503
    assert again.is_success, again.text
    assert (await here(loop)).line.dossier_id == loop.read(again, IncomingRef).dossier_id


async def test_one_of_her_own_dossiers_takes_it_up_and_shows_it_without_a_field(loop: Loop) -> None:
    received = await came_in(loop)
    cases_here(loop)

    for _ in range(2):
        loop.read(await act(loop, received, "dossier", LinkIncoming(dossier_id=OURS)), IncomingRef)

    shown = await loop.service.get(f"/dossiers/{OURS}/incoming-referrals", by=loop.karim)
    (line,) = loop.read(shown, DossierIncoming).referrals
    assert (line.incoming_id, line.sender) == (received.line.incoming_id, loop.lena.tenant)
    assert not any(value in shown.text for value in VALUES.values() if len(value) > 3)
    assert [each.what for each in await announced(loop)].count("linked") == 1


@pytest.mark.parametrize(
    ("rights", "refusal"), [({"writes": False}, (403, "read_only")), ({"reads": False}, (404, "not_found"))]
)
async def test_without_the_right_on_the_dossier_it_is_not_linked(
    loop: Loop, rights: dict[str, bool], refusal: tuple[int, str]
) -> None:
    received = await came_in(loop)
    cases_here(loop, **rights)

    answer = await act(loop, received, "dossier", LinkIncoming(dossier_id=OURS))

    assert problem(answer) == refusal
    assert (await here(loop)).line.dossier_id is None


async def test_a_second_dossier_does_not_take_it_over(loop: Loop) -> None:
    received = await came_in(loop)
    cases_here(loop)
    await act(loop, received, "dossier", LinkIncoming(dossier_id=OURS))

    answer = await act(loop, received, "dossier", LinkIncoming(dossier_id=uuid7()))

    assert problem(answer) == (409, "already_taken_up")
    assert (await here(loop)).line.dossier_id == OURS


async def test_a_link_is_undone_only_with_a_reason_and_by_who_may_write_there(loop: Loop) -> None:
    received = await came_in(loop)
    cases_here(loop)
    await act(loop, received, "dossier", LinkIncoming(dossier_id=OURS))

    without = await act(loop, received, "unlink", UnlinkIncoming(reason=""))
    cases_here(loop, writes=False)
    reader = await act(loop, received, "unlink", UnlinkIncoming(reason="wrong_dossier"))
    cases_here(loop)
    undone = await act(loop, received, "unlink", UnlinkIncoming(reason="wrong_dossier"))
    again = await act(loop, received, "unlink", UnlinkIncoming(reason="wrong_dossier"))

    assert field_codes(without) == {"reason": "not_a_choice"}
    assert problem(reader) == (403, "read_only")
    assert undone.is_success, undone.text
    assert problem(again) == (409, "not_linked")
    now = await here(loop)
    assert (now.line.dossier_id, now.may_link) == (None, True)
    assert (now.moves[-1].what, now.moves[-1].code) == ("unlinked", "wrong_dossier")
    assert [(each.what, each.dossier_id) for each in await announced(loop)][-1] == ("unlinked", OURS)


async def test_linking_and_undoing_stand_in_the_log_of_the_dossier(loop: Loop) -> None:
    received = await came_in(loop)
    cases_here(loop)
    await act(loop, received, "dossier", LinkIncoming(dossier_id=OURS))
    await act(loop, received, "unlink", UnlinkIncoming(reason="by_mistake"))

    async with loop.service.transaction(loop.karim.tenant) as session:
        rows = await driver_of(session).fetch(
            "SELECT action FROM audit WHERE subject_id = $1 AND outcome = 'done' ORDER BY id", OURS
        )
    assert [row["action"] for row in rows] == ["link_incoming", "unlink_incoming"]


async def test_withdrawn_afterwards_the_fields_go_and_the_link_stays(loop: Loop) -> None:
    ref = await loop.sent()
    await loop.carry()
    (received,) = await loop.received()
    cases_here(loop)
    await act(loop, received, "dossier", LinkIncoming(dossier_id=OURS))
    loop.cases_answers()
    await loop.post(f"/referrals/{ref.referral_id}/withdraw", WithdrawReferral(reason="consent_withdrawn"))
    await loop.carry()

    now = await here(loop)
    assert (now.line.state, now.fields, now.line.dossier_id) == ("withdrawn", [], OURS)
    assert [(each.what, each.state, each.dossier_id) for each in await announced(loop)][-1] == (
        "ended", "withdrawn", OURS,
    )  # fmt: skip


async def test_what_was_taken_back_is_not_taken_up_any_more(loop: Loop) -> None:
    ref = await loop.sent()
    await loop.carry()
    (received,) = await loop.received()
    await loop.post(f"/referrals/{ref.referral_id}/withdraw", WithdrawReferral(reason="consent_withdrawn"))
    await loop.carry()
    opened = cases_here(loop)

    answers = [
        await act(loop, received, "new-dossier", TakeUpIncoming(dossier=NEW)),
        await act(loop, received, "dossier", LinkIncoming(dossier_id=OURS)),
    ]

    assert {problem(each) for each in answers} == {(409, "referral_over")}
    assert opened == []


async def test_the_sender_hears_nothing_of_the_dossier(loop: Loop) -> None:
    ref = await loop.sent()
    await loop.carry()
    (received,) = await loop.received()
    before = await loop.seen(ref)
    cases_here(loop)
    await act(loop, received, "new-dossier", TakeUpIncoming(dossier=NEW))
    await act(loop, received, "unlink", UnlinkIncoming(reason="other"))
    await act(loop, received, "dossier", LinkIncoming(dossier_id=OURS))
    await loop.carry()

    told = [
        each for each in await loop.service.published(loop.karim.tenant) if isinstance(each, ReferralAnswered)
    ]
    assert told == []
    loop.cases_answers()
    assert await loop.seen(ref) == before


async def test_a_worker_handles_what_was_assigned_to_her_and_sees_no_more(loop: Loop) -> None:
    received = await came_in(loop)
    cases_here(loop)
    worker = principal(loop.karim.tenant, Permission.REFERRAL_READ, Permission.DOSSIER_READ)
    path = f"/incoming-referrals/{received.line.incoming_id}"
    before = await loop.service.get(path, by=worker)
    loop.service.answers_of("identity")["GET /staff"] = [
        {
            "user_id": str(worker.user_id), "name": "An", "email": "", "phone": "", "second_phone": "",
            "language": "nl", "roles": [], "teams": [], "active": True,
        }
    ]  # fmt: skip

    assigned = await act(loop, received, "assign", AssignIncoming(user_id=worker.user_id))
    linked = await act(loop, received, "dossier", LinkIncoming(dossier_id=OURS), by=worker)

    assert problem(before) == (404, "not_found")
    assert assigned.is_success, assigned.text
    assert linked.is_success, linked.text
    assert (await here(loop, by=worker)).line.dossier_id == OURS
    other = principal(loop.karim.tenant, Permission.REFERRAL_READ)
    page = loop.read(await loop.service.get("/incoming-referrals", by=other, state="all"), IncomingPage)
    assert page.referrals == []
    refused = await act(loop, received, "unlink", UnlinkIncoming(reason="other"), by=other)
    assert problem(refused) == (404, "not_found")


async def test_who_looked_at_it_is_shown_as_of_a_dossier_and_reading_that_is_kept(loop: Loop) -> None:
    received = await came_in(loop)
    path = f"/incoming-referrals/{received.line.incoming_id}/looks"

    first = loop.read(await loop.service.get(path, by=loop.karim), IncomingLooks).looks
    second = loop.read(await loop.service.get(path, by=loop.karim), IncomingLooks).looks

    assert [(each.action, each.user_id) for each in first if not each.service] == [
        ("incoming_by_id", loop.karim.user_id)
    ]
    assert second[0].action == "incoming_looks"
    assert all(each.at <= datetime.now(UTC) for each in second)
    outsider = principal(loop.karim.tenant, Permission.REFERRAL_READ)
    assert problem(await loop.service.get(path, by=outsider)) == (403, "forbidden")
    assert problem(await loop.service.get(f"/incoming-referrals/{uuid7()}/looks", by=loop.karim)) == (
        404,
        "not_found",
    )
