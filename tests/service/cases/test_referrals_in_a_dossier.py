"""What a dossier shows of its referrals: a line for each step in codes, a task while one must be followed up (S07, S08)."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from shared.auth import Principal
from shared.contracts.cases import DossierRef, EntryView
from shared.contracts.referrals import IncomingReferralChanged, ReferralProgressed, ReferralReminder
from shared.contracts.tasks import CompleteTask
from shared.db import uuid7
from tests.service.cases.conftest import open_kinds, opened, person_in, seen, task_of
from tests.support.service import ServiceUnderTest

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def step(
    ref: DossierRef, by: Principal, what: str, state: str, referral: UUID, **more: Any
) -> ReferralProgressed:
    return ReferralProgressed(
        id=uuid7(), occurred_at=NOW, tenant=by.tenant, actor=more.pop("actor", by.user_id), referral_id=referral,
        dossier_id=ref.dossier_id, follower=by.user_id, state=state, what=what, kind="partner_link", **more,
    )  # fmt: skip


def reminder(ref: DossierRef, by: Principal, referral: UUID, what: str = "answer_by") -> ReferralReminder:
    return ReferralReminder(
        id=uuid7(), occurred_at=NOW, tenant=by.tenant, referral_id=referral, dossier_id=ref.dossier_id,
        follower=by.user_id, what=what,
    )  # fmt: skip


async def lines(cases: ServiceUnderTest, ref: DossierRef, by: Principal) -> list[EntryView]:
    """Those about referrals, oldest first."""
    timeline = reversed((await seen(cases, ref, by)).timeline)
    return [entry for entry in timeline if entry.code.startswith("referral_")]


async def codes(cases: ServiceUnderTest, ref: DossierRef, by: Principal) -> list[str]:
    return [entry.code for entry in await lines(cases, ref, by)]


async def test_three_offers_are_three_lines_and_no_reason_is_among_them(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref, referral = await opened(cases, worker), uuid7()

    for state in ("consent_refused", "consent_refused", "consent_given"):
        await cases.deliver(step(ref, worker, "offered", state, referral))

    assert await codes(cases, ref, worker) == [
        "referral_consent_refused", "referral_consent_refused", "referral_consent_given",
    ]  # fmt: skip
    for entry in await lines(cases, ref, worker):
        assert (entry.details, entry.text) == ({"referral": str(referral)}, "")


@pytest.mark.parametrize("state", ["sent", "acknowledged", "more_asked"])
async def test_asking_again_after_it_was_sent_is_no_line_that_nobody_has_words_for(
    cases: ServiceUnderTest, worker: Principal, state: str
) -> None:
    ref = await opened(cases, worker)

    await cases.deliver(step(ref, worker, "offered", state, uuid7()))

    assert await codes(cases, ref, worker) == []


async def test_a_second_delivery_leaves_one_line(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker)
    event = step(ref, worker, "sent", "sent", uuid7())

    await cases.deliver(event)
    await cases.deliver(event)

    assert await codes(cases, ref, worker) == ["referral_sent"]


@pytest.mark.parametrize("what", ["proposed", "reminded", "follower"])
async def test_what_did_not_happen_to_the_person_leaves_no_line(
    cases: ServiceUnderTest, worker: Principal, what: str
) -> None:
    ref = await opened(cases, worker)

    await cases.deliver(step(ref, worker, what, "proposed", uuid7()))

    assert await codes(cases, ref, worker) == []


async def test_an_answer_says_which_as_a_code_and_that_the_service_gave_it(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker)

    await cases.deliver(step(ref, worker, "refused", "refused", uuid7(), actor=None, reason="no_capacity"))

    [entry] = await lines(cases, ref, worker)
    assert (entry.code, entry.author, entry.author_service) == ("referral_answered", None, "referrals")
    assert (entry.details["answer"], entry.details["refusal"]) == ("refused", "no_capacity")


async def test_the_task_to_refer_is_done_when_it_is_sent_and_only_that_persons(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker, "ifv_physical")
    wishes = [await person_in(cases, ref, worker, last_name=name) for name in ("Peeters", "Maes")]
    for person_id in wishes:
        await wanting(cases, ref, worker, person_id)
    assert (await open_kinds(cases, ref, worker)).count("referral") == 2

    await cases.deliver(step(ref, worker, "sent", "sent", uuid7(), person_id=wishes[0]))

    left = [task for task in (await seen(cases, ref, worker)).tasks if task.kind == "referral"]
    assert {task.why["of"]: task.state for task in left} == {str(wishes[0]): "done", str(wishes[1]): "open"}


async def test_a_refusal_ends_the_task_to_refer(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker)
    whom = await person_in(cases, ref, worker, last_name="Peeters")
    await wanting(cases, ref, worker, whom)

    await cases.deliver(step(ref, worker, "offered", "consent_refused", uuid7(), person_id=whom))

    assert "referral" not in await open_kinds(cases, ref, worker)


async def wanting(cases: ServiceUnderTest, ref: DossierRef, by: Principal, whom: UUID) -> None:
    """A re-contact at which somebody said that he wants a referral."""
    recontact = await task_of(cases, ref, by, "recontact")
    done = CompleteTask(result="reached_referral_wanted", person_id=whom)
    await cases.post(f"/tasks/{recontact.task_id}/complete", done, by=by)


async def test_a_reminder_becomes_one_task_until_the_service_answers(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref, referral = await opened(cases, worker), uuid7()

    await cases.deliver(reminder(ref, worker, referral))
    await cases.deliver(reminder(ref, worker, referral, "expires_soon"))
    planned = [task for task in (await seen(cases, ref, worker)).tasks if task.kind == "referral_follow_up"]
    await cases.deliver(step(ref, worker, "accepted", "accepted", referral, actor=None))

    assert [(task.assignee, task.why["rule"]) for task in planned] == [(worker.user_id, "referral_answer_by")]
    assert "referral_follow_up" not in await open_kinds(cases, ref, worker)


async def test_a_step_of_a_dossier_that_is_not_here_is_passed_over(
    cases: ServiceUnderTest, worker: Principal, stranger: Principal
) -> None:
    ref = await opened(cases, worker)

    await cases.deliver(step(ref, stranger, "sent", "sent", uuid7()))
    await cases.deliver(reminder(ref, stranger, uuid7()))

    assert await codes(cases, ref, worker) == []
    assert "referral_follow_up" not in await open_kinds(cases, ref, worker)


@pytest.mark.parametrize(
    ("what", "state", "code"),
    [
        ("linked", "sent", "incoming_linked"),
        ("unlinked", "sent", "incoming_unlinked"),
        ("amended", "acknowledged", "incoming_amended"),
        ("ended", "withdrawn", "incoming_withdrawn"),
        ("ended", "expired", "incoming_expired"),
        ("ended", "closed", "incoming_ended"),
    ],
)
async def test_a_dossier_that_took_up_a_referral_shows_what_becomes_of_it(
    cases: ServiceUnderTest, worker: Principal, what: str, state: str, code: str
) -> None:
    ref, incoming = await opened(cases, worker), uuid7()
    event = IncomingReferralChanged(
        id=uuid7(), occurred_at=NOW, tenant=worker.tenant, actor=None, incoming_id=incoming, state=state, what=what,
        dossier_id=ref.dossier_id,
    )  # fmt: skip

    await cases.deliver(event)
    await cases.deliver(event)

    found = [each for each in (await seen(cases, ref, worker)).timeline if each.code.startswith("incoming_")]
    assert [(each.code, each.details) for each in found] == [(code, {"incoming": str(incoming)})]


async def test_what_no_dossier_took_up_leaves_no_line(cases: ServiceUnderTest, worker: Principal) -> None:
    ref = await opened(cases, worker)

    await cases.deliver(
        IncomingReferralChanged(
            id=uuid7(),
            occurred_at=NOW,
            tenant=worker.tenant,
            incoming_id=uuid7(),
            state="sent",
            what="received",
        )
    )

    assert not [
        each for each in (await seen(cases, ref, worker)).timeline if each.code.startswith("incoming_")
    ]
