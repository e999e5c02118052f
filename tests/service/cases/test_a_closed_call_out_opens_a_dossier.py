"""A closed call-out becomes a dossier with a holder, tasks and a timeline, once."""

from datetime import UTC, date, datetime

import pytest

from shared.auth import Principal
from shared.contracts.cases import DossierOpened, DossierView
from shared.errors import Unavailable
from tests.service.cases.conftest import closed_call_out, listed
from tests.support.service import ServiceUnderTest


async def taken_over(cases: ServiceUnderTest, worker: Principal) -> DossierView:
    await cases.deliver(closed_call_out(cases, worker))
    line = (await listed(cases, worker)).lines[0]
    return cases.read(await cases.get(f"/dossiers/{line.dossier_id}", by=worker), DossierView)


async def test_who_accepted_holds_a_dossier_with_the_briefing(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    dossier = await taken_over(cases, worker)

    assert dossier.holder == worker.user_id
    assert dossier.number == "SPOT-2026-0001"
    assert dossier.place == "Gentsesteenweg 40, Aalst"
    assert dossier.pv_number == "AA.12.L1.000123/2026"
    assert dossier.minors_involved
    assert dossier.opened_at == datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
    assert dossier.access.ground == "holder"
    assert dossier.access.may_write


async def test_the_report_is_due_by_the_end_of_the_next_working_day(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    dossier = await taken_over(cases, worker)

    report = next(task for task in dossier.tasks if task.kind == "call_out_report")
    assert report.due_on == date(2026, 3, 3)
    assert report.due_at == datetime(2026, 3, 3, 23, 0, tzinfo=UTC)
    assert report.compulsory
    assert report.assignee == worker.user_id
    assert report.why == {"rule": "next_working_day", "from": "2026-03-02"}


async def test_next_of_kin_are_contacted_again_after_ten_days_and_six_weeks(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    dossier = await taken_over(cases, worker)

    recontacts = [task for task in dossier.tasks if task.kind == "recontact"]
    assert [task.due_on for task in recontacts] == [date(2026, 3, 12), date(2026, 4, 13)]
    assert [task.why["days"] for task in recontacts] == ["10", "42"]


async def test_the_timeline_tells_the_night(cases: ServiceUnderTest, worker: Principal) -> None:
    dossier = await taken_over(cases, worker)

    assert {entry.code for entry in dossier.timeline} == {
        "call_out_briefing", "call_out_requested", "call_out_accepted", "call_out_on_site", "call_out_closed",
        "dossier_opened",
    }  # fmt: skip
    briefing = next(entry for entry in dossier.timeline if entry.code == "call_out_briefing")
    assert briefing.details["present"] == "moeder, broer"
    assert briefing.author_service == "rostering"


async def test_the_number_on_site_may_be_the_victims_and_is_not_read_in_passing(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    dossier = await taken_over(cases, worker)

    for path in (f"/dossiers/{dossier.dossier_id}", f"/dossiers/{dossier.dossier_id}/entries"):
        answer = await cases.get(path, by=worker)
        assert answer.is_success
        assert "70123456" not in answer.text
        assert '"contact_phone_ends":"56"' in answer.text.replace(" ", "")


async def test_a_second_delivery_opens_nothing(cases: ServiceUnderTest, worker: Principal) -> None:
    event = closed_call_out(cases, worker)

    assert await cases.deliver(event)
    assert not await cases.deliver(event)

    assert (await listed(cases, worker)).count == 1


async def test_the_same_closing_announced_under_another_id_opens_nothing(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    event = closed_call_out(cases, worker)
    again = closed_call_out(cases, worker)
    again = type(event)(**{**{f: getattr(event, f) for f in event.__struct_fields__}, "id": again.id})

    await cases.deliver(event)
    await cases.deliver(again)

    assert (await listed(cases, worker)).count == 1


async def test_while_rostering_is_away_the_event_is_kept_for_later(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    event = closed_call_out(cases, worker)
    answer = cases.answers_of("rostering").pop(f"GET /call-outs/{event.call_out_id}")
    cases.answers_of("rostering")[f"GET /call-outs/{event.call_out_id}"] = None

    with pytest.raises(Unavailable):
        await cases.deliver(event)
    assert (await listed(cases, worker)).count == 0

    cases.answers_of("rostering")[f"GET /call-outs/{event.call_out_id}"] = answer
    assert await cases.deliver(event)
    assert (await listed(cases, worker)).count == 1


async def test_a_call_out_that_needs_no_dossier_opens_none(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    await cases.deliver(closed_call_out(cases, worker, opens_dossier=False))

    assert (await listed(cases, worker)).count == 0


async def test_it_is_announced_with_ids_and_codes_only(cases: ServiceUnderTest, worker: Principal) -> None:
    event = closed_call_out(cases, worker)
    await cases.deliver(event)

    announced = [each for each in await cases.published(worker.tenant) if isinstance(each, DossierOpened)]
    assert [(each.call_out_id, each.holder) for each in announced] == [(event.call_out_id, worker.user_id)]
