"""S09: she lives with the perpetrator. A number is given when it is safe, or with a reason that everybody can read."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.cases.dossiers.commands import reveal_phone
from shared.auth import Permission, Principal
from shared.contracts.cases import DossierRef, DossierView
from shared.contracts.dossier_access import BreakGlass
from shared.contracts.persons import (
    AddPerson,
    ChangeSafeContact,
    NewPhone,
    PersonRef,
    RevealedPhone,
    RevealPhone,
    SafeContact,
    SafeWindow,
)
from tests.service.cases.conftest import audited, field_codes, opened, problem, seen
from tests.support.clock import today
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

NUMBER = "+32470123456"
BRUSSELS = ZoneInfo("Europe/Brussels")


def closed_now(now: datetime | None = None) -> SafeContact:
    """Two hours on the day after tomorrow: whatever the clock says, not now."""
    day = ((now or datetime.now(UTC)).astimezone(BRUSSELS) + timedelta(days=2)).isoweekday()
    return SafeContact(windows=[SafeWindow(weekdays=[day], starts=time(10), ends=time(12))])


async def with_person(
    cases: ServiceUnderTest, worker: Principal, **facts: object
) -> tuple[DossierRef, DossierView]:
    ref = await opened(cases, worker, "ifv_physical")
    command = AddPerson(**{"last_name": "Peeters", "phone": "0470 12 34 56", **facts})  # type: ignore[arg-type]
    cases.read(await cases.post(f"/dossiers/{ref.dossier_id}/persons", command, by=worker), PersonRef)
    return ref, await seen(cases, ref, worker)


def reveal_path(ref: DossierRef, view: DossierView, which: int = 0) -> str:
    return f"/dossiers/{ref.dossier_id}/phones/{view.phones[which].phone_id}/reveal"


async def test_the_page_never_holds_a_number(cases: ServiceUnderTest, worker: Principal) -> None:
    ref, view = await with_person(cases, worker)

    answer = await cases.get(f"/dossiers/{ref.dossier_id}", by=worker)

    assert NUMBER[-8:] not in answer.text
    assert (view.phones[0].ends_with, view.phones[0].person_id) == ("56", view.persons[0].person_id)


async def test_without_rules_a_number_is_given_and_that_is_kept(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    ref, view = await with_person(cases, worker)

    given = cases.read(await cases.post(reveal_path(ref, view), RevealPhone(), by=worker), RevealedPhone)

    assert (given.number, given.overridden) == (NUMBER, False)
    rows = await audited(cases, tenant, "reveal_phone")
    assert [(row["subject_id"], row["object_id"]) for row in rows] == [(ref.dossier_id, given.phone_id)]
    assert NUMBER[-6:] not in str(rows[0])
    assert (await seen(cases, ref, worker)).timeline[0].code == "person_added", "nothing to tell"


async def test_outside_the_safe_hours_there_is_no_number_but_the_next_time(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref, view = await with_person(cases, worker, safe=closed_now())

    answer = await cases.post(reveal_path(ref, view), RevealPhone(), by=worker)

    assert problem(answer) == (409, "unsafe_to_call")
    details = answer.json()["details"]
    assert details["why"] == "outside_hours"
    assert datetime.fromisoformat(details["next_from"]) > datetime.now(UTC)
    assert NUMBER[-6:] not in answer.text
    [verdict] = view.may_call
    assert (verdict.allowed, verdict.why) == (False, "outside_hours")
    assert verdict.person_id == view.persons[0].person_id


async def test_with_a_reason_it_is_given_and_the_timeline_tells_who_and_why(
    cases: ServiceUnderTest, worker: Principal, tenant: str
) -> None:
    ref, view = await with_person(cases, worker, safe=closed_now())
    reason = "Zij belde zelf en vroeg nu terug te bellen."

    short = await cases.post(reveal_path(ref, view), RevealPhone(reason="dringend"), by=worker)
    answer = await cases.post(reveal_path(ref, view), RevealPhone(reason=reason), by=worker)

    assert field_codes(short) == {"reason": "reason_shorter"}
    given = cases.read(answer, RevealedPhone)
    assert (given.number, given.overridden) == (NUMBER, True)
    entry = (await seen(cases, ref, worker)).timeline[0]
    assert (entry.code, entry.text, entry.author) == ("number_shown_anyway", reason, worker.user_id)
    assert entry.details["why"] == "outside_hours"
    [row] = await audited(cases, tenant, "reveal_phone")
    assert row["details"] == {"why": "outside_hours", "overridden": "yes"}


async def test_inside_the_hours_it_is_given_to_the_second(cases: ServiceUnderTest, worker: Principal) -> None:
    """Tuesday and Thursday, 10 to 12 (S09)."""
    rules = SafeContact(windows=[SafeWindow(weekdays=[2, 4], starts=time(10), ends=time(12))])
    ref, view = await with_person(cases, worker, safe=rules)
    phone = view.phones[0].phone_id

    async def at(moment: datetime) -> str:
        async with cases.transaction(worker.tenant) as session:
            try:
                given = await reveal_phone(session, worker, RevealPhone(), ref.dossier_id, phone, now=moment)
            except Exception as refusal:  # noqa: BLE001 - its code is what is asked
                return str(refusal)
            return given.number

    tuesday = today() + timedelta(days=7 + (1 - today().weekday()) % 7)
    ten = datetime.combine(tuesday, time(10), BRUSSELS)
    second = timedelta(seconds=1)
    assert [await at(ten - second), await at(ten), await at(ten + timedelta(hours=2))] == [
        "unsafe_to_call",
        NUMBER,
        "unsafe_to_call",
    ]


async def test_when_one_number_is_the_safe_one_the_others_need_a_reason(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref, view = await with_person(cases, worker)
    safe = NewPhone(phone="0499 00 00 01", label="werk", safe=True)
    person = view.persons[0].person_id
    await cases.post(f"/dossiers/{ref.dossier_id}/persons/{person}/phones", safe, by=worker)
    view = await seen(cases, ref, worker)

    first = await cases.post(reveal_path(ref, view, 0), RevealPhone(), by=worker)
    other = await cases.post(reveal_path(ref, view, 1), RevealPhone(), by=worker)

    assert [(each.label, each.safe) for each in view.phones] == [("werk", True), ("", False)]
    assert cases.read(first, RevealedPhone).number == "+32499000001"
    assert problem(other) == (409, "unsafe_to_call")
    assert other.json()["details"]["why"] == "not_the_safe_number"


async def test_who_reads_in_an_emergency_gets_a_number_and_changes_no_rule(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal
) -> None:
    ref, view = await with_person(cases, worker)
    glass = BreakGlass(
        dossier_number=ref.number, reason="emergency", text="Ze staat aan de balie, help haar."
    )
    await cases.post("/break-glass", glass, by=colleague)
    person = view.persons[0].person_id

    given = await cases.post(reveal_path(ref, view), RevealPhone(), by=colleague)
    changed = await cases.post(
        f"/dossiers/{ref.dossier_id}/persons/{person}/safe-contact",
        ChangeSafeContact(version=1, safe=SafeContact(no_calls=True)),
        by=colleague,
    )

    assert cases.read(given, RevealedPhone).number == NUMBER
    assert problem(changed) == (403, "read_only")


async def test_rules_are_changed_by_the_one_who_read_the_last_version(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref, view = await with_person(cases, worker)
    path = f"/dossiers/{ref.dossier_id}/persons/{view.persons[0].person_id}/safe-contact"
    rules = SafeContact(no_letters=True, code_word="Fiets")

    first = await cases.post(
        path, ChangeSafeContact(version=1, safe=rules, safe_contact="Zus: An"), by=worker
    )
    late = await cases.post(path, ChangeSafeContact(version=1, safe=SafeContact()), by=worker)

    assert first.status_code == 200
    assert problem(late) == (409, "changed_meanwhile")
    person = (await seen(cases, ref, worker)).persons[0]
    assert (person.safe, person.safe_contact, person.version) == (rules, "Zus: An", 2)


@pytest.mark.parametrize(
    ("command", "codes"),
    [
        ({"phone": "onbekend"}, {"phone": "phone_wrong"}),
        ({"phone": "+32470123456"}, {"phone": "phone_known"}),
        ({"phone": "  "}, {"phone": "required"}),
        ({"phone": "1" * 31}, {"phone": "too_long"}),
    ],
)
async def test_a_wrong_number_is_refused_at_its_field(
    cases: ServiceUnderTest, worker: Principal, command: dict[str, str], codes: dict[str, str]
) -> None:
    ref, view = await with_person(cases, worker)
    path = f"/dossiers/{ref.dossier_id}/persons/{view.persons[0].person_id}/phones"

    answer = await cases.post(path, command, by=worker)

    assert answer.status_code == 422
    assert field_codes(answer) == codes


@pytest.mark.parametrize(
    "window",
    [
        {"weekdays": [], "starts": "10:00:00", "ends": "12:00:00"},
        {"weekdays": [8], "starts": "10:00:00", "ends": "12:00:00"},
        {"weekdays": [1], "starts": "10:00:00", "ends": "10:00:00"},
        {"weekdays": [1], "starts": "ten", "ends": "12:00:00"},
    ],
)
async def test_hours_that_say_nothing_are_refused(
    cases: ServiceUnderTest, worker: Principal, window: dict[str, object]
) -> None:
    ref, view = await with_person(cases, worker)
    path = f"/dossiers/{ref.dossier_id}/persons/{view.persons[0].person_id}/safe-contact"

    answer = await cases.post(path, {"version": 1, "safe": {"windows": [window]}}, by=worker)

    assert answer.status_code == 422


async def test_a_number_that_is_removed_is_gone(cases: ServiceUnderTest, worker: Principal) -> None:
    ref, view = await with_person(cases, worker)

    await cases.post(f"/dossiers/{ref.dossier_id}/phones/{view.phones[0].phone_id}/remove", by=worker)

    after = await seen(cases, ref, worker)
    assert after.phones == []
    assert after.timeline[0].code == "phone_removed"
    assert problem(await cases.post(reveal_path(ref, view), RevealPhone(), by=worker)) == (404, "not_found")


async def test_a_number_is_not_for_who_does_not_see_the_dossier_or_may_not_read(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal, stranger: Principal
) -> None:
    ref, view = await with_person(cases, worker)
    other, _ = await with_person(cases, colleague)
    writer = principal(worker.tenant, Permission.DOSSIER_WRITE, compartments=["pol_care"])

    for who in (colleague, stranger):
        assert problem(await cases.post(reveal_path(ref, view), RevealPhone(), by=who)) == (404, "not_found")
    assert problem(await cases.post(reveal_path(ref, view), RevealPhone(), by=writer)) == (403, "forbidden")
    elsewhere = f"/dossiers/{other.dossier_id}/phones/{view.phones[0].phone_id}/reveal"
    assert problem(await cases.post(elsewhere, RevealPhone(), by=colleague)) == (404, "not_found")
