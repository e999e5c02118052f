"""S06: a suicide at home, children of 8 and 12 told by their mother; the school is contacted with her consent."""

from datetime import date, timedelta

from msgspec.structs import replace

from shared.auth import Principal
from shared.contracts.aftercare import ConsentRef, NotePracticalHelp, RecordConsent, WithdrawConsent
from shared.contracts.cases import DossierRef, WriteEntry
from shared.contracts.documents import GiveLeaflets
from tests.service.cases.conftest import (
    aftercare_of,
    closed_call_out,
    field_codes,
    listed,
    opened,
    person_in,
    problem,
    seen,
)
from tests.support.clock import today
from tests.support.service import ServiceUnderTest


def born(years: int) -> date:
    return date(today().year - years, 1, 1)


async def test_the_whole_story(cases: ServiceUnderTest, worker: Principal) -> None:
    crew_asked = replace(closed_call_out(cases, worker), incident_type="death_suicide")
    await cases.deliver(crew_asked)
    line = (await listed(cases, worker)).lines[0]
    ref = DossierRef(dossier_id=line.dossier_id, number=line.number)
    mother = await person_in(
        cases, ref, worker, first_name="Els", last_name="Maes", role="next_of_kin", born_on=born(41)
    )
    son = await person_in(cases, ref, worker, last_name="Wouters", role="minor_involved", born_on=born(8))
    daughter = await person_in(cases, ref, worker, last_name="Wouters", role="next_of_kin", born_on=born(12))

    dossier = await seen(cases, ref, worker)
    assert dossier.minors_involved
    assert {each.person_id for each in dossier.persons if each.minor} == {son, daughter}

    told = WriteEntry(kind="contact", text="Els vertelde het zelf aan de kinderen, SPoT was erbij.")
    assert (await cases.post(f"/dossiers/{ref.dossier_id}/entries", told, by=worker)).is_success

    path = f"/dossiers/{ref.dossier_id}/consents"
    alone = await cases.post(path, RecordConsent(purpose="school", person_id=son), by=worker)
    by_sister = await cases.post(
        path, RecordConsent(purpose="school", person_id=son, given_by=daughter), by=worker
    )
    assert field_codes(alone) == field_codes(by_sister) == {"given_by": "minor_cannot"}
    for child in (son, daughter):
        given = await cases.post(
            path, RecordConsent(purpose="school", person_id=child, given_by=mother, way="written"), by=worker
        )
        assert given.is_success
    contacted = NotePracticalHelp(kind="school", minutes=15)
    assert (await cases.post(f"/dossiers/{ref.dossier_id}/practical-help", contacted, by=worker)).is_success
    offered = await cases.post(
        path, RecordConsent(purpose="referral_vk", person_id=son, state="refused", way="written"), by=worker
    )
    assert offered.is_success
    leaflet = GiveLeaflets(codes=["bereavement_suicide"], language="nl", person_id=mother)
    assert (await cases.post(f"/dossiers/{ref.dossier_id}/leaflets", leaflet, by=worker)).is_success

    view = await aftercare_of(cases, ref, worker)
    assert [(each.purpose, each.state, each.given_by, each.way) for each in view.consents] == [
        ("school", "given", mother, "written"),
        ("school", "given", mother, "written"),
        ("referral_vk", "refused", None, ""),  # that it was offered, and the day, and no more
    ]
    after = await seen(cases, ref, worker)
    assert [each.why["days"] for each in after.tasks if each.kind == "recontact"] == ["7", "42"]
    assert told.text in [entry.text for entry in after.timeline]
    codes = [entry.code for entry in after.timeline]
    assert {"consent_given", "consent_refused", "leaflets_given"} <= set(codes)


async def test_after_a_suicide_the_bereaved_are_contacted_again_as_planned(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref = await opened(cases, worker, "death_suicide")

    recontacts = [task for task in (await seen(cases, ref, worker)).tasks if task.kind == "recontact"]

    assert [task.why["days"] for task in recontacts] == ["7", "42"]


async def test_a_consent_is_withdrawn_at_any_time_and_once(
    cases: ServiceUnderTest, worker: Principal, colleague: Principal
) -> None:
    ref = await opened(cases, worker)
    somebody = await person_in(cases, ref, worker, last_name="Maes")
    given = await cases.post(
        f"/dossiers/{ref.dossier_id}/consents",
        RecordConsent(purpose="referral_caw", person_id=somebody),
        by=worker,
    )
    path = f"/consents/{cases.read(given, ConsentRef).consent_id}/withdraw"

    refused = await cases.post(path, WithdrawConsent(), by=colleague)
    first, second = [await cases.post(path, WithdrawConsent(), by=worker) for _ in range(2)]

    assert problem(refused) == (404, "not_found")
    assert cases.read(first, ConsentRef).state == "withdrawn"
    assert problem(second) == (409, "consent_not_given")


async def test_nobody_from_another_dossier_gives_a_consent_here(
    cases: ServiceUnderTest, worker: Principal
) -> None:
    ref, other = await opened(cases, worker), await opened(cases, worker)
    elsewhere = await person_in(cases, other, worker, last_name="Peeters")
    tomorrow = today() + timedelta(days=2)
    path = f"/dossiers/{ref.dossier_id}/consents"

    stranger = await cases.post(path, RecordConsent(purpose="school", person_id=elsewhere), by=worker)
    here = await person_in(cases, ref, worker, last_name="Maes")
    later = await cases.post(path, RecordConsent(purpose="school", person_id=here, on=tomorrow), by=worker)

    assert field_codes(stranger) == {"person_id": "not_a_choice"}
    assert field_codes(later) == {"on": "in_the_future"}
