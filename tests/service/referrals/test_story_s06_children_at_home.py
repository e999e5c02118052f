"""S06: a suicide at home, children present. Help for the child is offered; a parent decides, never the child alone."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.referrals.social_map.models import Layer
from services.referrals.social_map.writing import write
from shared.contracts.cases import ConsentChanged
from shared.contracts.consents import OfferReferral
from shared.contracts.referring import ProposeReferral, RecipientView, ReferralForm, SendReferral
from shared.db import uuid7
from tests.service.referrals.at_a_partner import Partner
from tests.service.referrals.conftest import field_codes, organization, problem, service
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


FOR_SCHOOL = {
    "referrer": "Lena Peeters",
    "office": "SPoT Aalst",
    "name": "Noah Claes",
    "school_class": "3B",
    "parent": "Els Claes",
    "may_be_contacted": "parent",
    "school_may_know": "death_in_family",
    "need": "Iemand die hem opvangt als hij het moeilijk heeft",
}


async def school_of(loop: Loop) -> UUID:
    """A school on the tenant's own map, that gets a link by mail."""
    facts: dict[str, Any] = {"source": "test", "by": loop.lena.user_id, "now": datetime.now(UTC)}
    name, contact = "Basisschool De Regenboog", {"email": "zorg@regenboog.test"}
    async with loop.service.transaction(loop.lena.tenant) as session:
        (school,) = (
            await write(session, Layer.OWN, [organization(name, referral_contact=contact)], **facts)
        ).created
        (care,) = (await write(session, Layer.OWN, [service("Zorgleerkracht", school)], **facts)).created
    return care


async def test_the_whole_story(partner: Partner) -> None:
    """Each child has a consent of its own, by the mother; each recipient its own fields; one that ends ends alone."""
    loop = partner.loop
    loop.children(2)
    older, younger = loop.child, loop.brother
    school = await school_of(loop)

    # a school is a recipient of its own kind, reached by a link, and asks its own fields
    way = loop.read(await loop.service.get(f"/referral-recipients/{school}", by=loop.lena), RecipientView)
    assert (way.kind, way.form) == ("partner_link", "school")
    facts_for_school = await loop.post(
        f"/dossiers/{loop.dossier_id}/referrals",
        ProposeReferral(service_id=school, person_id=older, values={**FOR_SCHOOL, "pv_number": "AA.11.L1"}),
    )
    assert field_codes(facts_for_school) == {"values.pv_number": "not_in_form"}

    # the mother decides, for each child by itself: the school for both, help for the older, none for the younger yet
    sent = {}
    for child in (older, younger):
        ref = await loop.propose(school, person_id=child, values=FOR_SCHOOL)
        await loop.offer(ref, fields=[*FOR_SCHOOL], given_by="parent", giver_id=loop.mother)
        sent[child] = await loop.send(ref)
    help_offered = await loop.propose(loop.by_link, person_id=older, form="vk_minor", values=OF_A_CHILD)
    await loop.offer(help_offered, fields=[*OF_A_CHILD], given_by="parent", giver_id=loop.mother)
    await loop.send(help_offered)
    not_yet = await loop.propose(loop.by_link, person_id=younger, form="vk_minor", values=OF_A_CHILD)
    await loop.offer(not_yet, "refused")
    refused = await loop.post(
        f"/referrals/{not_yet.referral_id}/send", SendReferral(version=(await loop.seen(not_yet)).version)
    )
    assert problem(refused) == (409, "no_live_consent")
    consents = [
        (each.person_id, each.purpose, each.state, each.minor, each.given_by, each.giver_id)
        for each in (await loop.of_dossier()).offers
    ]
    assert sorted(consents, key=str) == sorted(
        [
            (older, "school", "given", True, "parent", loop.mother),
            (younger, "school", "given", True, "parent", loop.mother),
            (older, "referral_vk", "given", True, "parent", loop.mother),
            (younger, "referral_vk", "refused", False, "", None),
        ],
        key=str,
    )

    # the school opens its link and finds what it may know, and not what happened, when, or where the child lives
    await loop.service.run_timers(datetime.now(UTC))
    mails = [await partner.mail(each) for each in await partner.due("partner_link")]
    to_school = [each.secret for each in mails if each.to == "zorg@regenboog.test"]
    assert len(to_school) == 2
    shown = await partner.read(await partner.enter(to_school[0]))
    assert {each.key for each in shown.fields} >= {"name", "school_class", "school_may_know", "need"}
    assert not {each.key for each in shown.fields} & {
        "born_on",
        "address",
        "facts_type",
        "facts_on",
        "pv_number",
    }

    # taken back in the dossier for one child, it is taken back from the school for that child alone
    taken_back = ConsentChanged(
        id=uuid7(), occurred_at=datetime.now(UTC), tenant=loop.lena.tenant, actor=loop.lena.user_id,
        consent_id=uuid7(), dossier_id=loop.dossier_id, person_id=older, purpose="school", state="withdrawn",
        on=datetime.now(UTC).date(),
    )  # fmt: skip
    await loop.service.deliver(taken_back)
    states = [(await loop.seen(each)).line.state for each in (sent[older], sent[younger], help_offered)]
    assert states[0] == "withdrawn"
    assert not {"withdrawn"} & set(states[1:])


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

    assert {each.key for each in forms} == {"caw_victim", "ocmw", "vk_minor", "school", "generic"}
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
