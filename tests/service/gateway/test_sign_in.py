"""Signing in through the pages: what is asked, what is kept, and what a browser may hold."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from shared.contracts.identity import SignedIn, SignInStep, TotpEnrolment
from shared.errors import ProblemDetails
from tests.service.gateway.conftest import issued
from tests.support.neighbours import Neighbours

FILLED = {
    "tenant": "pz_test",
    "email": "lena@example.org",
    "password": "a long enough password",
    "next": "/account",
}


async def filled_in(browser: httpx.AsyncClient, path: str, **fields: str) -> dict[str, str]:
    """The fields of a page's form, with its own hidden ones."""
    page = (await browser.get(path)).text
    hidden = {name: re.findall(rf'name="{name}" value="([^"]+)"', page)[0] for name in ("_csrf", "_key")}
    return {**hidden, **fields}


async def test_one_signs_in_in_two_steps_and_goes_on_where_one_was_going(
    browser: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("identity")["POST /sign-in"] = SignInStep(step="second_factor", challenge="the-challenge")
    neighbours.of("identity")["POST /sign-in/second-factor"] = SignedIn(
        session_token="the-session", ends_at=datetime.now(UTC) + timedelta(hours=10)
    )

    asked = await browser.get("/account")
    assert asked.headers["location"] == "/sign-in?next=/account"
    first = await browser.post("/sign-in", data=await filled_in(browser, "/sign-in?next=/account", **FILLED))
    assert first.status_code == 303
    assert first.headers["location"] == "/sign-in/code?next=/account"
    second = await browser.post(
        "/sign-in/code", data=await filled_in(browser, "/sign-in/code", code="123 456", next="/account")
    )

    assert second.headers["location"] == "/account"
    cookie = next(
        each for each in second.headers.get_list("set-cookie") if each.startswith("vangnet_session=")
    )
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "the-session" in cookie


async def test_a_refusal_tells_nothing_and_keeps_what_was_typed(
    browser: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("identity")["POST /sign-in"] = ProblemDetails(
        type="", title="", status=401, code="sign_in_refused"
    )

    answer = await browser.post("/sign-in", data=await filled_in(browser, "/sign-in", **FILLED))

    assert answer.status_code == 422
    assert "Organisatie, e-mailadres of wachtwoord klopt niet" in answer.text
    assert 'value="lena@example.org"' in answer.text
    assert FILLED["password"] not in answer.text


async def test_an_empty_form_is_refused_at_each_field_without_asking_identity(
    browser: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    answer = await browser.post("/sign-in", data=await filled_in(browser, "/sign-in", email="", password=""))

    assert answer.text.count("Vul dit in.") == 6  # in the summary and at the field, three times
    assert "identity POST /sign-in" not in neighbours.asked


async def test_a_form_of_another_page_is_refused(browser: httpx.AsyncClient) -> None:
    fields = await filled_in(browser, "/sign-in", **FILLED)

    assert (await browser.post("/sign-in", data={**fields, "_csrf": "guessed"})).status_code == 403
    elsewhere = await browser.post("/sign-in", data=fields, headers={"Origin": "https://elsewhere.example"})
    assert elsewhere.status_code == 403


async def test_the_first_sign_in_sets_up_a_second_factor_and_shows_recovery_codes_once(
    browser: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    identity = neighbours.of("identity")
    identity["POST /sign-in"] = SignInStep(step="enrolment", challenge="the-challenge")
    identity["POST /sign-in/enrolment"] = TotpEnrolment(
        secret="ABCDEFGH", uri="otpauth://totp/x?secret=ABCDEFGH"
    )
    identity["POST /sign-in/enrolment/confirm"] = SignedIn(
        session_token="the-session", ends_at=datetime.now(UTC), recovery_codes=["one-code", "two-code"]
    )

    step = await browser.post(
        "/sign-in", data=await filled_in(browser, "/sign-in", **{**FILLED, "next": "/"})
    )
    assert step.headers["location"] == "/sign-in/enrolment"
    page = await browser.get("/sign-in/enrolment")
    assert "ABCD EFGH" in page.text
    assert "<svg" in page.text
    assert "style=" not in page.text
    done = await browser.post(
        "/sign-in/enrolment", data=await filled_in(browser, "/sign-in/enrolment", code="123456")
    )

    assert "one-code" in done.text
    assert done.headers["cache-control"] == "no-store"
    assert browser.cookies["vangnet_session"] == "the-session"


async def test_signing_out_ends_the_session_everywhere(
    signed_in: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("identity")["POST /sign-out"] = {"accepted": True}

    answer = await signed_in.post("/sign-out", data=await filled_in(signed_in, "/more"))

    assert answer.headers["location"] == "/sign-in"
    assert "identity POST /sign-out" in neighbours.asked
    assert "vangnet_session" not in signed_in.cookies


async def test_a_session_that_identity_ended_leads_to_the_sign_in_page(
    signed_in: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("identity")["POST /tokens"] = ProblemDetails(
        type="", title="", status=401, code="session_over"
    )

    assert (await signed_in.get("/messages")).headers["location"] == "/sign-in?next=/messages"


async def test_the_token_is_asked_once_and_then_remembered(
    signed_in: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    for _ in range(3):
        assert (await signed_in.get("/more")).status_code == 200

    assert neighbours.asked.count("identity POST /tokens") == 1


@pytest.mark.parametrize(
    ("language", "title"), [("nl", "Meer"), ("fr", "Plus"), ("de", "Mehr"), ("en", "More")]
)
async def test_a_page_speaks_the_persons_language(
    signed_in: httpx.AsyncClient, neighbours: Neighbours, language: str, title: str
) -> None:
    neighbours.of("identity")["POST /tokens"] = issued(language=language)

    page = (await signed_in.get("/more")).text

    assert f'<html lang="{language}"' in page
    assert f"<h1>{title}</h1>" in page
