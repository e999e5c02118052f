"""S06: a suicide at home, children present. Help for the child is offered; a parent decides, never the child alone."""

from shared.contracts.consents import OfferReferral
from shared.contracts.referring import RecipientView, ReferralForm
from shared.db import uuid7
from tests.service.referrals.conftest import field_codes, problem
from tests.service.referrals.loop import EVERY_FIELD, Loop

OF_A_CHILD = {
    "referrer": "Lena Peeters",
    "office": "SPoT Aalst",
    "name": "Noah Claes",
    "born_on": "2018-05-04",
    "language": "nl",
    "parent": "Els Claes",
    "may_be_contacted": "parent",
    "need": "Rouw na overlijden van vader",
}


async def test_a_parent_decides_for_a_minor(loop: Loop) -> None:
    ref = await loop.propose(loop.by_link, person_id=loop.child, form="vk_minor", values=OF_A_CHILD)

    alone = await loop.post(
        f"/referrals/{ref.referral_id}/consents",
        OfferReferral(state="given", fields=[*OF_A_CHILD], given_by="person"),
    )
    by_mother = await loop.offer(ref, fields=[*OF_A_CHILD], given_by="parent", giver_id=loop.mother)

    assert field_codes(alone) == {"given_by": "minor_cannot"}
    assert by_mother.state == "given"
    (consent,) = (await loop.seen(ref)).consents
    assert (consent.minor, consent.given_by, consent.giver_id) == (True, "parent", loop.mother)


async def test_one_child_does_not_decide_for_another(loop: Loop) -> None:
    ref = await loop.propose(loop.by_link, person_id=loop.child, form="vk_minor", values=OF_A_CHILD)

    answer = await loop.post(
        f"/referrals/{ref.referral_id}/consents",
        OfferReferral(state="given", fields=[*OF_A_CHILD], given_by="guardian", giver_id=loop.child),
    )

    assert field_codes(answer) == {"giver_id": "minor_cannot"}


async def test_who_gives_consent_stands_in_the_dossier(loop: Loop) -> None:
    ref = await loop.propose(loop.by_link, person_id=loop.child, form="vk_minor", values=OF_A_CHILD)

    answer = await loop.post(
        f"/referrals/{ref.referral_id}/consents",
        OfferReferral(state="given", fields=[*OF_A_CHILD], given_by="parent", giver_id=uuid7()),
    )

    assert field_codes(answer) == {"giver_id": "not_in_dossier"}


async def test_without_a_person_the_worker_says_that_it_is_a_minor(loop: Loop) -> None:
    ref = await loop.propose(loop.by_link, person_id=None)

    answer = await loop.post(
        f"/referrals/{ref.referral_id}/consents", OfferReferral(state="given", fields=EVERY_FIELD, minor=True)
    )

    assert field_codes(answer) == {"given_by": "minor_cannot"}


async def test_somebody_who_is_not_in_the_dossier_is_not_referred(loop: Loop) -> None:
    answer = await loop.post(
        f"/dossiers/{loop.dossier_id}/referrals",
        {"service_id": str(loop.by_link), "person_id": str(uuid7())},
    )

    assert field_codes(answer) == {"person_id": "not_in_dossier"}


async def test_each_form_says_why_it_asks_each_field(loop: Loop) -> None:
    forms = loop.read(await loop.service.get("/referral-forms", by=loop.lena), list[ReferralForm])

    assert {each.key for each in forms} == {"caw_victim", "ocmw", "vk_minor", "generic"}
    assert all(field.why for each in forms for field in each.fields)
    ocmw = next(each for each in forms if each.key == "ocmw")
    assert not {"facts_type", "facts_on", "pv_number"} & {field.key for field in ocmw.fields}


async def test_the_way_to_a_service_follows_from_its_organisation(loop: Loop) -> None:
    ways = [
        loop.read(await loop.service.get(f"/referral-recipients/{each}", by=loop.lena), RecipientView)
        for each in (loop.on_platform, loop.by_link, loop.on_paper)
    ]

    assert [(each.kind, each.form) for each in ways] == [
        ("tenant", "generic"),
        ("partner_link", "caw_victim"),
        ("form", "generic"),
    ]
    unknown = await loop.service.get(f"/referral-recipients/{uuid7()}", by=loop.lena)
    assert problem(unknown) == (404, "not_found")
