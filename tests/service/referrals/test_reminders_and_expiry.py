"""When nobody does anything: who follows a referral is reminded, and one that nobody answers ends; the recipient is told."""

from datetime import UTC, date, datetime, timedelta

from services.referrals.referring.terms import WorkingDays, local_day, morning_after, morning_of
from shared.contracts.referrals import IncomingReferralChanged, ReferralReminder
from tests.service.referrals.loop import Loop

NIGHT = timedelta(minutes=1)


async def reminders(loop: Loop) -> list[str]:
    return [
        each.what
        for each in await loop.service.published(loop.lena.tenant)
        if isinstance(each, ReferralReminder) and each.follower == loop.lena.user_id
    ]


async def pass_until(loop: Loop, day: date) -> None:
    await loop.service.run_timers(morning_after(day) + NIGHT)


async def test_consent_that_was_not_followed_by_sending(loop: Loop) -> None:
    ref = await loop.propose()
    await loop.offer(ref)
    send_by = (await loop.seen(ref)).send_by
    assert send_by == WorkingDays().after(local_day(datetime.now(UTC)), 2)

    await loop.service.run_timers(morning_of(send_by) + NIGHT)

    assert await reminders(loop) == ["send_by"]


async def test_what_was_sent_in_time_brings_no_reminder_of_it(loop: Loop) -> None:
    ref = await loop.sent()
    view = await loop.seen(ref)
    assert view.send_by is not None

    await pass_until(loop, view.send_by)

    assert "send_by" not in await reminders(loop)


async def test_without_an_answer_it_is_late_then_expires_and_the_recipient_keeps_no_field(loop: Loop) -> None:
    ref = await loop.sent()
    await loop.carry()
    view = await loop.seen(ref)
    assert view.answer_by is not None
    assert view.expires_on is not None

    await pass_until(loop, view.answer_by)
    assert sorted(await reminders(loop)) == ["answer_by", "contact_by"]
    await pass_until(loop, view.expires_on - timedelta(days=2))
    await pass_until(loop, view.expires_on)
    await loop.carry()

    assert (await reminders(loop))[2:] == ["expires_soon"]
    assert (await loop.seen(ref)).line.state == "expired"
    assert [(each.line.state, each.fields) for each in await loop.received()] == [("expired", [])]


async def test_an_answer_stops_the_clock(loop: Loop) -> None:
    ref = await loop.sent()
    await loop.carry()
    (received,) = await loop.received()
    await loop.answer(received, "accepted")
    await loop.answer(received, "first_contact_made")
    await loop.carry()
    view = await loop.seen(ref)
    assert view.expires_on is not None

    await pass_until(loop, view.expires_on)

    assert await reminders(loop) == []
    assert (await loop.seen(ref)).line.state == "first_contact_made"


async def test_an_answer_that_crossed_the_expiry_stands_on_both_sides(loop: Loop) -> None:
    ref = await loop.sent()
    await loop.carry()
    (received,) = await loop.received()
    await loop.answer(received, "accepted")
    view = await loop.seen(ref)
    assert view.expires_on is not None

    await pass_until(loop, view.expires_on)
    await loop.carry(twice=True)

    assert (await loop.seen(ref)).line.state == "accepted"
    (kept,) = await loop.received()
    assert kept.line.state == "accepted"
    assert kept.fields != []


async def test_the_recipient_is_reminded_of_the_first_contact(loop: Loop) -> None:
    await loop.sent()
    await loop.carry()
    (received,) = await loop.received()
    assert received.line.contact_by is not None

    await loop.service.run_timers(morning_of(received.line.contact_by) + NIGHT)

    told = [
        each.what
        for each in await loop.service.published(loop.karim.tenant)
        if isinstance(each, IncomingReferralChanged)
    ]
    assert told == ["received", "late"]


async def test_some_time_after_closing_the_recipient_keeps_no_field_either(loop: Loop) -> None:
    await loop.sent(loop.on_platform)
    await loop.carry()
    (received,) = await loop.received()
    await loop.answer(received, "closed", outcome="helped")
    assert (await loop.received())[0].fields != []

    await pass_until(loop, local_day(datetime.now(UTC)) + timedelta(days=31))

    (kept,) = await loop.received()
    assert (kept.line.state, kept.fields) == ("closed", [])


async def test_who_would_think_about_it_is_asked_again(loop: Loop) -> None:
    ref = await loop.propose()
    await loop.offer(ref, "pending")

    await pass_until(loop, local_day(datetime.now(UTC)) + timedelta(days=20))

    assert await reminders(loop) == ["consent_pending"]
    assert (await loop.seen(ref)).line.state == "consent_pending"


async def test_it_is_to_be_sent_so_many_days_after_the_consent_not_after_it_was_written_down(
    loop: Loop,
) -> None:
    ref = await loop.propose()
    on = local_day(datetime.now(UTC)) - timedelta(days=10)

    await loop.offer(ref, on=on)
    await loop.service.run_timers(datetime.now(UTC))

    view = await loop.seen(ref)
    assert (view.send_by, view.line.late) == (WorkingDays().after(on, 2), "send_by")
    assert await reminders(loop) == ["send_by"]
