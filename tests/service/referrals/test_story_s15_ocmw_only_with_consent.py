"""S15: practical help after a burglary. A referral to the OCMW only with consent, and without any word about the facts."""

from shared.contracts.referring import AnswerReferral, SendReferral
from tests.service.referrals.conftest import field_codes, problem
from tests.service.referrals.loop import VALUES, Loop

FOR_THE_OCMW = {**VALUES, "need_kind": "housing", "need": "Slot vervangen, voorschot gevraagd"}


async def test_the_ocmw_is_told_what_help_is_asked_and_nothing_of_the_facts(loop: Loop) -> None:
    ref = await loop.propose(form="ocmw", values=FOR_THE_OCMW)
    unasked = await loop.post(
        f"/referrals/{ref.referral_id}/send", SendReferral(version=(await loop.seen(ref)).version)
    )
    assert problem(unasked) == (409, "no_live_consent")

    await loop.offer(ref, fields=[*FOR_THE_OCMW], way="phone")
    await loop.send(ref)
    await loop.carry()

    (received,) = await loop.received()
    keys = [each.key for each in received.fields]
    assert "need_kind" in keys
    assert not {"facts_type", "facts_on", "pv_number"} & set(keys)
    assert received.line.sender == loop.lena.tenant


async def test_a_pv_number_has_no_place_in_it(loop: Loop) -> None:
    answer = await loop.post(
        f"/dossiers/{loop.dossier_id}/referrals",
        {
            "service_id": str(loop.on_platform),
            "form": "ocmw",
            "values": {"pv_number": "AA.12.L1.000123/2026"},
        },
    )

    assert field_codes(answer) == {"values.pv_number": "not_in_form"}


async def test_paper_is_answered_by_who_sent_it(loop: Loop) -> None:
    ref = await loop.sent(loop.on_paper)

    told = await loop.post(
        f"/referrals/{ref.referral_id}/answer", AnswerReferral(answer="first_contact_made")
    )
    closed = await loop.post(
        f"/referrals/{ref.referral_id}/answer", AnswerReferral(answer="closed", outcome="helped")
    )

    assert (told.status_code, closed.status_code) == (200, 200)
    view = await loop.seen(ref)
    assert (view.line.state, view.line.outcome) == ("closed", "helped")
    assert [(each.to, each.delivered_at is not None) for each in view.disclosures] == [("paper", True)]


async def test_a_recipient_on_the_platform_answers_for_itself(loop: Loop) -> None:
    ref = await loop.sent()

    answer = await loop.post(f"/referrals/{ref.referral_id}/answer", AnswerReferral(answer="accepted"))

    assert problem(answer) == (409, "answers_itself")
