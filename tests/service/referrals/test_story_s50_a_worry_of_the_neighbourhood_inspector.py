"""S50: an inspector sees a neglected child and passes it on; he hears that it was taken up, and nothing else."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import select

from services.referrals.worries.models import KEPT_AFTER_ANSWER
from shared.audit import AuditRow
from shared.auth import Permission, Principal
from shared.contracts.cases import ConflictOfInterestDeclared, ConflictOfInterestLifted
from shared.contracts.referrals import WorryAnswered, WorryReported
from shared.contracts.worries import (
    OwnWorry,
    OwnWorryLine,
    WorriesWaiting,
    WorryDraft,
    WorryLine,
    WorryRef,
    WorryView,
)
from shared.db import uuid7
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

WORRY: dict[str, Any] = {
    "reasons": ["child", "self_neglect"],
    "urgency": "today",
    "consent": "not_possible",
    "report_duty": "to_do",
    "place": "Molenstraat 14, tweede verdieping",
    "who": "jongen van 6, moeder alleen",
    "contact": "buurvrouw links",
    "text": "Zat tegen de avond alleen op de trap, zonder jas.",
}


@pytest.fixture
def inspector(tenant: str) -> Principal:
    return principal(tenant, Permission.WORRY_REPORT)


@pytest.fixture
def spot(tenant: str) -> Principal:
    return principal(tenant, Permission.WORRY_HANDLE)


async def report(service: ServiceUnderTest, by: Principal, **changes: Any) -> WorryRef:
    return service.read(await service.post("/worries", {**WORRY, **changes}, by=by), WorryRef)


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_the_spot_takes_it_up_and_the_inspector_hears_that_alone(
    referrals: ServiceUnderTest, tenant: str, inspector: Principal, spot: Principal
) -> None:
    made = await report(referrals, inspector)
    seen = referrals.read(await referrals.get(f"/worries/{made.worry_id}", by=spot), WorryView)
    taken = referrals.read(await referrals.post(f"/worries/{made.worry_id}/take-up", by=spot), WorryRef)
    dossier_id = uuid7()
    await referrals.post(f"/worries/{made.worry_id}/dossier", {"dossier_id": dossier_id}, by=spot)
    answer = await referrals.get(f"/worries/own/{made.worry_id}", by=inspector)

    assert (seen.text, seen.report_duty, seen.state) == (WORRY["text"], "to_do", "reported")
    assert taken.state == "taken_up"
    own = referrals.read(answer, OwnWorry)
    assert (own.state, own.text) == ("taken_up", WORRY["text"])
    assert str(dossier_id) not in answer.text
    assert str(spot.user_id) not in answer.text
    reported, answered = await referrals.published(tenant)
    assert isinstance(reported, WorryReported)
    assert reported.urgency == "today"
    assert isinstance(answered, WorryAnswered)
    assert (answered.reporter, answered.state) == (inspector.user_id, "taken_up")


async def test_why_it_was_not_taken_up_stays_with_the_spot(
    referrals: ServiceUnderTest, inspector: Principal, spot: Principal
) -> None:
    made = await report(referrals, inspector)
    refused = await referrals.post(
        f"/worries/{made.worry_id}/not-taken-up", {"reason": "known_already"}, by=spot
    )
    view = referrals.read(await referrals.get(f"/worries/{made.worry_id}", by=spot), WorryView)
    own = await referrals.get(f"/worries/own/{made.worry_id}", by=inspector)

    assert referrals.read(refused, WorryRef).state == "not_taken_up"
    assert view.not_taken_up_reason == "known_already"
    assert "known_already" not in own.text


async def test_an_inspector_sees_only_his_own_and_never_the_list_of_the_spot(
    referrals: ServiceUnderTest, tenant: str, inspector: Principal
) -> None:
    made = await report(referrals, inspector)
    colleague = principal(tenant, Permission.WORRY_REPORT)

    own = referrals.read(await referrals.get("/worries/own", by=inspector), list[OwnWorryLine])
    others = referrals.read(await referrals.get("/worries/own", by=colleague), list[OwnWorryLine])
    assert [each.worry_id for each in own] == [made.worry_id]
    assert others == []
    assert (await referrals.get(f"/worries/own/{made.worry_id}", by=colleague)).status_code == 404
    done = await referrals.post(f"/worries/own/{made.worry_id}/report-done", by=colleague)
    assert done.status_code == 404
    assert (await referrals.get("/worries", by=inspector)).status_code == 403
    assert (await referrals.get(f"/worries/{made.worry_id}", by=inspector)).status_code == 403


async def test_another_tenant_and_a_role_without_the_right_learn_nothing(
    referrals: ServiceUnderTest, tenant: str, other_tenant: str, inspector: Principal
) -> None:
    made = await report(referrals, inspector)
    stranger = principal(other_tenant, Permission.WORRY_HANDLE, Permission.WORRY_REPORT)
    dispatcher = principal(tenant, Permission.ON_CALL_READ)

    assert (await referrals.get(f"/worries/{made.worry_id}", by=stranger)).status_code == 404
    assert (await referrals.get("/worries", by=stranger)).json() == []
    assert (await referrals.post(f"/worries/{made.worry_id}/take-up", by=stranger)).status_code == 404
    for path in ("/worries", "/worries/own", "/worries/draft", "/worries/waiting"):
        assert (await referrals.get(path, by=dispatcher)).status_code == 403
    assert (await referrals.post("/worries", WORRY, by=dispatcher)).status_code == 403


async def test_of_two_who_take_it_up_at_once_one_does(
    referrals: ServiceUnderTest, tenant: str, inspector: Principal, spot: Principal
) -> None:
    made = await report(referrals, inspector)
    colleague = principal(tenant, Permission.WORRY_HANDLE)

    answers = await asyncio.gather(
        *(referrals.post(f"/worries/{made.worry_id}/take-up", by=each) for each in (spot, colleague))
    )

    first, second = sorted(answers, key=lambda answer: answer.status_code)
    assert first.status_code == 200
    assert problem(second) == (409, "worry_answered")
    view = referrals.read(await referrals.get(f"/worries/{made.worry_id}", by=spot), WorryView)
    assert second.json()["details"] == {"state": "taken_up", "by": str(view.handled_by)}
    answered = [each for each in await referrals.published(tenant) if isinstance(each, WorryAnswered)]
    assert len(answered) == 1


async def test_sent_twice_it_is_one_worry(referrals: ServiceUnderTest, inspector: Principal) -> None:
    key = str(uuid7())
    first = await referrals.post("/worries", WORRY, by=inspector, key=key)
    again = await referrals.post("/worries", WORRY, by=inspector, key=key)

    assert first.json() == again.json()
    assert len((await referrals.get("/worries/own", by=inspector)).json()) == 1


async def test_what_is_most_urgent_and_oldest_stands_first_and_late_ones_say_so(
    referrals: ServiceUnderTest, inspector: Principal, spot: Principal
) -> None:
    later = await report(referrals, inspector, urgency="can_wait")
    week = await report(referrals, inspector, urgency="this_week")
    today = await report(referrals, inspector)
    taken = await report(referrals, inspector)
    await referrals.post(f"/worries/{taken.worry_id}/take-up", by=spot)

    lines = referrals.read(await referrals.get("/worries", by=spot), list[WorryLine])
    assert [each.worry_id for each in lines] == [each.worry_id for each in (today, week, later, taken)]
    assert not any(each.late for each in lines)
    waiting = referrals.read(await referrals.get("/worries/waiting", by=spot), WorriesWaiting)
    assert (waiting.waiting, waiting.today) == (3, 1)


async def test_only_what_was_taken_up_can_be_closed_and_closing_twice_tells_once(
    referrals: ServiceUnderTest, tenant: str, inspector: Principal, spot: Principal
) -> None:
    made = await report(referrals, inspector)
    too_soon = await referrals.post(f"/worries/{made.worry_id}/close", by=spot)
    no_dossier = await referrals.post(f"/worries/{made.worry_id}/dossier", {"dossier_id": uuid7()}, by=spot)
    await referrals.post(f"/worries/{made.worry_id}/take-up", by=spot)
    closed = [await referrals.post(f"/worries/{made.worry_id}/close", by=spot) for _ in range(2)]

    assert problem(too_soon) == problem(no_dossier) == (409, "worry_not_taken_up")
    assert [each.json()["state"] for each in closed] == ["closed", "closed"]
    told = [each.state for each in await referrals.published(tenant) if isinstance(each, WorryAnswered)]
    assert told == ["taken_up", "closed"]


async def test_the_words_are_wiped_some_time_after_and_the_codes_stay(
    referrals: ServiceUnderTest, inspector: Principal, spot: Principal
) -> None:
    made = await report(referrals, inspector)
    await referrals.post(f"/worries/{made.worry_id}/take-up", by=spot)
    await referrals.post(f"/worries/{made.worry_id}/close", by=spot)
    then = datetime.now(UTC) + KEPT_AFTER_ANSWER

    await referrals.run_timers(then - timedelta(minutes=5))
    before = referrals.read(await referrals.get(f"/worries/{made.worry_id}", by=spot), WorryView)
    await referrals.run_timers(then + timedelta(minutes=5))
    after = referrals.read(await referrals.get(f"/worries/{made.worry_id}", by=spot), WorryView)

    assert before.text == WORRY["text"]
    assert (after.place, after.who, after.contact, after.text) == ("", "", "", "")
    assert (after.reasons, after.state) == (WORRY["reasons"], "closed")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("reasons", ["crime"], "not_a_choice"),
        ("urgency", "yesterday", "not_a_choice"),
        ("consent", "", "not_a_choice"),
        ("report_duty", "perhaps", "not_a_choice"),
        ("place", "   ", "required"),
    ],
)
async def test_what_is_not_a_choice_is_said_at_its_field(
    referrals: ServiceUnderTest, inspector: Principal, field: str, value: object, code: str
) -> None:
    answer = await referrals.post("/worries", {**WORRY, field: value}, by=inspector)

    assert problem(answer) == (422, "invalid")
    assert answer.json()["errors"] == [{"field": field, "code": code}]


async def test_a_text_that_is_too_long_is_refused(referrals: ServiceUnderTest, inspector: Principal) -> None:
    answer = await referrals.post("/worries", {**WORRY, "text": "x" * 601}, by=inspector)

    assert answer.status_code in {400, 422}


async def test_a_draft_is_kept_for_its_author_and_goes_when_it_is_sent(
    referrals: ServiceUnderTest, tenant: str, inspector: Principal
) -> None:
    fields = {"place": ["Molenstraat 14"], "reasons": ["child", "debts"], "text": ["Zat alleen op"]}
    colleague = principal(tenant, Permission.WORRY_REPORT)

    async def draft(by: Principal) -> WorryDraft:
        return referrals.read(await referrals.get("/worries/draft", by=by), WorryDraft)

    saved = await referrals.post("/worries/draft", {"version": 0, "fields": fields}, by=inspector)
    other_window = await referrals.post("/worries/draft", {"version": 0, "fields": {}}, by=inspector)
    kept, others = await draft(inspector), await draft(colleague)
    await report(referrals, inspector)

    assert referrals.read(saved, WorryDraft).version == 1
    assert problem(other_window) == (409, "draft_changed")
    assert (kept.version, kept.fields) == (1, fields)
    assert others.version == 0
    assert (await draft(inspector)).version == 0


async def test_two_windows_that_begin_a_draft_at_once_leave_one_and_the_other_hears_it(
    referrals: ServiceUnderTest, inspector: Principal
) -> None:
    saved = await asyncio.gather(
        *(
            referrals.post("/worries/draft", {"version": 0, "fields": {"place": [place]}}, by=inspector)
            for place in ("Molenstraat 14", "Molenstraat 16", "Molenstraat 18")
        )
    )

    assert sorted(each.status_code for each in saved) == [200, 409, 409]


async def test_a_draft_that_is_thrown_away_is_gone(referrals: ServiceUnderTest, inspector: Principal) -> None:
    await referrals.post("/worries/draft", {"version": 0, "fields": {"text": ["x"]}}, by=inspector)
    await referrals.post("/worries/draft/discard", by=inspector)

    kept = referrals.read(await referrals.get("/worries/draft", by=inspector), WorryDraft)
    assert kept == WorryDraft(version=0, saved_at=None, fields={})


async def test_he_says_that_his_own_report_is_drawn_up(
    referrals: ServiceUnderTest, inspector: Principal, spot: Principal
) -> None:
    made = await report(referrals, inspector)
    await referrals.post(f"/worries/own/{made.worry_id}/report-done", by=inspector)

    view = referrals.read(await referrals.get(f"/worries/{made.worry_id}", by=spot), WorryView)
    assert view.report_duty == "done"


async def test_every_look_is_kept_without_a_word_of_it(
    referrals: ServiceUnderTest, tenant: str, inspector: Principal, spot: Principal
) -> None:
    made = await report(referrals, inspector)
    await referrals.get(f"/worries/{made.worry_id}", by=spot)
    await referrals.get("/worries", by=spot)

    async with referrals.transaction(tenant) as session:
        rows = list(await session.scalars(select(AuditRow).order_by(AuditRow.id)))
    assert [(row.action, row.user_id) for row in rows] == [
        ("report_worry", inspector.user_id),
        ("worry_by_id", spot.user_id),
        ("worries", spot.user_id),
    ]
    kept = b" ".join(msgspec.json.encode(row.details) for row in rows)
    assert b"Molenstraat" not in kept
    assert b"jongen" not in kept


async def test_who_is_too_near_sees_neither_the_worry_of_the_dossier_nor_another_of_that_door(
    referrals: ServiceUnderTest, tenant: str, inspector: Principal, spot: Principal
) -> None:
    """S14: the worker is a cousin. Declared before or after the dossier is linked, and until it is lifted."""
    cousin = principal(tenant, Permission.WORRY_HANDLE)
    made, again = await report(referrals, inspector), await report(referrals, inspector, urgency="this_week")
    other = await report(referrals, inspector, place="Markt 1")
    dossier_id, path = uuid7(), f"/worries/{made.worry_id}"
    await referrals.post(f"{path}/take-up", by=spot)
    await referrals.post(f"{path}/dossier", {"dossier_id": dossier_id}, by=spot)
    facts: dict[str, Any] = {"occurred_at": datetime.now(UTC), "tenant": tenant, "actor": cousin.user_id, "dossier_id": dossier_id,
             "user_id": cousin.user_id}  # fmt: skip

    async def seen(by: Principal) -> set[Any]:
        lines = referrals.read(await referrals.get("/worries", by=by, show="open"), list[WorryLine])
        return {line.worry_id for line in lines}

    assert await seen(cousin) == {made.worry_id, again.worry_id, other.worry_id}
    declared = ConflictOfInterestDeclared(id=uuid7(), reason="related", **facts)
    assert await referrals.deliver(declared)
    assert not await referrals.deliver(declared)

    assert await seen(cousin) == {other.worry_id}
    waiting = referrals.read(await referrals.get("/worries/waiting", by=cousin), WorriesWaiting)
    assert (waiting.waiting, waiting.today) == (1, 1)
    for each in (made, again):
        assert problem(await referrals.get(f"/worries/{each.worry_id}", by=cousin)) == (404, "not_found")
        for act, body in (
            ("take-up", {}),
            ("not-taken-up", {"reason": "known_already"}),
            ("dossier", {"dossier_id": uuid7()}),
            ("close", {}),
        ):
            answer = await referrals.post(f"/worries/{each.worry_id}/{act}", body, by=cousin)
            assert problem(answer) == (404, "not_found"), act
    assert await seen(spot) == {made.worry_id, again.worry_id, other.worry_id}

    await referrals.deliver(ConflictOfInterestLifted(id=uuid7(), **facts))
    assert await seen(cousin) == {made.worry_id, again.worry_id, other.worry_id}
