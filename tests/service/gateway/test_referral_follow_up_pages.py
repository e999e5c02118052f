"""The pages of a referral that exists: what left, who read it, what is late, and how it is taken back."""

import html
import re

import httpx
import pytest

from shared.auth import Permission
from shared.contracts.partners import DeliveryRef, DeliveryView, Receipt
from shared.contracts.referring import (
    AmendReferral,
    Disclosure,
    RecipientView,
    ReferralRef,
    RerouteReferral,
)
from shared.db import uuid7
from shared.errors import ProblemDetails
from tests.service.gateway.answers import (
    DOSSIER,
    LENA,
    MOTHER,
    NOW,
    dossier,
    task,
)
from tests.service.gateway.conftest import issued
from tests.service.gateway.referral_answers import (
    CONSENT,
    PAGE,
    REFERRAL,
    answered,
    at_the_referrals,
    consent,
    line,
    referral,
    sent,
)
from tests.service.gateway.test_service_search_page import answer as hits_of
from tests.service.gateway.test_service_search_page import found
from tests.service.gateway.test_sign_in import filled_in
from tests.support.forms import form_of
from tests.support.neighbours import Neighbours


@pytest.fixture
def referrer(signed_in: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    return at_the_referrals(signed_in, neighbours)


async def test_a_dossier_shows_its_referrals_with_the_next_step_and_every_offer(
    referrer: httpx.AsyncClient,
) -> None:
    page = (await referrer.get(PAGE)).text

    assert "CAW Oost-Vlaanderen" in page
    assert f'href="/referrals/{REFERRAL}/preview"' in page
    assert f'href="{PAGE}/referrals/new"' in page
    assert "1 keer aangeboden" in page


async def test_a_dossier_does_without_its_referrals_while_they_cannot_be_had(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("referrals")[f"GET {PAGE}/referrals"] = None

    page = await referrer.get(PAGE)

    assert page.status_code == 200
    assert "De doorverwijzingen kunnen nu niet getoond worden." in page.text


async def test_who_may_not_see_referrals_sees_no_word_of_them(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("identity")["POST /tokens"] = issued(Permission.DOSSIER_READ, Permission.DOSSIER_WRITE)

    page = (await referrer.get(PAGE)).text

    assert "Doorverwijzingen" not in page
    assert not any(f"{PAGE}/referrals" in each for each in neighbours.asked if each.startswith("referrals"))


async def test_two_editors_see_each_others_words(referrer: httpx.AsyncClient, neighbours: Neighbours) -> None:
    neighbours.of("referrals")[f"POST /referrals/{REFERRAL}"] = ProblemDetails(
        type="", title="", status=409, code="changed_meanwhile"
    )
    fields = await filled_in(referrer, f"/referrals/{REFERRAL}/change")
    typed = {**fields, "version": "3", "v_name": "Sofie De Backer", "v_need": "Mijn tekst"}

    answer = await referrer.post(f"/referrals/{REFERRAL}/change", data=typed)

    assert answer.status_code == 422
    assert "Mijn tekst" in answer.text
    assert "Wil praten." in answer.text
    assert sent(neighbours, f"/referrals/{REFERRAL}", AmendReferral).values["need"] == "Mijn tekst"


async def test_a_referral_shows_what_left_who_read_it_and_its_consents(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    left = Disclosure(
        at=NOW,
        delivered_at=NOW,
        to="CAW Oost-Vlaanderen",
        fields=["need"],
        consent_id=CONSENT,
        ground_id=None,
    )
    neighbours.of("referrals")[f"GET /referrals/{REFERRAL}"] = referral(
        "accepted", line=line("accepted", sent_at=NOW), disclosures=[left], may=["answer", "withdraw"]
    )
    neighbours.of("referrals")[f"GET /referrals/{REFERRAL}/delivery"] = DeliveryView(
        delivery_id=uuid7(), kind="partner_link", state="opened", address_hint="o•••@caw.be", language="nl",
        mailed_at=NOW, failed_why="", link_expires_at=NOW, links=1, may_renew=True,
        receipts=[Receipt(at=NOW, what="shown", reader="An", proved_by="email", digest="x", revision=1)],
    )  # fmt: skip

    page = (await referrer.get(f"/referrals/{REFERRAL}")).text

    for told in (
        "Aanvaard",
        "o•••@caw.be",
        "gelezen op het scherm",
        "Stuur een nieuwe link",
        "Trek de toestemming in",
        "Druk het formulier af",
    ):
        assert told in page


@pytest.mark.parametrize(("state", "brings"), [("sent", True), ("accepted", False)])
async def test_what_leaves_on_paper_is_printed_and_brought_before_anything_is_waited_for(
    referrer: httpx.AsyncClient, neighbours: Neighbours, state: str, brings: bool
) -> None:
    neighbours.of("referrals")[f"GET /referrals/{REFERRAL}"] = referral(
        state, line=line(state, recipient_kind="form", sent_at=NOW), may=["answer", "withdraw"]
    )
    neighbours.of("referrals")[f"GET /referrals/{REFERRAL}/delivery"] = DeliveryView(
        delivery_id=None, kind="form", state="waiting", address_hint="", language="", mailed_at=None,
        failed_why="", link_expires_at=None, links=0, may_renew=False, receipts=[],
    )  # fmt: skip

    page = (await referrer.get(f"/referrals/{REFERRAL}")).text

    assert ("Druk het formulier af en bezorg het aan de dienst." in page) is brings
    assert page.count(f'href="/referrals/{REFERRAL}/paper/form"') == (2 if brings else 1)
    assert "Zelf afgegeven" in page
    assert "Met de post verstuurd" in page


@pytest.mark.parametrize("state", ["over", "anonymised"])
async def test_no_paper_is_offered_of_what_is_over(
    referrer: httpx.AsyncClient, neighbours: Neighbours, state: str
) -> None:
    neighbours.of("referrals")[f"GET /referrals/{REFERRAL}"] = referral(
        "withdrawn", line=line("withdrawn", sent_at=NOW)
    )
    neighbours.of("referrals")[f"GET /referrals/{REFERRAL}/delivery"] = DeliveryView(
        delivery_id=uuid7(), kind="partner_link", state=state, address_hint="", language="nl",
        mailed_at=NOW, failed_why="", link_expires_at=None, links=1, may_renew=False, receipts=[],
    )  # fmt: skip

    page = (await referrer.get(f"/referrals/{REFERRAL}")).text

    assert "Hoe het bij de dienst komt" in page
    assert "Druk het formulier af" not in page


async def test_a_consent_is_withdrawn_without_a_reason(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("referrals")[f"POST /consents/{CONSENT}/withdraw"] = answered("withdrawn")
    fields = await filled_in(referrer, f"/referrals/{REFERRAL}")

    answer = await referrer.post(f"/referrals/{REFERRAL}/consents/{CONSENT}/withdraw", data=fields)

    assert answer.status_code == 303
    assert neighbours.sent[f"referrals POST /consents/{CONSENT}/withdraw"] == b"{}"


@pytest.mark.parametrize("state", ["open", "late", "consent", "ended"])
async def test_the_list_keeps_its_filter_in_the_address(referrer: httpx.AsyncClient, state: str) -> None:
    page = (await referrer.get(f"/referrals?of=all&show={state}")).text

    assert f'href="/referrals?of=all&amp;show={state}" aria-current="page"' in page
    assert "1 doorverwijzing" in page


async def test_a_referral_out_of_sight_says_what_an_unknown_one_says(referrer: httpx.AsyncClient) -> None:
    unknown = await referrer.get(f"/referrals/{uuid7()}")

    assert unknown.status_code == 404


async def test_the_start_page_counts_what_is_late_and_what_nobody_took_up(
    referrer: httpx.AsyncClient,
) -> None:
    page = (await referrer.get("/")).text

    assert 'href="/referrals?show=late"' in page
    assert 'href="/referrals/incoming"' in page


async def test_when_nobody_is_reached_a_partner_may_be_the_way(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    """S44: after three attempts the team decides, and may ask a partner, with consent."""
    neighbours.of("cases")[f"GET {PAGE}"] = dossier(tasks=[task("decide_contact")])

    page = (await referrer.get(PAGE)).text

    assert "Probeer via een partner, met toestemming" in page


async def test_the_task_to_refer_leads_to_the_flow_for_that_person(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    wanted = task("referral", why={"rule": "working_days", "of": str(MOTHER)})
    neighbours.of("cases")[f"GET {PAGE}"] = dossier(tasks=[wanted])

    page = (await referrer.get(PAGE)).text

    assert f'href="{PAGE}/referrals/new?person={MOTHER}"' in page


async def test_a_task_to_follow_up_leads_to_its_referral(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    due = task("referral_follow_up", why={"rule": "referral_answer_by", "of": str(REFERRAL)})
    neighbours.of("cases")[f"GET {PAGE}"] = dossier(tasks=[due])

    page = (await referrer.get(PAGE)).text

    assert f'href="/referrals/{REFERRAL}"' in page
    assert "De dienst antwoordde nog niet." in page


async def test_a_new_link_makes_the_one_before_void_and_a_form_on_paper_is_noted(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    ref_of_delivery = DeliveryRef(delivery_id=uuid7(), state="waiting")
    neighbours.of("referrals")[f"POST /referrals/{REFERRAL}/link"] = ref_of_delivery
    neighbours.of("referrals")[f"POST /referrals/{REFERRAL}/handed-over"] = ref_of_delivery
    fields = await filled_in(referrer, f"/referrals/{REFERRAL}")

    renewed = await referrer.post(f"/referrals/{REFERRAL}/link", data=fields)
    given = await referrer.post(f"/referrals/{REFERRAL}/handed-over", data={**fields, "way": "by_hand"})

    assert renewed.headers["location"] == given.headers["location"] == f"/referrals/{REFERRAL}#delivery"
    assert (await referrer.get(f"/referrals/{REFERRAL}/paper/secrets")).status_code == 404


async def test_another_service_is_chosen_through_the_map_and_the_referral_goes_on(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    """From the referral to the map, a search, the service's own page, and back: each address is one that the page gave."""
    other, new = uuid7(), uuid7()
    may = (
        "DOSSIER_READ", "DOSSIER_WRITE", "STAFF_READ", "REFERRAL_READ", "REFERRAL_WRITE", "SOCIAL_MAP_READ",
    )  # fmt: skip
    neighbours.of("identity")["POST /tokens"] = issued(*(Permission[each] for each in may), user_id=LENA)
    referrals = neighbours.of("referrals")
    referrals[f"GET /referrals/{REFERRAL}"] = referral("refused", may=["reroute", "close", "withdraw"])
    referrals["POST /services/search"] = hits_of(found(service_id=other, name="Tele-Onthaal"))
    referrals[f"GET /referral-recipients/{other}"] = RecipientView(
        service_id=other, organization_id=None, name="Tele-Onthaal", kind="form", form="caw_victim"
    )
    referrals[f"POST /referrals/{REFERRAL}/reroute"] = ReferralRef(
        referral_id=new, state="proposed", version=1
    )

    def link(page: str, begins: str) -> str:
        (address,) = set(re.findall(rf'href="({re.escape(begins)}[^"]*)"', page))
        return html.unescape(address)

    begun = (await referrer.get(f"/referrals/{REFERRAL}/reroute")).text
    onto_map = (await referrer.get(link(begun, "/social-map?"))).text
    form = form_of(onto_map, "/social-map")
    searched = await referrer.post("/social-map", data={**form, "q": "praten"})
    results = (await referrer.get(searched.headers["location"])).text
    assert f"/dossiers/{DOSSIER}/referrals/new" not in results
    assert f"reroute={REFERRAL}" in link(results, f"/social-map/services/{other}")
    chosen = (await referrer.get(link(results, f"/referrals/{REFERRAL}/reroute?service="))).text
    assert "Tele-Onthaal" in chosen
    fields = form_of(chosen, f"/referrals/{REFERRAL}/reroute")
    assert fields["service_id"] == str(other)

    done = await referrer.post(f"/referrals/{REFERRAL}/reroute", data=fields)

    assert done.headers["location"] == f"/referrals/{new}/consent"
    assert sent(neighbours, f"/referrals/{REFERRAL}/reroute", RerouteReferral).service_id == other


async def test_a_service_for_a_new_referral_is_chosen_as_before(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("identity")["POST /tokens"] = issued(
        Permission.SOCIAL_MAP_READ, Permission.REFERRAL_WRITE, user_id=LENA
    )
    neighbours.of("referrals")["POST /services/search"] = hits_of(found())

    page = (await referrer.get(f"/social-map?q=hulp&for={DOSSIER}")).text

    assert f"/dossiers/{DOSSIER}/referrals/new?service=" in page
    assert "reroute" not in page


@pytest.mark.parametrize("stopped", [True, False])
async def test_a_consent_that_lapsed_on_the_way_says_what_to_do(
    referrer: httpx.AsyncClient, neighbours: Neighbours, stopped: bool
) -> None:
    neighbours.of("referrals")[f"GET /referrals/{REFERRAL}"] = referral("sent", stopped=stopped)

    page = (await referrer.get(f"/referrals/{REFERRAL}")).text

    assert ("Vraag de persoon opnieuw toestemming" in page) is stopped


async def test_a_referral_that_was_taken_back_still_shows_who_saw_the_form(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("referrals")[f"GET /referrals/{REFERRAL}"] = referral(
        "withdrawn",
        line=line("withdrawn", sent_at=NOW),
        may=[],
        disclosures=[
            Disclosure(
                at=NOW, delivered_at=NOW, to="partner", fields=["need"], consent_id=CONSENT, ground_id=None
            )
        ],
    )
    neighbours.of("referrals")[f"GET /referrals/{REFERRAL}/delivery"] = DeliveryView(
        delivery_id=uuid7(), kind="partner_link", state="over", address_hint="o•••@caw.be", language="nl",
        mailed_at=NOW, failed_why="", link_expires_at=NOW, links=1, may_renew=False,
        receipts=[Receipt(at=NOW, what="shown", reader="An De Smet", proved_by="email", digest="x", revision=1)],
    )  # fmt: skip

    page = (await referrer.get(f"/referrals/{REFERRAL}")).text

    for told in ("Wie las het formulier", "An De Smet", "gelezen op het scherm", "Wat vertrok, en wanneer"):
        assert told in page
    assert "Stuur een nieuwe link" not in page


async def test_a_withdrawn_consent_says_when_it_was_given_and_taken_back_and_holds_no_longer(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    withdrawn = consent("withdrawn", live=False, withdrawn_at=NOW, expires_on=NOW.date())
    neighbours.of("referrals")[f"GET /referrals/{REFERRAL}"] = referral("withdrawn", consents=[withdrawn])

    page = html.unescape((await referrer.get(f"/referrals/{REFERRAL}")).text)

    assert "gegeven op" in page
    assert "ingetrokken op" in page
    assert "· tot " not in page


async def test_an_offer_put_off_is_called_so_and_the_way_to_ask_again_stands_there_once(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    put_off = consent("pending", live=False)
    neighbours.of("referrals")[f"GET /referrals/{REFERRAL}"] = referral("consent_pending", consents=[put_off])

    page = (await referrer.get(f"/referrals/{REFERRAL}")).text

    assert "Beslist later" in page
    assert page.count(f'href="/referrals/{REFERRAL}/consent"') == 1
