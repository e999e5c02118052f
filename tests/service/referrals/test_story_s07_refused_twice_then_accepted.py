"""S07: the victim of a robbery refuses twice and accepts at the re-contact after a month: nothing leaves before,
of the refusals nothing is kept but the day, and the form holds only what was agreed."""

from datetime import timedelta

import msgspec
import pytest

from shared.contracts.consents import OfferReferral
from shared.contracts.referrals import ReferralHandedOver
from shared.contracts.referring import AmendReferral, SendReferral
from shared.db import driver_of
from tests.service.referrals.conftest import field_codes, problem
from tests.service.referrals.loop import EVERY_FIELD, VALUES, Loop
from tests.support.clock import today


async def test_the_dossier_shows_three_offers_and_nothing_left_before_the_third(loop: Loop) -> None:
    ref = await loop.propose()
    month_ago = today() - timedelta(days=30)
    await loop.offer(ref, "refused", on=month_ago)
    await loop.offer(ref, "refused", on=month_ago + timedelta(days=7))
    too_early = await loop.post(
        f"/referrals/{ref.referral_id}/send", SendReferral(version=(await loop.seen(ref)).version)
    )
    assert problem(too_early) == (409, "no_live_consent")
    assert await loop.messages() == []

    await loop.offer(ref)
    await loop.send(ref)
    await loop.carry()

    page = await loop.of_dossier()
    assert [(each.state, each.on) for each in page.offers] == [
        ("given", today()),
        ("refused", month_ago + timedelta(days=7)),
        ("refused", month_ago),
    ]
    assert page.referrals[0].offers == 3
    (received,) = await loop.received()
    assert {each.key for each in received.fields} <= {
        *EVERY_FIELD, "sent_on", "urgency", "consent_by", "consent_way", "consent_on",
    }  # fmt: skip


async def test_of_a_refusal_only_that_it_was_offered_and_the_day_are_kept(loop: Loop) -> None:
    ref = await loop.propose()

    refused = await loop.offer(
        ref, "refused", fields=["name"], given_by="person", giver_id=loop.victim, way="written"
    )

    async with loop.service.transaction(loop.lena.tenant) as session:
        row = await driver_of(session).fetchrow(
            "SELECT * FROM referral_consents WHERE id = $1", refused.consent_id
        )
    assert (row["state"], row["offered_on"]) == ("refused", today())
    assert (row["fields"], row["given_by"], row["giver_id"], row["way"]) == ([], "", None, "")
    assert not any("reason" in name or "why" in name for name in dict(row))


async def test_only_the_fields_that_were_agreed_are_sent_and_the_rest_stands_in_the_way(loop: Loop) -> None:
    ref = await loop.propose()
    agreed = [name for name in EVERY_FIELD if name != "need"]
    await loop.offer(ref, fields=agreed)

    refused = await loop.post(
        f"/referrals/{ref.referral_id}/send", SendReferral(version=(await loop.seen(ref)).version)
    )

    assert problem(refused) == (409, "not_covered")
    assert field_codes(refused) == {"values.need": "not_covered"}
    assert await loop.messages() == []


async def test_consent_can_be_given_later(loop: Loop) -> None:
    ref = await loop.propose()
    pending = await loop.offer(ref, "pending")
    assert (await loop.seen(ref)).line.state == "consent_pending"

    given = await loop.offer(ref)

    assert given.consent_id == pending.consent_id
    assert [(each.state, each.fields != []) for each in (await loop.seen(ref)).consents] == [("given", True)]
    assert given.referral_state == "consent_given"


