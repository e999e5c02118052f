"""Forms: only from our own pages, read as what they are, and never losing what was typed."""

from datetime import datetime
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.gateway.forms import ForgedRequest, Form, csrf_token, require_own_page
from services.gateway.language import read_language
from services.gateway.rendering import initials, own_path, phone
from services.gateway.services_client import Directory, Services
from services.gateway.visit import Visit
from shared.client import Refused, ServiceClient, ServiceUnreachable
from shared.errors import FieldError, ProblemDetails


class AskedBy:
    """As much of a request as the check looks at."""

    def __init__(self, **headers: str) -> None:
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.fixture
def visit() -> Visit:
    services = Services(ServiceClient("gateway", {}), Directory())
    return Visit(read_language("nl"), csrf_token("secret", "session"), "/", services)


def own(visit: Visit, csrf: str, **headers: str) -> None:
    asked: Any = AskedBy(Host="vangnet.example", **headers)
    require_own_page(asked, visit, csrf)


def test_a_form_of_our_own_page_is_taken(visit: Visit) -> None:
    own(visit, visit.csrf, Origin="https://vangnet.example", Sec_Fetch_Site="same-origin")
    own(visit, visit.csrf)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
)
def test_a_form_of_another_site_is_refused_whatever_token_it_has(
    visit: Visit, headers: dict[str, str]
) -> None:
    with pytest.raises(ForgedRequest):
        own(visit, visit.csrf, **headers)


@pytest.mark.parametrize(
    "csrf", ["", "x", "é", csrf_token("secret", "another session"), csrf_token("other", "session")]
)
def test_a_token_is_good_for_one_session_and_one_secret(visit: Visit, csrf: str) -> None:
    with pytest.raises(ForgedRequest):
        own(visit, csrf)


def test_empty_fields_are_named_all_at_once(visit: Visit) -> None:
    form = Form(visit, {"place": "  ", "summary": "iets"})

    assert not form.needs("place", "summary", "incident_type")
    assert set(form.errors) == {"place", "incident_type"}
    assert form.values["summary"] == "iets"


def test_a_moment_is_read_on_the_clock_of_brussels(visit: Visit) -> None:
    form = Form(visit, {"at": "2026-03-02T02:14", "wrong": "soon"})

    assert form.moment("at") == datetime(2026, 3, 2, 2, 14, tzinfo=ZoneInfo("Europe/Brussels"))
    assert form.moment("wrong") is None
    assert "wrong" in form.errors


def test_a_refusal_is_said_at_its_field_in_words(visit: Visit) -> None:
    form = Form(visit, {"email": "x"}, key="a-key-of-the-form")
    details = ProblemDetails(
        type="", title="", status=422, code="invalid", errors=[FieldError("$.email", "email_wrong")]
    )

    form.refused(Refused(details))

    assert form.errors["email"] == "Schrijf het adres zoals naam@organisatie.be."
    assert form.problem == ""
    assert form.key != "a-key-of-the-form"


def test_a_refusal_of_the_whole_stands_above_the_form(visit: Visit) -> None:
    form = Form(visit)

    form.refused(Refused(ProblemDetails(type="", title="", status=409, code="last_administrator")))

    assert form.problem == "Er moet altijd iemand zijn die rollen kan wijzigen."


def test_what_may_have_been_done_keeps_its_key(visit: Visit) -> None:
    form = Form(visit, key="a-key-of-the-form")

    form.refused(ServiceUnreachable())

    assert form.key == "a-key-of-the-form"
    assert ServiceUnreachable.status == HTTPStatus.SERVICE_UNAVAILABLE


def test_a_service_that_wants_the_second_factor_gets_a_field_for_it(visit: Visit) -> None:
    form = Form(visit)

    form.refused(Refused(ProblemDetails(type="", title="", status=403, code="step_up_needed")))

    assert form.asks_code


@pytest.mark.parametrize(
    ("wish", "path"),
    [
        ("/dossiers?state=open", "/dossiers?state=open"),
        ("https://elsewhere.example", "/"),
        ("//elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\nb", "/"),
        ("", "/"),
    ],
)
def test_one_goes_back_to_our_own_pages_only(wish: str, path: str) -> None:
    assert own_path(wish) == path


def test_numbers_and_initials_as_people_write_them() -> None:
    assert phone("+32470123456") == "0470 12 34 56"
    assert phone("+33612345678") == "+33 6 12 34 56 78"
    assert phone("101") == "101"
    assert initials("Lena De Smet") == "LS"
    assert initials("Amina") == "A"


def test_a_page_listens_to_the_one_dossier_that_it_was_shown(visit: Visit) -> None:
    from uuid import UUID, uuid4

    dossier, other = uuid4(), uuid4()
    visit.watch = dossier
    mark = f"{dossier}.{visit._watch_mark()}"
    forged = f"{other}.{mark.partition('.')[2]}"

    assert visit.watches(mark) == UUID(str(dossier))
    assert visit.watches(forged) is None
    assert visit.watches("nonsense") is None
    assert visit.watches(f"{dossier}.é") is None
