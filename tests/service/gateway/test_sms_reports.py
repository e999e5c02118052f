"""The SMS provider's reports come in without session and go on as they came: notifications judges the signature."""

import json

import httpx

from shared.contracts.notifications import ReportTaken
from shared.errors import ProblemDetails
from tests.support.neighbours import Neighbours

HEADERS = {"Vangnet-Timestamp": "1772410000", "Vangnet-Signature": "v1=abc"}


async def test_a_report_is_handed_on_as_it_came(browser: httpx.AsyncClient, neighbours: Neighbours) -> None:
    neighbours.of("notifications")["POST /sms-reports"] = ReportTaken()

    answer = await browser.post("/sms-reports", content='{"reference": "é"}', headers=HEADERS)

    assert answer.status_code == 200
    assert json.loads(neighbours.sent["notifications POST /sms-reports"]) == {
        "timestamp": "1772410000", "signature": "v1=abc", "body": '{"reference": "é"}',
    }  # fmt: skip


async def test_what_is_refused_or_cannot_be_judged_now_is_told_to_the_provider(
    browser: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    neighbours.of("notifications")["POST /sms-reports"] = ProblemDetails(
        type="", title="", status=401, code="report_unsigned"
    )
    refused = await browser.post("/sms-reports", content="{}", headers=HEADERS)
    neighbours.of("notifications")["POST /sms-reports"] = None
    away = await browser.post("/sms-reports", content="{}", headers=HEADERS)

    assert (refused.status_code, away.status_code) == (401, 503)


async def test_a_report_that_is_no_report_goes_no_further(
    browser: httpx.AsyncClient, neighbours: Neighbours
) -> None:
    huge = await browser.post("/sms-reports", content="x" * 5000, headers=HEADERS)
    garbage = await browser.post("/sms-reports", content=b"\xff\xfe", headers=HEADERS)

    assert (huge.status_code, garbage.status_code) == (413, 400)
    assert "notifications POST /sms-reports" not in neighbours.asked
