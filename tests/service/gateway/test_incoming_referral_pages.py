"""The pages of what others referred to us: what we answer, who takes it up, and the dossier it becomes."""

import httpx
import pytest
from msgspec.structs import replace

from shared.auth import Permission
from shared.contracts.cases import FirstRelation
from shared.contracts.dossier_access import AccessedDossier, Look
from shared.contracts.incoming_referrals import (
    AssignIncoming,
    DossierIncoming,
    IncomingLooks,
    IncomingRef,
    LinkIncoming,
    TakeUpIncoming,
    UnlinkIncoming,
)
from shared.contracts.referring import AnswerReferral, SentField
from shared.errors import FieldError, ProblemDetails
from tests.service.gateway.answers import DOSSIER, LENA, NOW
from tests.service.gateway.conftest import issued
from tests.service.gateway.referral_answers import INCOMING, PAGE, at_the_referrals, incoming, sent
from tests.service.gateway.test_sign_in import filled_in
from tests.support.neighbours import Neighbours

TAKE_UP = f"/referrals/incoming/{INCOMING}"
DOOR = f"/incoming-referrals/{INCOMING}"
CONSENTED = [
    SentField(key="name", value="Sofie De Backer"),
    SentField(key="need", value="Schulden bij de huisbaas"),
    SentField(key="safe_phone", value="+32470998811"),
    SentField(key="contact_rules", value="no_voicemail"),
]


