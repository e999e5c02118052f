"""Calendar links: only a digest is kept, revoking works at once, and who left reads nothing."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from shared.auth import Permission, Principal
from shared.contracts.identity import StaffDeactivated
from shared.contracts.rosters import CalendarFeed, CalendarFeedRef, FeedContent
from shared.db import driver_of, uuid7
from tests.service.rostering.conftest import MakeZone, Zone, fields, problem
from tests.support.principals import principal

SECRET = "a-secret-that-only-the-link-knows"
DIGEST = hashlib.sha256(SECRET.encode()).hexdigest()


async def opened(zone: Zone, by: Principal, *, digest: str = DIGEST, **changes: Any) -> CalendarFeedRef:
    answer = await zone.service.post(
        "/calendar-feeds", {"digest": digest, "reminder_minutes": [60], **changes}, by=by
    )
    return zone.service.read(answer, CalendarFeedRef)


async def content(zone: Zone, digest: str = DIGEST) -> httpx.Response:
    gateway = principal(zone.tenant, Permission.CALENDAR_READ)
    return await zone.service.get("/calendar-feeds/content", by=gateway, digest=digest)


async def test_a_link_gives_ones_own_shifts_and_a_full_one_everybodys(zone: Zone) -> None:
    shift = await zone.plan(zone.lena, "primary")
    await zone.plan(zone.tom, "backup")
    await opened(zone, zone.lena)
    own = zone.service.read(await content(zone), FeedContent)
    assert [each.shift_id for each in own.shifts] == [shift.shift_id]
    assert (own.user_id, own.reminder_minutes) == (zone.lena.user_id, [60])
    full = hashlib.sha256(b"another").hexdigest()
    await opened(zone, zone.lena, digest=full, full_roster=True)
    assert len(zone.service.read(await content(zone, full), FeedContent).shifts) == 2


async def test_a_shift_that_ends_otherwise_keeps_its_id_and_counts_its_changes_and_a_cancelled_one_is_gone(
    zone: Zone,
) -> None:
    shift = await zone.plan(zone.lena, "primary", begins=timedelta(hours=2), hours=20)
    await opened(zone, zone.lena)
    (before,) = zone.service.read(await content(zone), FeedContent).shifts
    swap = {
        "kind": "replace", "level": "primary", "user_id": str(zone.tom.user_id), "replaces": str(zone.lena.user_id),
        "starts_at": (zone.now + timedelta(hours=10)).isoformat(), "ends_at": (zone.now + timedelta(hours=22)).isoformat(),
    }  # fmt: skip
    assert (await zone.service.post("/roster-overrides", swap, by=zone.coordinator)).is_success
    (after,) = zone.service.read(await content(zone), FeedContent).shifts
    assert (after.shift_id, after.sequence) == (shift.shift_id, before.sequence + 1)
    assert after.changed_at > before.changed_at
    await zone.service.post(f"/shifts/{shift.shift_id}/remove", by=zone.coordinator)
    assert zone.service.read(await content(zone), FeedContent).shifts == []


async def test_a_revoked_link_and_that_of_somebody_who_left_are_as_unknown_as_any(
    zone: Zone, make_zone: MakeZone, other_tenant: str
) -> None:
    ref = await opened(zone, zone.lena)
    path = f"/calendar-feeds/{ref.feed_id}/revoke"
    for other in (zone.coordinator, make_zone(other_tenant).lena):
        assert problem(await zone.service.post(path, by=other)) == (404, "not_found")
    assert problem(await content(make_zone(other_tenant))) == (404, "not_found")
    assert (await zone.service.post(path, by=zone.lena)).is_success
    unknown = await content(zone, "0" * 64)
    assert problem(await content(zone)) == problem(unknown) == (404, "not_found")
    assert (
        zone.service.read(await zone.service.get("/calendar-feeds", by=zone.lena), list[CalendarFeed]) == []
    )

    toms = hashlib.sha256(b"toms").hexdigest()
    await opened(zone, zone.tom, digest=toms)
    zone.service.answers_of("identity")["GET /staff"] = []
    await zone.service.deliver(
        StaffDeactivated(
            id=uuid7(), occurred_at=datetime.now(UTC), tenant=zone.tenant, user_id=zone.tom.user_id
        )
    )
    assert problem(await content(zone, toms)) == (404, "not_found")


async def test_nobody_but_the_gateway_reads_a_calendar_and_no_secret_is_kept(zone: Zone) -> None:
    await opened(zone, zone.lena)
    for who in (zone.lena, zone.coordinator):
        answer = await zone.service.get("/calendar-feeds/content", by=who, digest=DIGEST)
        assert problem(answer) == (403, "forbidden")
    async with zone.service.transaction(zone.tenant) as session:
        kept = await driver_of(session).fetchval(
            "SELECT row_to_json(calendar_feeds)::text FROM calendar_feeds"
        )
    assert SECRET not in kept
    assert DIGEST in kept


async def test_bad_input_and_at_most_five_links(zone: Zone) -> None:
    for data, code in (
        ({"digest": "short"}, {"digest": "invalid"}),
        ({"digest": DIGEST, "reminder_minutes": [7]}, {"reminder_minutes": "not_a_choice"}),
        ({"digest": DIGEST, "language": "it"}, {"language": "not_a_choice"}),
    ):
        answer = await zone.service.post("/calendar-feeds", data, by=zone.lena)
        assert set(fields(answer)) == set(code)
    for number in range(5):
        await opened(zone, zone.lena, digest=f"{number:064x}")
    assert problem(await zone.service.post("/calendar-feeds", {"digest": DIGEST}, by=zone.lena)) == (
        409, "too_many_feeds",
    )  # fmt: skip
    twice = await zone.service.post("/calendar-feeds", {"digest": f"{1:064x}"}, by=zone.tom)
    assert problem(twice) == (409, "secret_used")