async def test_whoever_looks_at_the_preview_sees_exactly_what_is_sent(loop: Loop) -> None:
    ref = await loop.propose()
    await loop.offer(ref)
    shown = (await loop.service.get(f"/referrals/{ref.referral_id}/preview", by=loop.lena)).json()

    await loop.send(ref)
    await loop.carry()

    (received,) = await loop.received()
    assert msgspec.to_builtins(received.fields) == shown["fields"]
    assert shown["uncovered"] == shown["missing"] == []


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [
        ({"state": "given", "fields": []}, {"fields": "required"}),
        ({"state": "given", "fields": ["shoe_size"]}, {"fields": "not_in_form"}),
        ({"state": "given", "fields": ["name"], "way": "smoke"}, {"way": "not_a_choice"}),
        ({"state": "given", "fields": ["name"], "given_by": "judge"}, {"given_by": "not_a_choice"}),
        ({"state": "refused", "on": today() + timedelta(days=2)}, {"on": "in_the_future"}),
        ({"state": "perhaps"}, {"state": "not_a_choice"}),
        (
            {"state": "given", "fields": ["name"], "expires_on": today() - timedelta(days=2)},
            {"expires_on": "in_the_past"},
        ),
    ],
)
async def test_what_cannot_be_recorded_says_why(
    loop: Loop, facts: dict[str, object], wrong: dict[str, str]
) -> None:
    ref = await loop.propose()

    answer = await loop.post(f"/referrals/{ref.referral_id}/consents", facts)

    assert (answer.status_code, field_codes(answer)) == (422, wrong)


async def test_a_field_that_the_form_does_not_ask_is_not_taken(loop: Loop) -> None:
    ref = await loop.propose()
    view = await loop.seen(ref)

    story = await loop.post(
        f"/referrals/{ref.referral_id}",
        AmendReferral(values={**VALUES, "story": "Het hele verhaal"}, version=view.version),
    )
    too_long = await loop.post(
        f"/referrals/{ref.referral_id}",
        AmendReferral(values={**VALUES, "need": "x" * 401}, version=view.version),
    )

    assert field_codes(story) == {"values.story": "not_in_form"}
    assert field_codes(too_long) == {"values.need": "too_long"}


async def test_sending_the_same_twice_sends_once(loop: Loop) -> None:
    ref = await loop.propose()
    await loop.offer(ref)
    command = SendReferral(version=(await loop.seen(ref)).version)
    path = f"/referrals/{ref.referral_id}/send"

    first = await loop.service.post(path, command, by=loop.lena, key="a-double-click")
    again = await loop.service.post(path, command, by=loop.lena, key="a-double-click")
    another = await loop.service.post(path, command, by=loop.lena)

    assert first.json() == again.json()
    assert problem(another) == (409, "referral_state_wrong")
    assert len([each for each in await loop.messages() if isinstance(each, ReferralHandedOver)]) == 1


async def test_an_offer_that_was_recorded_needs_a_right(loop: Loop) -> None:
    ref = await loop.propose()

    answer = await loop.post(
        f"/referrals/{ref.referral_id}/consents", OfferReferral(state="refused"), by=loop.karim
    )

    assert problem(answer) == (403, "forbidden")


@pytest.mark.parametrize("answer", ["refused", "pending"])
async def test_who_consented_and_says_no_or_later_before_it_was_sent_takes_the_consent_back(
    loop: Loop, answer: str
) -> None:
    ref = await loop.propose()
    await loop.offer(ref)

    await loop.offer(ref, answer)

    view = await loop.seen(ref)
    assert [(each.state, each.live) for each in view.consents] == [(answer, False), ("withdrawn", False)]
    sent = await loop.post(f"/referrals/{ref.referral_id}/send", SendReferral(version=view.version))
    assert problem(sent) == (409, "no_live_consent")


async def test_the_last_consent_says_all_that_may_leave_also_when_an_earlier_one_said_more(
    loop: Loop,
) -> None:
    ref = await loop.propose()
    await loop.offer(ref)
    narrower = await loop.offer(ref, fields=["name", "safe_phone"])
    assert [each.live for each in (await loop.seen(ref)).consents] == [True, False]
    assert [each.live for each in (await loop.of_dossier()).offers] == [True, False]
    async with loop.service.transaction(loop.lena.tenant) as session:
        await driver_of(session).execute(
            "UPDATE referral_consents SET expires_on = '2026-01-01' WHERE id = $1", narrower.consent_id
        )

    version = (await loop.seen(ref)).version
    sent = await loop.post(f"/referrals/{ref.referral_id}/send", SendReferral(version=version))

    assert problem(sent) == (409, "consent_expired")
