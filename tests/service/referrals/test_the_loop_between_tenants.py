"""The loop closes: acknowledged, asked, amended, accepted, reached, closed; and what happens when it does not."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from shared.auth import Permission
from shared.contracts.consents import InvokeGround, LegalGround
from shared.contracts.identity import StaffEntry
from shared.contracts.incoming_referrals import AssignIncoming, TellAnswer
from shared.contracts.referrals import ReferralProgressed, ReferralReminder
from shared.contracts.referring import (
    AmendReferral,
    CloseReferral,
    ReferralPage,
    ReferralRef,
    RerouteReferral,
    SendReferral,
    TakeOverReferral,
    WithdrawReferral,
)
from shared.db import driver_of, uuid7
from shared.errors import Unavailable
from tests.service.referrals.conftest import field_codes, problem
from tests.service.referrals.loop import EVERY_FIELD, SENDER, VALUES, Loop, handed_over_to
from tests.support.principals import principal

REASON = "Acuut gevaar, moeder is niet aanspreekbaar en er is niemand anders"


async def test_from_sent_to_closed(loop: Loop) -> None:
    ref = await loop.sent()
    states = [(await loop.seen(ref)).line.state]
    await loop.carry()
    (received,) = await loop.received()
    for answer, codes in (
        ("acknowledged", {}),
        ("accepted", {}),
        ("not_reached", {}),
        ("first_contact_made", {}),
        ("closed", {"outcome": "helped"}),
    ):
        await loop.answer(received, answer, **codes)
        await loop.carry()
        states.append((await loop.seen(ref)).line.state)

    assert states == ["sent", "acknowledged", "accepted", "not_reached", "first_contact_made", "closed"]
    view = await loop.seen(ref)
    assert view.line.outcome == "helped"
    assert view.may == ["withdraw"]
    told = [
        each.state
        for each in await loop.service.published(loop.lena.tenant)
        if isinstance(each, ReferralProgressed)
    ]
    assert told == ["proposed", "consent_given", *states]


async def test_a_question_is_a_code_and_an_amendment_answers_it(loop: Loop) -> None:
    ref = await loop.sent(values={key: value for key, value in VALUES.items() if key != "safe_phone"})
    await loop.carry()
    (received,) = await loop.received()
    await loop.answer(received, "more_asked", question="safe_contact_missing")
    await loop.carry()
    view = await loop.seen(ref)
    assert (view.line.state, view.line.question) == ("more_asked", "safe_contact_missing")

    amended = await loop.post(
        f"/referrals/{ref.referral_id}", AmendReferral(values=VALUES, version=view.version)
    )
    await loop.carry()

    assert loop.read(amended, ReferralRef).state == "acknowledged"
    (again,) = await loop.received()
    assert ("safe_phone", VALUES["safe_phone"]) in [(each.key, each.value) for each in again.fields]
    assert again.line.state == "acknowledged"


async def test_an_amendment_needs_consent_for_the_new_field(loop: Loop) -> None:
    less = {key: value for key, value in VALUES.items() if key != "safe_phone"}
    ref = await loop.propose(values=less)
    await loop.offer(ref, fields=[*less])
    await loop.send(ref)
    await loop.carry()
    view = await loop.seen(ref)
    command = AmendReferral(values=VALUES, version=view.version)

    refused = await loop.post(f"/referrals/{ref.referral_id}", command)
    await loop.carry()
    assert problem(refused) == (409, "not_covered")
    assert all(each.key != "safe_phone" for each in (await loop.received())[0].fields)

    await loop.offer(ref)
    allowed = await loop.post(f"/referrals/{ref.referral_id}", command)
    await loop.carry()
    assert allowed.is_success, allowed.text
    assert any(each.key == "safe_phone" for each in (await loop.received())[0].fields)


async def test_a_refusal_has_a_reason_and_leaves_no_field_with_the_recipient(loop: Loop) -> None:
    ref = await loop.sent()
    await loop.carry()
    (received,) = await loop.received()

    await loop.answer(received, "refused", reason="other_service_fits", suggested_service_id=loop.on_paper)
    await loop.carry()

    view = await loop.seen(ref)
    assert (view.line.state, view.line.reason, view.suggested_service_id) == (
        "refused",
        "other_service_fits",
        loop.on_paper,
    )
    assert (await loop.received())[0].fields == []


async def test_rerouting_makes_a_new_referral_that_needs_its_own_consent(loop: Loop) -> None:
    ref = await loop.sent()
    await loop.carry()
    (received,) = await loop.received()
    await loop.answer(received, "refused", reason="no_capacity")
    await loop.carry()

    path = f"/referrals/{ref.referral_id}/reroute"
    new = loop.read(await loop.post(path, RerouteReferral(service_id=loop.on_platform_too)), ReferralRef)

    unasked = await loop.post(f"/referrals/{new.referral_id}/send", SendReferral(version=new.version))
    assert problem(unasked) == (409, "no_live_consent")
    first, second = await loop.seen(ref), await loop.seen(new)
    assert (first.line.state, first.rerouted_to) == ("rerouted", [new.referral_id])
    assert (second.line.state, second.rerouted_from, second.values) == ("proposed", ref.referral_id, VALUES)


async def test_accepted_in_part_goes_on_beside_the_new_one(loop: Loop) -> None:
    ref = await loop.sent()
    await loop.carry()
    (received,) = await loop.received()
    await loop.answer(received, "partly_accepted", part="first_talk_only")
    await loop.carry()

    path = f"/referrals/{ref.referral_id}/reroute"
    await loop.post(path, RerouteReferral(service_id=loop.on_platform_too))

    view = await loop.seen(ref)
    assert (view.line.state, view.line.part, len(view.rerouted_to)) == (
        "partly_accepted",
        "first_talk_only",
        1,
    )


async def test_a_waiting_list_says_until_when(loop: Loop) -> None:
    ref = await loop.sent()
    await loop.carry()
    (received,) = await loop.received()
    until = datetime.now(UTC).date() + timedelta(days=40)

    await loop.answer(received, "waiting_list", waiting_until=until)
    await loop.carry()

    line = (await loop.seen(ref)).line
    assert (line.state, line.waiting_until, line.due_on, line.late) == ("waiting_list", until, until, "")


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        ({"answer": "refused"}, {"reason": "required"}),
        ({"answer": "refused", "reason": "dislike"}, {"reason": "not_a_choice"}),
        ({"answer": "more_asked"}, {"question": "required"}),
        ({"answer": "closed"}, {"outcome": "required"}),
        ({"answer": "accepted", "outcome": "helped"}, {"outcome": "not_with_this_answer"}),
        ({"answer": "maybe"}, {"answer": "not_a_choice"}),
        ({"answer": "waiting_list", "waiting_until": "2020-01-01"}, {"waiting_until": "in_the_past"}),
    ],
)
async def test_an_answer_is_codes_and_the_right_ones(
    loop: Loop, answer: dict[str, str], wrong: dict[str, str]
) -> None:
    await loop.sent()
    await loop.carry()
    (received,) = await loop.received()

    told = await loop.post(f"/incoming-referrals/{received.line.incoming_id}/answer", answer, by=loop.karim)

    assert (told.status_code, field_codes(told)) == (422, wrong)


async def test_a_message_that_comes_twice_or_late_changes_nothing(loop: Loop) -> None:
    ref = await loop.sent()
    await loop.carry(twice=True)
    (received,) = await loop.received()
    await loop.answer(received, "acknowledged")
    await loop.answer(received, "accepted")
    await loop.carry(twice=True)
    before = await loop.seen(ref)
    at_the_door = principal(loop.lena.tenant, Permission.REFERRAL_HAND_OVER)

    late = TellAnswer(
        referral_id=ref.referral_id, recipient=loop.karim.tenant, revision=1, state="acknowledged"
    )
    told = await loop.post("/told-answers", late, by=at_the_door)

    assert told.json() == {"news": False}
    assert await loop.seen(ref) == before
    assert len(await loop.received()) == 1


async def test_a_late_copy_stays_out_after_it_was_taken_back(loop: Loop) -> None:
    at_the_door = principal(loop.karim.tenant, Permission.REFERRAL_HAND_OVER)
    sent = handed_over_to(loop.karim.tenant, revision=1)
    gone = handed_over_to(
        loop.karim.tenant, referral_id=sent.referral_id, revision=2, ended="withdrawn", fields=[], basis=""
    )

    for each in (gone, sent):
        assert (await loop.post("/handed-over", each, by=at_the_door)).is_success

    assert await loop.received() == []
    async with loop.service.transaction(loop.karim.tenant) as session:
        assert await driver_of(session).fetchval("SELECT fields::text FROM incoming_referrals") == "[]"


async def test_two_who_send_at_once_send_one(loop: Loop) -> None:
    ref = await loop.propose()
    await loop.offer(ref)
    version = (await loop.seen(ref)).version
    path = f"/referrals/{ref.referral_id}/send"

    answers = await asyncio.gather(*(loop.post(path, SendReferral(version=version)) for _ in range(4)))

    assert sorted(each.status_code for each in answers) == [200, 409, 409, 409]
    assert await loop.carry() == 1
    assert len(await loop.received()) == 1


async def test_withdrawn_and_accepted_at_once_both_sides_say_withdrawn(loop: Loop) -> None:
    ref = await loop.sent()
    await loop.carry()
    (received,) = await loop.received()

    await asyncio.gather(
        loop.post(f"/referrals/{ref.referral_id}/withdraw", WithdrawReferral()),
        loop.answer(received, "accepted"),
    )
    await loop.carry(twice=True)

    assert (await loop.seen(ref)).line.state == "withdrawn"
    (kept,) = await loop.received()
    assert (kept.line.state, kept.fields) == ("withdrawn", [])


async def test_what_somebody_else_changed_meanwhile_is_not_sent(loop: Loop) -> None:
    ref = await loop.propose()
    await loop.offer(ref)
    seen = await loop.seen(ref)
    await loop.post(
        f"/referrals/{ref.referral_id}",
        AmendReferral(values={**VALUES, "need": "Iets anders"}, version=seen.version),
    )

    answer = await loop.post(f"/referrals/{ref.referral_id}/send", SendReferral(version=seen.version))

    assert problem(answer) == (409, "changed_meanwhile")


async def test_while_cases_is_away_nothing_is_done_and_nothing_is_lost(loop: Loop) -> None:
    ref = await loop.sent()
    loop.service.answers_of("cases")["POST /dossiers/access"] = None

    for answer in (
        await loop.service.get(f"/referrals/{ref.referral_id}", by=loop.lena),
        await loop.service.get("/referrals", by=loop.lena),
        await loop.post(f"/referrals/{ref.referral_id}/withdraw", WithdrawReferral()),
        await loop.post(f"/dossiers/{loop.dossier_id}/referrals", {"service_id": str(loop.on_paper)}),
    ):
        assert problem(answer) == (503, "service_unreachable")
    await loop.carry()  # what was sent goes on its way all the same

    loop.cases_answers()
    assert (await loop.seen(ref)).line.state == "sent"
    assert len(await loop.received()) == 1


async def test_while_the_recipients_side_is_away_the_message_waits(loop: Loop) -> None:
    ref = await loop.sent()
    (message,) = await loop.messages()
    loop.service.answers_of("referrals")["POST /handed-over"] = None

    with pytest.raises(Unavailable):
        await loop.service.deliver(message)
    assert await loop.received() == []

    del loop.service.answers_of("referrals")["POST /handed-over"]
    assert await loop.carry() == 1
    assert len(await loop.received()) == 1
    assert (await loop.seen(ref)).disclosures[0].delivered_at is not None


async def test_who_may_only_read_the_dossier_sends_nothing(loop: Loop) -> None:
    ref = await loop.propose()
    loop.cases_answers(writes=False)

    assert problem(await loop.post(f"/referrals/{ref.referral_id}/withdraw", WithdrawReferral())) == (
        403,
        "read_only",
    )
    assert (await loop.seen(ref)).may == []


async def test_a_dossier_out_of_sight_hides_its_referrals(loop: Loop) -> None:
    ref = await loop.sent()
    loop.cases_answers(sight=False)

    assert problem(await loop.service.get(f"/referrals/{ref.referral_id}", by=loop.lena)) == (
        404,
        "not_found",
    )
    assert problem(await loop.service.get(f"/dossiers/{loop.dossier_id}/referrals", by=loop.lena)) == (
        404,
        "not_found",
    )
    page = loop.read(await loop.service.get("/referrals", by=loop.lena), ReferralPage)
    assert page.referrals == []


async def test_mine_and_all_and_what_waits_for_consent(loop: Loop) -> None:
    mine, waiting = await loop.sent(), await loop.propose()
    colleague = principal(loop.lena.tenant, *SENDER)

    async def shown(by: object = loop.lena, **params: str) -> set[object]:
        answer = await loop.service.get("/referrals", by=by, **params)  # type: ignore[arg-type]
        return {each.referral_id for each in loop.read(answer, ReferralPage).referrals}

    assert await shown() == {mine.referral_id, waiting.referral_id}
    assert await shown(state="consent") == {waiting.referral_id}
    assert await shown(state="late") == set()
    assert await shown(colleague) == set()
    assert await shown(colleague, scope="all") == {mine.referral_id, waiting.referral_id}


async def test_somebody_else_follows_it_up(loop: Loop) -> None:
    ref = await loop.sent()
    tom = uuid7()
    loop.service.answers_of("identity")["GET /staff"] = [
        StaffEntry(
            user_id=tom,
            name="Tom",
            email="",
            phone="",
            second_phone="",
            language="nl",
            roles=[],
            teams=[],
            active=True,
        )
    ]

    path = f"/referrals/{ref.referral_id}/follower"
    assert (await loop.post(path, TakeOverReferral(user_id=tom))).is_success
    stranger = await loop.post(path, TakeOverReferral(user_id=uuid7()))

    assert (await loop.seen(ref)).line.follower == tom
    assert field_codes(stranger) == {"user_id": "colleague_unknown"}


async def test_what_came_in_is_given_to_a_colleague(loop: Loop) -> None:
    await loop.sent()
    await loop.carry()
    (received,) = await loop.received()

    path = f"/incoming-referrals/{received.line.incoming_id}/assign"
    assert (await loop.post(path, AssignIncoming(user_id=loop.karim.user_id), by=loop.karim)).is_success

    assert [each.line.assigned_to for each in await loop.received("mine")] == [loop.karim.user_id]


async def test_a_tenant_that_is_gone_is_said_to_who_follows_it(loop: Loop) -> None:
    ref = await loop.sent()
    (message,) = await loop.messages()
    del loop.service.answers_of("identity")["POST /service-tokens"]

    await loop.service.deliver(message)

    reminders = [
        each for each in await loop.service.published(loop.lena.tenant) if isinstance(each, ReferralReminder)
    ]
    assert [each.what for each in reminders] == ["undeliverable"]
    assert (await loop.seen(ref)).disclosures[0].delivered_at is None


async def test_what_was_refused_is_closed_by_who_sent_it(loop: Loop) -> None:
    ref = await loop.sent()
    await loop.carry()
    early = await loop.post(f"/referrals/{ref.referral_id}/close", CloseReferral(outcome="not_started"))
    (received,) = await loop.received()
    await loop.answer(received, "refused", reason="no_capacity")
    await loop.carry()

    closed = await loop.post(f"/referrals/{ref.referral_id}/close", CloseReferral(outcome="not_started"))
    await loop.carry()

    assert problem(early) == (409, "referral_state_wrong")
    assert loop.read(closed, ReferralRef).state == "closed"
    assert (await loop.received())[0].line.state == "closed"


async def test_a_ground_in_the_place_of_consent_needs_a_right_a_reason_and_its_conditions(loop: Loop) -> None:
    ref = await loop.propose()
    chief = principal(loop.lena.tenant, *SENDER, Permission.REFERRAL_GROUND, user_id=loop.lena.user_id)
    grounds = loop.read(await loop.service.get("/legal-grounds", by=loop.lena), list[LegalGround])
    minor = next(each for each in grounds if each.key == "SECRECY_MINOR")
    path = f"/referrals/{ref.referral_id}/ground"
    command = InvokeGround(
        ground="SECRECY_MINOR", fields=EVERY_FIELD, reason=REASON, confirmed=minor.conditions
    )

    without_right = await loop.post(path, command)
    unconfirmed = await loop.post(
        path, InvokeGround(ground="SECRECY_MINOR", fields=EVERY_FIELD, reason=REASON), by=chief
    )
    short = await loop.post(
        path, {"ground": "SECRECY_MINOR", "fields": EVERY_FIELD, "reason": "kort"}, by=chief
    )
    unknown = await loop.post(path, InvokeGround(ground="OTHER", fields=EVERY_FIELD, reason=REASON), by=chief)
    assert problem(without_right) == (403, "forbidden")
    assert field_codes(unconfirmed) == {"confirmed": "confirm_conditions"}
    assert short.status_code == 422
    assert field_codes(unknown) == {"ground": "not_in_force"}

    assert (await loop.post(path, command, by=chief)).is_success
    await loop.send(ref)
    await loop.carry()

    (received,) = await loop.received()
    assert received.basis == "SECRECY_MINOR"
    assert REASON not in [each.value for each in received.fields]
    view = await loop.seen(ref)
    assert [(each.consent_id, each.ground_id) for each in view.disclosures] == [
        (None, view.grounds[0].ground_id)
    ]


async def test_amended_after_a_reply_that_was_lost_it_arrives_as_it_is_now(loop: Loop) -> None:
    ref = await loop.sent()
    (handed_over,) = await loop.messages()
    await loop.service.deliver(handed_over)
    async with loop.service.transaction(loop.lena.tenant) as session:
        await driver_of(session).execute("DELETE FROM inbox WHERE event_id = $1", handed_over.id)
    values = {**VALUES, "need": "Gesprek in de namiddag"}
    command = AmendReferral(values=values, version=(await loop.seen(ref)).version)
    assert (await loop.post(f"/referrals/{ref.referral_id}", command)).is_success

    await loop.service.deliver(handed_over)

    (received,) = await loop.received()
    assert {each.key: each.value for each in received.fields}.items() >= values.items()
