"""What operators see of a run: whole traces, the promised metrics, and logs without a person in them."""

import re
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

from tests.support.pages import Person
from tests.support.platform import RunningPlatform, Span

NewPerson = Callable[..., Person]

METRICS = {
    "identity": ("vangnet_sign_in_failures_total", "vangnet_sign_ins_total"),
    "rostering": ("vangnet_call_out_answer_seconds_count", "vangnet_timer_delay_seconds"),
    "cases": ("vangnet_consumer_lag", "vangnet_events_handled_total"),
    "notifications": ("vangnet_consumer_lag",),
}
OF_EACH = (
    "vangnet_request_seconds_count",
    "vangnet_transaction_seconds_count",
    "vangnet_outbox_depth",
    "vangnet_outbox_age_seconds",
    "vangnet_parked_messages",
    "vangnet_database_connections",
)


def until_trace(platform: RunningPlatform, wanted: Callable[[list[Span]], bool]) -> list[Span]:
    """The spans of the first trace that is as wanted."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        traces: dict[str, list[Span]] = {}
        for span in list(platform.traces.spans):
            traces.setdefault(span.trace_id, []).append(span)
        for spans in traces.values():
            if wanted(spans):
                return spans
        time.sleep(0.2)
    raise AssertionError("no such trace")


def test_one_trace_leads_from_the_click_to_the_last_consumer(
    person: NewPerson, running_platform: RunningPlatform
) -> None:
    dispatcher = person("pz_aalst", "dispatcher")
    dispatcher.open("/call-outs/new")
    dispatcher.page.locator("[name=incident_type]").first.select_option("fire")
    dispatcher.page.locator("[name=place]").fill("Molenstraat 1, Aalst")
    dispatcher.page.locator("[name=summary]").fill(
        "Brand in een woning, moeder en twee kinderen staan buiten."
    )
    dispatcher.page.locator("main form button:not([type=button])").last.click()
    dispatcher.page.wait_for_url(re.compile(r"/call-outs/[0-9a-f-]{36}"))

    spans = until_trace(
        running_platform,
        lambda found: (
            {"gateway", "rostering", "notifications"} <= {span.service for span in found}
            and any(span.name.startswith("handle rostering.call_out_ringing") for span in found)
        ),
    )

    by_id = {span.span_id: span for span in spans}
    handled = next(span for span in spans if span.name.startswith("handle rostering.call_out_ringing"))
    path = [handled]
    while path[-1].parent_id in by_id:
        path.append(by_id[path[-1].parent_id])
    services = [span.service for span in reversed(path)]
    assert services[0] == "gateway", [f"{span.service} {span.name}" for span in path]
    assert services[-1] == "notifications"
    assert "rostering" in services
    statements = [span for span in spans if span.name == "db.statement"]
    assert {"rostering", "notifications"} <= {span.service for span in statements}, (
        "database spans really come"
    )


def test_the_metrics_that_operators_were_promised_are_there(running_platform: RunningPlatform) -> None:
    for service, named in METRICS.items():
        with urlopen(f"{running_platform.facts['service_urls'][service]}/metrics", timeout=5) as answer:
            text = answer.read().decode()
        for metric in (*OF_EACH, *named):
            base = metric.removesuffix("_count")
            assert f"# TYPE {base} " in text, f"{service} does not tell {base}"


def personal_words(platform: RunningPlatform) -> set[str]:
    """What no log may hold: names, addresses and numbers of the demo staff, and what the journeys typed."""
    words = {"Molenstraat", "moeder en twee kinderen", "Brand in een woning"}
    for account in platform.facts["accounts"]:
        words |= {account["email"], account["name"], account["password"], account["totp_secret"]}
    return words


def test_no_log_line_holds_personal_data(running_platform: RunningPlatform) -> None:
    """Runs on what all journeys of this session wrote so far; alone it still has the demo and a sign-in."""
    logs = running_platform.logs()
    assert logs.count("\n") > 20, "there are logs to look at"

    found = [word for word in personal_words(running_platform) if word and word.lower() in logs.lower()]
    numbers = re.findall(r"\+32\d{8,9}|\b\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}\b", logs)
    addresses = re.findall(r"[\w.+-]+@[\w-]+\.[\w.]+", logs)

    assert found == []
    assert numbers == []
    assert addresses == [], "an e-mail address stands in a log"


def test_no_trace_attribute_holds_personal_data(running_platform: RunningPlatform) -> None:
    told = "\n".join(f"{span.name} {span.attributes}" for span in list(running_platform.traces.spans))

    assert [word for word in personal_words(running_platform) if word and word.lower() in told.lower()] == []


def test_every_service_writes_its_log_as_json(running_platform: RunningPlatform) -> None:
    for service in ("identity", "cases", "rostering", "notifications", "gateway"):
        log = Path(running_platform.facts["logs"]) / f"{service}.log"
        lines = log.read_text(errors="replace").splitlines()
        assert [line for line in lines if line and not line.startswith("{")] == []
