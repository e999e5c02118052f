"""S10: a temporary home ban: both clocks from the oral notification, the victim informed, an alert before the end."""

from datetime import UTC, datetime, timedelta

import pytest

from services.cases.dossiers.deadlines import local_day
from shared.auth import Principal
from shared.contracts.aftercare import (
    EndHomeBan,
    ExtendHomeBan,
    HomeBanRef,
    InformVictim,
    OrderHomeBan,
    SetHearing,
)
from shared.contracts.cases import DossierRef, HomeBanEnds
from tests.service.cases.conftest import (
    aftercare_of,
    field_codes,
    open_kinds,
    opened,
    problem,
    seen,
    task_of,
)
from tests.support.service import ServiceUnderTest

NOW = datetime.now(UTC).replace(microsecond=0)
NOTIFIED = NOW - timedelta(hours=3)


async def ordered(
    cases: ServiceUnderTest, by: Principal, *, notified_at: datetime = NOTIFIED, days: int = 14
) -> tuple[DossierRef, HomeBanRef]:
    ref = await opened(cases, by, "ifv_physical")
    command = OrderHomeBan(notified_at=notified_at, days=days, ordered_by="Substituut De Wit")
    answer = await cases.post(f"/dossiers/{ref.dossier_id}/home-bans", command, by=by)
    return ref, cases.read(answer, HomeBanRef)


async def test_the_whole_story(cases: ServiceUnderTest, worker: Principal) -> None:
    ref, ban = await ordered(cases, worker)
    assert local_day(ban.ends_at) == local_day(NOTIFIED) + timedelta(days=14)

    end = await task_of(cases, ref, worker, "home_ban_end")
    hearing = await task_of(cases, ref, worker, "home_ban_hearing")
    assert (end.due_on, end.compulsory) == (local_day(ban.ends_at), True)
    assert end.why["rule"] == "ban_from_notification"
    assert (end.why["days"], end.why["from"]) == ("14", local_day(NOTIFIED).isoformat())
    assert hearing.due_on <= end.due_on
    assert hearing.why["rule"] == "within_ban"

    told = InformVictim(of="ban")
    assert (await cases.post(f"/home-bans/{ban.home_ban_id}/victim-informed", told, by=worker)).is_success
    sits = SetHearing(hearing_at=NOTIFIED + timedelta(days=9), court="Familierechtbank Dendermonde")
    assert (await cases.post(f"/home-bans/{ban.home_ban_id}/hearing", sits, by=worker)).is_success
    assert [kind for kind in await open_kinds(cases, ref, worker) if "home_ban" in kind] == ["home_ban_end"]

    await cases.run_timers(ban.ends_at - timedelta(hours=49))
    assert not await alerts(cases, worker)
    await cases.run_timers(ban.ends_at - timedelta(hours=47))
    (alert,) = await alerts(cases, worker)
    assert (alert.home_ban_id, alert.ends_at, alert.holder) == (
        ban.home_ban_id,
        ban.ends_at,
        worker.user_id,
    )
    (view,) = (await aftercare_of(cases, ref, worker)).home_bans
    assert [(each.of, each.way, each.by) for each in view.victim_informed] == [
        ("ban", "phone", worker.user_id)
    ]
    assert "15 May 2012" in view.source


async def alerts(cases: ServiceUnderTest, by: Principal) -> list[HomeBanEnds]:
    return [each for each in await cases.published(by.tenant) if isinstance(each, HomeBanEnds)]


async def test_the_family_court_extends_by_three_months_at_most_and_the_clock_moves_with_it(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref, ban = await ordered(cases, worker)
    today = local_day(NOW)
    path = f"/home-bans/{ban.home_ban_id}/extend"

    too_long = await cases.post(
        path, ExtendHomeBan(decided_on=today, until=today + timedelta(days=93)), by=worker
    )
    too_short = await cases.post(
        path, ExtendHomeBan(decided_on=today, until=today + timedelta(days=3)), by=worker
    )
    good = ExtendHomeBan(decided_on=today, until=today + timedelta(days=60))
    extended = await cases.post(path, good, by=worker)
    again = await cases.post(path, good, by=worker)

    assert field_codes(too_long) == {"until": "too_far"}
    assert field_codes(too_short) == {"until": "before_the_end"}
    assert local_day(cases.read(extended, HomeBanRef).ends_at) == today + timedelta(days=61)  # midnight after
    assert problem(again) == (409, "extended_before")
    end = await task_of(cases, ref, worker, "home_ban_end")
    assert (end.due_on, end.why["rule"]) == (today + timedelta(days=60), "ban_extended")
    assert "home_ban_inform" in await open_kinds(cases, ref, worker)
    await cases.run_timers(ban.ends_at)  # the old end alerts nobody any more
    assert not await alerts(cases, worker)


async def test_a_ban_that_was_lifted_alerts_nobody_and_takes_no_more_acts(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref, ban = await ordered(cases, worker)
    lifted = EndHomeBan(reason="lifted")

    first, second = [
        await cases.post(f"/home-bans/{ban.home_ban_id}/end", lifted, by=worker) for _ in range(2)
    ]
    await cases.run_timers(ban.ends_at)

    assert first.is_success
    assert problem(second) == (409, "home_ban_over")
    assert not await alerts(cases, worker)
    assert [kind for kind in await open_kinds(cases, ref, worker) if "home_ban" in kind] == [
        "home_ban_inform"
    ]


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        (OrderHomeBan(notified_at=NOTIFIED, days=15), {"days": "too_many_days"}),
        (OrderHomeBan(notified_at=NOW + timedelta(days=1)), {"notified_at": "in_the_future"}),
        (OrderHomeBan(notified_at=datetime(2011, 1, 1, tzinfo=UTC)), {"notified_at": "too_far"}),
    ],
)
async def test_what_the_law_does_not_know_is_refused(
    cases: ServiceUnderTest, worker: Principal, command: OrderHomeBan, wrong: dict[str, str]
) -> None:
    ref = await opened(cases, worker, "ifv_physical")

    assert field_codes(await cases.post(f"/dossiers/{ref.dossier_id}/home-bans", command, by=worker)) == wrong


async def test_the_hearing_lies_within_the_ban(cases: ServiceUnderTest, worker: Principal) -> None:
    _, ban = await ordered(cases, worker)
    path = f"/home-bans/{ban.home_ban_id}/hearing"

    late = await cases.post(path, SetHearing(hearing_at=ban.ends_at + timedelta(minutes=1)), by=worker)
    early = await cases.post(path, SetHearing(hearing_at=NOTIFIED - timedelta(minutes=1)), by=worker)

    assert field_codes(late) == {"hearing_at": "after_the_ban"}
    assert field_codes(early) == {"hearing_at": "before_the_ban"}


async def test_a_colleague_and_another_tenant_find_no_ban(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, stranger: Principal
) -> None:
    ref, ban = await ordered(cases, worker)

    for who in (colleague, stranger):
        answer = await cases.post(f"/home-bans/{ban.home_ban_id}/end", EndHomeBan(reason="lifted"), by=who)
        assert problem(answer) == (404, "not_found")
        assert problem(await cases.get(f"/dossiers/{ref.dossier_id}/aftercare", by=who)) == (404, "not_found")
    codes = [entry.code for entry in (await seen(cases, ref, worker)).timeline]
    assert codes.count("home_ban_ordered") == 1
