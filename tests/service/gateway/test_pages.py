"""What holds for every answer: headers, errors in words, and pages that stand when a service is away."""

import httpx
import pytest

from services.gateway.app import CONTENT_SECURITY_POLICY
from shared.auth import Permission
from shared.contracts.identity import Role, StaffRef
from shared.errors import ProblemDetails
from tests.service.gateway.answers import staff
from tests.service.gateway.conftest import issued
from tests.service.gateway.test_sign_in import filled_in
from tests.support.neighbours import Neighbours


async def test_a_page_says_once_how_it_is_written(signed_in: httpx.AsyncClient) -> None:
    for path in ("/", "/nowhere"):
        assert (await signed_in.get(path)).headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("path", ["/sign-in", "/nowhere", "/static/page.css", "/admin/staff", "/health/live"])
async def test_every_answer_carries_the_headers_of_safety(signed_in: httpx.AsyncClient, path: str) -> None:
    headers = (await signed_in.get(path)).headers

    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"].startswith("no-store") or path.startswith("/static")


async def test_files_are_served_from_a_closed_list(browser: httpx.AsyncClient) -> None:
    assert (
        (await browser.get("/static/vendor/htmx.min.js"))
        .headers["content-type"]
        .startswith("text/javascript")
    )
    for path in (
        "/static/../app.py",
        "/static/%2e%2e/settings.py",
        "/static/vendor/package.json",
        "/static/",
    ):
        assert (await browser.get(path)).status_code == 404


async def test_the_metrics_are_not_for_who_comes_through_a_proxy(browser: httpx.AsyncClient) -> None:
    inside = await browser.get("/metrics")
    outside = await browser.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"})

    assert inside.status_code == 200
    assert outside.status_code == 404


async def test_an_unknown_page_says_so_in_words(signed_in: httpx.AsyncClient) -> None:
    answer = await signed_in.get("/nowhere")

    assert answer.status_code == 404
    assert "Dit vinden we niet" in answer.text


async def test_a_page_that_the_role_may_not_open(
    signed_in: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("identity")["POST /tokens"] = issued()

    answer = await signed_in.get("/admin/staff")

    assert answer.status_code == 403
    assert "Dit mag u niet openen" in answer.text
    assert "identity GET /staff" not in neighbours.asked


async def test_a_service_that_is_away_leaves_its_block_out(
    signed_in: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("identity")["POST /tokens"] = issued(Permission.DOSSIER_READ, Permission.CALL_OUT_ANSWER)
    neighbours.of("cases")["GET /tasks"] = None
    neighbours.of("rostering")["GET /call-outs/mine"] = None
    neighbours.of("notifications")["GET /messages"] = None

    answer = await signed_in.get("/")

    assert answer.status_code == 200
    assert "Dag Lena" in answer.text


async def test_a_page_that_needs_the_service_says_that_it_is_away(
    signed_in: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("identity")["GET /staff"] = None

    answer = await signed_in.get("/admin/staff")

    assert answer.status_code == 503
    assert "Even niet bereikbaar" in answer.text
    assert 'href="/admin/staff"' in answer.text


async def test_a_sensitive_form_asks_for_the_code_and_keeps_what_was_typed(
    signed_in: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    identity = neighbours.of("identity")
    identity["GET /roles"] = [
        Role(key="spot_worker", name="", permissions=[], compartments=[], default=True),
    ]
    identity["GET /teams"] = []
    identity["POST /staff"] = ProblemDetails(type="", title="", status=403, code="step_up_needed")
    typed = {"name": "Amina El Idrissi", "email": "amina@example.org", "roles": "spot_worker"}

    asked = await signed_in.post(
        "/admin/staff/new", data=await filled_in(signed_in, "/admin/staff/new", **typed)
    )
    assert asked.status_code == 422
    assert "Code uit uw app" in asked.text
    assert 'value="Amina El Idrissi"' in asked.text

    identity["POST /me/step-up"] = {"accepted": True}
    identity["POST /staff"] = StaffRef(user_id=issued().me.user_id)
    fields = await filled_in(signed_in, "/admin/staff/new", **typed, step_up_code="123456")
    done = await signed_in.post("/admin/staff/new", data=fields)
    assert done.headers["location"] == "/admin/staff"
    assert "identity POST /me/step-up" in neighbours.asked


async def test_live_lines_are_for_who_is_signed_in(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/live")).status_code == 204


async def test_the_postbox_is_there_in_development_only(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/dev/mail")).status_code == 404


async def test_names_that_a_colleague_made_us_remember_are_not_for_who_may_not_read_them(
    browser: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    colleague = staff()[0]
    neighbours.of("identity")["GET /staff"] = staff()
    names = []
    for session, permissions in (("may", [Permission.STAFF_READ]), ("may-not", [])):
        neighbours.of("identity")["POST /tokens"] = issued(*permissions)
        browser.cookies.set("vangnet_session", session, domain="vangnet.test")
        names.append((await browser.get(f"/live/who/{colleague.user_id}")).text)

    assert names == [colleague.name, ""]
