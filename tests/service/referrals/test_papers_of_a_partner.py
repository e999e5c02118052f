"""What is kept on paper of a referral to a partner: the form, what he saw, and the proof that he saw it."""

import io

from pypdf import PdfReader

from services.referrals.partners.rules import code_secret, link_secret
from shared.auth import Principal
from shared.contracts.referring import WithdrawReferral
from shared.db import uuid7
from tests.service.referrals.at_a_partner import Partner
from tests.service.referrals.conftest import problem
from tests.service.referrals.loop import VALUES


async def test_the_form_on_paper_holds_only_the_consented_fields_and_is_kept_as_disclosed(
    partner: Partner,
) -> None:
    ref = await partner.loop.sent(partner.loop.on_paper)
    path = f"/referrals/{ref.referral_id}"
    form = await partner.service.get(f"{path}/form.pdf", by=partner.loop.lena)
    handed = await partner.service.post(f"{path}/handed-over", {"way": "by_post"}, by=partner.loop.lena)

    assert form.is_success, form.text
    assert form.headers["content-type"] == "application/pdf"
    assert form.content.startswith(b"%PDF-")
    pages = PdfReader(io.BytesIO(form.content))
    words = " ".join(page.extract_text() for page in pages.pages)
    assert b"/StructTreeRoot" in form.content
    assert VALUES["name"] in words
    assert handed.is_success, handed.text
    delivery = await partner.delivery(ref)
    assert (delivery.kind, [each.what for each in delivery.receipts]) == ("form", ["by_post"])
    wrong = await partner.service.post(f"{path}/handed-over", {"way": "by_pigeon"}, by=partner.loop.lena)
    assert problem(wrong) == (422, "invalid")


async def test_a_form_on_paper_waits_to_be_handed_over_from_the_moment_in_which_it_is_sent(
    partner: Partner,
) -> None:
    proposed = await partner.loop.propose(partner.loop.on_paper)
    nothing = await partner.service.get(f"/referrals/{proposed.referral_id}/delivery", by=partner.loop.lena)
    ref = await partner.loop.sent(partner.loop.on_paper)

    waits = await partner.delivery(ref)

    assert problem(nothing) == (404, "not_found")
    assert (waits.delivery_id, waits.kind, waits.state, waits.may_renew) == (None, "form", "waiting", False)
    await partner.loop.post(f"/referrals/{ref.referral_id}/withdraw", WithdrawReferral())
    assert (await partner.delivery(ref)).state == "over"


async def test_after_a_withdrawal_there_is_no_form_to_print(partner: Partner) -> None:
    ref = await partner.loop.sent(partner.loop.on_paper)
    path = f"/referrals/{ref.referral_id}"
    await partner.loop.post(f"{path}/withdraw", WithdrawReferral())

    assert problem(await partner.service.get(f"{path}/form.pdf", by=partner.loop.lena)) == (
        409,
        "referral_over",
    )


async def test_a_partner_keeps_what_he_saw_as_a_pdf_and_that_stands_on_the_proof(partner: Partner) -> None:
    ref, secret = await partner.sent()
    session = await partner.enter(secret)
    await partner.read(session)
    form = await partner.form(session)

    assert form.content.startswith(b"%PDF-")
    assert [each.what for each in (await partner.delivery(ref)).receipts] == ["shown", "downloaded"]
    assert (await partner.form("nobody")).status_code == 404


async def test_the_proof_of_receipt_names_moments_and_readers_and_nothing_of_the_person(
    partner: Partner,
) -> None:
    ref, secret = await partner.sent()
    await partner.read(await partner.enter(secret))
    proof = await partner.service.get(f"/referrals/{ref.referral_id}/receipt.pdf", by=partner.loop.lena)

    pages = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(proof.content)).pages)
    assert "An De Smet" in pages
    assert (await partner.delivery(ref)).receipts[0].digest in "".join(pages.split())
    assert VALUES["name"] not in pages


async def test_an_outsider_of_the_dossier_and_another_tenant_see_no_delivery(
    partner: Partner, stranger: Principal
) -> None:
    ref, _ = await partner.sent()
    path = f"/referrals/{ref.referral_id}"
    partner.loop.cases_answers(sight=False)

    for each in (f"{path}/delivery", f"{path}/form.pdf"):
        assert (await partner.service.get(each, by=partner.loop.lena)).status_code == 404
        assert (await partner.service.get(each, by=stranger)).status_code == 404


def test_two_mails_of_one_link_would_carry_the_same_secret() -> None:
    mail_id = uuid7()
    assert link_secret("key", "pz_a", mail_id) == link_secret("key", "pz_a", mail_id)
    assert link_secret("key", "pz_a", mail_id) != link_secret("key", "pz_b", mail_id)
    assert len({link_secret("key", "pz_a", uuid7()) for _ in range(100)}) == 100
    assert code_secret("key", "pz_a", mail_id).isdecimal()