@pytest.fixture
def referrer(signed_in: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    return at_the_referrals(signed_in, neighbours)


async def test_an_answer_takes_along_what_it_wants_and_nothing_of_the_others(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    address = f"/referrals/incoming/{INCOMING}"
    neighbours.of("referrals")[f"POST /incoming-referrals/{INCOMING}/answer"] = IncomingRef(
        incoming_id=INCOMING, state="refused"
    )
    fields = await filled_in(referrer, address)
    typed = {**fields, "answer": "refused", "reason": "no_capacity", "question": "please_phone"}

    answer = await referrer.post(f"{address}/answer", data=typed)
    lacking = await referrer.post(f"{address}/answer", data={**fields, "answer": "more_asked"})

    assert answer.headers["location"] == address
    command = sent(neighbours, f"/incoming-referrals/{INCOMING}/answer", AnswerReferral)
    assert command == AnswerReferral(answer="refused", reason="no_capacity")
    assert lacking.status_code == 422
    assert 'id="e-question"' in lacking.text


async def test_one_takes_an_incoming_referral_oneself_with_one_tap(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    address = f"/referrals/incoming/{INCOMING}"
    neighbours.of("referrals")[f"POST /incoming-referrals/{INCOMING}/assign"] = IncomingRef(
        incoming_id=INCOMING, state="sent"
    )
    fields = await filled_in(referrer, address)

    await referrer.post(f"{address}/assign", data={**fields, "user_id": str(LENA)})

    assert sent(neighbours, f"/incoming-referrals/{INCOMING}/assign", AssignIncoming).user_id == LENA


async def test_who_only_receives_comes_at_the_incoming_list(
    referrer: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("identity")["POST /tokens"] = issued(Permission.REFERRAL_RECEIVE)

    there, here = await referrer.get("/referrals"), await referrer.get("/referrals/incoming")

    assert there.headers["location"] == "/referrals/incoming"
    assert "van PZ Aalst" in here.text


@pytest.fixture
def receiver(referrer: httpx.AsyncClient, neighbours: Neighbours) -> httpx.AsyncClient:
    """Who receives, and may open a dossier for it."""
    may = ("REFERRAL_RECEIVE", "REFERRAL_READ", "DOSSIER_READ", "DOSSIER_OPEN", "DOSSIER_WRITE", "STAFF_READ")
    neighbours.of("identity")["POST /tokens"] = issued(*(Permission[each] for each in may), user_id=LENA)
    neighbours.of("referrals")[f"GET {DOOR}"] = incoming("accepted", fields=CONSENTED, may_link=True)
    return referrer


async def may_take_up(receiver: httpx.AsyncClient, neighbours: Neighbours) -> dict[str, str]:
    """The form of a new dossier as it comes; what is sent of it is taken."""
    neighbours.of("referrals")[f"POST {DOOR}/new-dossier"] = IncomingRef(
        incoming_id=INCOMING, state="accepted", dossier_id=DOSSIER
    )
    return await filled_in(receiver, f"{TAKE_UP}/dossier")


async def test_what_was_let_through_stands_in_the_new_dossier_before_it_is_made_and_nothing_else(
    receiver: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    page = (await receiver.get(f"{TAKE_UP}/dossier")).text

    for shown in ('value="De Backer"', 'value="Sofie"', "Schulden bij de huisbaas", 'value="+32470998811"'):
        assert shown in page
    assert 'name="born_on"' in page
    assert f"cases POST /dossiers/{DOSSIER}" not in neighbours.asked
    assert not any(each.startswith("referrals POST") for each in neighbours.asked)


async def test_what_she_left_of_it_is_what_is_taken_over(
    receiver: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    fields = await may_take_up(receiver, neighbours)
    typed = {
        **fields, "incident_type": "help_debts", "last_name": "De Backer", "phone": "", "no_voicemail": "1",
        "summary": "Schulden", "p_last_name": "",
    }  # fmt: skip

    answer = await receiver.post(f"{TAKE_UP}/new-dossier", data=typed)

    assert answer.headers["location"] == f"/dossiers/{DOSSIER}"
    dossier = sent(neighbours, f"{DOOR}/new-dossier", TakeUpIncoming).dossier
    assert (dossier.kind, dossier.incident_type, dossier.summary) == ("social_help", "help_debts", "Schulden")
    (person,) = dossier.persons
    assert person.role == "client"
    assert (person.last_name, person.phone, person.phone_safe, person.safe.no_voicemail) == (
        "De Backer", "", False, True,
    )  # fmt: skip


async def test_a_refused_number_of_the_parent_stands_at_the_parent_and_nothing_typed_is_lost(
    receiver: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    refusal = ProblemDetails(
        type="", title="", status=422, code="invalid", errors=[FieldError("persons.1.phone", "phone_wrong")]
    )
    neighbours.of("referrals")[f"POST {DOOR}/new-dossier"] = refusal
    fields = await filled_in(receiver, f"{TAKE_UP}/dossier")
    typed = {
        **fields, "incident_type": "help_other", "last_name": "Claes", "p_last_name": "Mama", "p_phone": "abc",
        "note": "Mijn tekst",
    }  # fmt: skip

    answer = await receiver.post(f"{TAKE_UP}/new-dossier", data=typed)

    assert answer.status_code == 422
    assert 'id="e-p_phone"' in answer.text
    assert "Mijn tekst" in answer.text


async def test_a_child_and_its_guardian_are_taken_over_as_that_to_each_other(
    receiver: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    fields = await may_take_up(receiver, neighbours)
    typed = {
        **fields, "incident_type": "help_other", "last_name": "Claes", "p_last_name": "Mama", "p_kind": "guardian_of"
    }  # fmt: skip

    await receiver.post(f"{TAKE_UP}/new-dossier", data=typed)

    dossier = sent(neighbours, f"{DOOR}/new-dossier", TakeUpIncoming).dossier
    assert [each.last_name for each in dossier.persons] == ["Claes", "Mama"]
    assert dossier.relations == [FirstRelation(person=1, kind="guardian_of", other=0)]


async def test_who_comes_second_is_told_that_a_colleague_was_first(
    receiver: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    fields = await filled_in(receiver, f"{TAKE_UP}/dossier")
    neighbours.of("referrals")[f"POST {DOOR}/new-dossier"] = ProblemDetails(
        type="", title="", status=409, code="already_taken_up"
    )
    linked = incoming("accepted", line=replace(incoming("accepted").line, dossier_id=DOSSIER))
    neighbours.of("referrals")[f"GET {DOOR}"] = linked

    answer = await receiver.post(
        f"{TAKE_UP}/new-dossier", data={**fields, "incident_type": "help_other", "last_name": "Mijn tekst"}
    )

    assert answer.status_code == 422
    assert "Een collega nam deze doorverwijzing al op in een dossier." in answer.text
    assert "Mijn tekst" in answer.text


async def test_one_of_her_dossiers_takes_it_up(receiver: httpx.AsyncClient, neighbours: Neighbours) -> None:
    neighbours.of("referrals")[f"POST {DOOR}/dossier"] = IncomingRef(incoming_id=INCOMING, state="accepted")
    fields = await filled_in(receiver, f"{TAKE_UP}/dossier")

    answer = await receiver.post(f"{TAKE_UP}/dossier", data={**fields, "dossier_id": str(DOSSIER)})

    assert answer.headers["location"] == f"/dossiers/{DOSSIER}#incoming"
    assert sent(neighbours, f"{DOOR}/dossier", LinkIncoming).dossier_id == DOSSIER


async def test_the_link_is_undone_with_a_reason(receiver: httpx.AsyncClient, neighbours: Neighbours) -> None:
    neighbours.of("referrals")[f"POST {DOOR}/unlink"] = IncomingRef(incoming_id=INCOMING, state="accepted")
    fields = await filled_in(receiver, f"{TAKE_UP}/unlink")

    without = await receiver.post(f"{TAKE_UP}/unlink", data=fields)
    undone = await receiver.post(f"{TAKE_UP}/unlink", data={**fields, "reason": "another_person"})

    assert without.status_code == 422
    assert undone.headers["location"] == TAKE_UP
    assert sent(neighbours, f"{DOOR}/unlink", UnlinkIncoming).reason == "another_person"


@pytest.mark.parametrize("reads", [True, False])
async def test_the_referral_leads_to_its_dossier_only_for_who_may_read_that(
    receiver: httpx.AsyncClient, neighbours: Neighbours, reads: bool
) -> None:
    here = replace(incoming("withdrawn").line, dossier_id=DOSSIER)
    neighbours.of("referrals")[f"GET {DOOR}"] = incoming("withdrawn", line=here, fields=[], wiped_at=NOW)
    known = AccessedDossier(
        dossier_id=DOSSIER, number="HULP-2026-0001", compartment="soc_aid", state="open", holder=LENA, may_read=True,
        may_write=True, persons=[],
    )  # fmt: skip
    neighbours.of("cases")["POST /dossiers/access"] = [known] if reads else []

    page = (await receiver.get(TAKE_UP)).text

    assert ("HULP-2026-0001" in page) is reads
    assert (f'href="/dossiers/{DOSSIER}"' in page) is reads
    assert "Wat u zelf in uw dossier schreef, blijft uw eigen dossier." in page


async def test_the_dossier_shows_what_it_took_up(receiver: httpx.AsyncClient, neighbours: Neighbours) -> None:
    taken = replace(incoming("withdrawn").line, dossier_id=DOSSIER)
    neighbours.of("referrals")[f"GET {PAGE}/incoming-referrals"] = DossierIncoming(
        dossier_id=DOSSIER, referrals=[taken]
    )

    page = (await receiver.get(PAGE)).text

    assert f'href="{TAKE_UP}"' in page
    assert "van PZ Aalst" in page
    assert "Wat u zelf in dit dossier schreef, blijft." in page


async def test_who_looked_at_it_is_told_in_words(receiver: httpx.AsyncClient, neighbours: Neighbours) -> None:
    look = Look(at=NOW, user_id=LENA, service="", action="link_incoming", outcome="done")
    neighbours.of("referrals")[f"GET {DOOR}/looks"] = IncomingLooks(looks=[look])

    page = (await receiver.get(f"{TAKE_UP}/looks")).text

    assert "koppelde een dossier" in page
    assert f'href="{TAKE_UP}/looks"' in (await receiver.get(TAKE_UP)).text


async def test_a_worker_finds_what_was_given_to_her(
    receiver: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("identity")["POST /tokens"] = issued(
        Permission.REFERRAL_READ, Permission.DOSSIER_READ, user_id=LENA
    )

    start, own = (await receiver.get("/")).text, (await receiver.get(TAKE_UP)).text

    assert 'href="/referrals/incoming?show=mine"' in start
    assert "Schulden bij de huisbaas" in own
    assert f"{TAKE_UP}/looks" not in own
    assert "Wijs een collega aan" not in own
