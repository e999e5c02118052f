"""S44: while nobody spoke with the person he consented to nothing, so nothing leaves in his name."""

from shared.contracts.consents import OfferReferral
from tests.service.referrals.conftest import problem
from tests.service.referrals.loop import EVERY_FIELD, Loop


async def test_who_was_never_met_can_neither_consent_nor_refuse(loop: Loop) -> None:
    loop.cases_answers(met=False)
    ref = await loop.propose()
    path = f"/referrals/{ref.referral_id}/consents"

    for command in (OfferReferral(state="given", fields=EVERY_FIELD), OfferReferral(state="refused")):
        assert problem(await loop.post(path, command)) == (409, "no_contact_yet")
    assert problem(await loop.post(f"/referrals/{ref.referral_id}/send", {"version": ref.version})) == (
        409,
        "no_live_consent",
    )

    loop.cases_answers(met=True)
    assert (await loop.post(path, OfferReferral(state="given", fields=EVERY_FIELD))).is_success
