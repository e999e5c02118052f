"""After a night in which every part was killed with -9 while call-outs were asked, answered, escalated and closed."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable

import pytest

from services.cases.victim_support.recontact_plan import line_for
from tests.chaos.conftest import Aftermath
from tests.chaos.misfortune import MARKS
from tests.chaos.night import TENANT
from tests.chaos.reckoning import OWNERS
from tests.support.platform import ROOT


async def test_every_part_died_and_came_back(
    aftermath: Aftermath, record_property: Callable[[str, object], None]
) -> None:
    record_property("bad luck", aftermath.story())
    assert {victim for victim, away in aftermath.misfortune.away.items() if away} == set(MARKS)
    assert aftermath.client.counts["no answer"] + aftermath.client.counts["answered: not now"] > 0


async def test_no_request_met_an_error_that_bad_luck_does_not_explain(aftermath: Aftermath) -> None:
    assert aftermath.client.broken == []


async def test_each_accepted_request_exists_exactly_once(aftermath: Aftermath) -> None:
    rows = await aftermath.books.rows(
        "rostering", "SELECT id::text, summary, state FROM call_outs WHERE summary LIKE 'Tegenslag %'"
    )
    numbers = await aftermath.books.rows("rostering", "SELECT number FROM call_outs")

    assert Counter(row["summary"] for row in rows) == Counter(
        each.marker for each in aftermath.night.call_outs
    )
    assert {row["summary"]: row["id"] for row in rows} == {
        each.marker: each.id for each in aftermath.night.call_outs
    }
    assert {row["id"]: row["state"] for row in rows} == {
        each.id: each.end for each in aftermath.night.call_outs
    }
    assert len(numbers) == len({row["number"] for row in numbers})


async def test_every_ringing_ended_and_no_timer_is_lost(aftermath: Aftermath) -> None:
    ringing = await aftermath.books.rows(
        "rostering",
        "SELECT a.id FROM call_out_attempts a JOIN call_outs c ON c.id = a.call_out_id"
        " WHERE a.outcome = 'ringing' AND c.summary LIKE 'Tegenslag %'",
    )
    left_over = await aftermath.books.rows(
        "rostering",
        "SELECT t.ref, t.due_at, t.attempts, t.error, a.outcome FROM platform.timers t"
        " JOIN call_out_attempts a ON a.id = t.ref"
        " WHERE t.kind = 'escalate_call_out' AND (a.outcome = 'ringing' OR t.attempts > 0 OR t.due_at < now())",
    )
    unsent = await aftermath.books.rows(
        "notifications",
        "SELECT kind, channel, state, error FROM deliveries"
        " WHERE channel = 'email' AND (state = 'failed' OR (state = 'queued'"
        # other messages may wait for quiet hours, and so that nobody gets too many at once
        " AND (kind LIKE 'call_out%' OR next_try_at IS NULL OR next_try_at < now())))",
    )

    assert ringing == []
    assert left_over == []
    assert unsent == []


async def test_each_message_is_shown_once_and_each_mail_arrived_at_least_once(aftermath: Aftermath) -> None:
    rung = await aftermath.books.rows(
        "rostering",
        "SELECT a.id::text, a.user_id::text, c.id::text AS call_out_id, a.outcome"
        " FROM call_out_attempts a JOIN call_outs c ON c.id = a.call_out_id"
        " WHERE c.summary LIKE 'Tegenslag %' AND a.answer_by > a.rang_at AND a.user_id IS NOT NULL",
    )
    shown = await aftermath.books.rows(
        "notifications",
        "SELECT ref::text, user_id::text, refs ->> 'call_out_id' AS call_out_id FROM messages WHERE kind = 'call_out_ringing'",
    )
    sent = await aftermath.books.rows(
        "notifications",
        "SELECT d.about::text AS call_out_id, r.email, count(*) AS mails"
        " FROM deliveries d JOIN recipients r USING (user_id)"
        " WHERE d.kind = 'call_out_ringing' AND d.channel = 'email' AND d.state = 'sent' GROUP BY 1, 2",
    )
    arrived = Counter(
        (mail["to"][0], each.id)
        for mail in aftermath.running.mails()
        for each in aftermath.night.call_outs
        if each.id in mail["text"]
    )

    tonight = {each.id for each in aftermath.night.call_outs}
    assert Counter((row["ref"], row["user_id"]) for row in shown if row["call_out_id"] in tonight) == Counter(
        (row["id"], row["user_id"]) for row in rung
    )
    missing = [
        dict(row)
        for row in sent
        if row["call_out_id"] in tonight and arrived[row["email"], row["call_out_id"]] < row["mails"]
    ]
    assert missing == []


async def test_each_closed_call_out_that_opens_a_dossier_has_exactly_one_whole_dossier(
    aftermath: Aftermath,
) -> None:
    dossiers = await aftermath.books.rows(
        "cases",
        "SELECT id, call_out_id::text, holder, opened_at, incident_type FROM dossiers WHERE summary LIKE 'Tegenslag %'",
    )
    tasks = await aftermath.books.rows(
        "cases", "SELECT dossier_id, kind, count(*) AS n FROM tasks GROUP BY 1, 2"
    )
    grants = await aftermath.books.rows(
        "cases", "SELECT dossier_id, user_id FROM grants WHERE ground = 'holder'"
    )
    entries = await aftermath.books.rows(
        "cases", "SELECT dossier_id, code, count(*) AS n FROM entries GROUP BY 1, 2"
    )
    opening = {
        each.id: each for each in aftermath.night.call_outs if each.end == "closed" and each.opens_dossier
    }

    assert Counter(row["call_out_id"] for row in dossiers) == Counter(list(opening))
    planned = {(row["dossier_id"], row["kind"]): row["n"] for row in tasks}
    told = {(row["dossier_id"], row["code"]): row["n"] for row in entries}
    for row in dossiers:
        line = line_for(row["incident_type"], row["opened_at"].date())
        assert planned[row["id"], "call_out_report"] == 1
        assert planned[row["id"], "recontact"] == len(line.days if line else ())
        assert [grant["user_id"] for grant in grants if grant["dossier_id"] == row["id"]] == [row["holder"]]
        assert {
            code: told.get((row["id"], code))
            for code in ("dossier_opened", "call_out_briefing", "call_out_closed")
        } == {
            "dossier_opened": 1,
            "call_out_briefing": 1,
            "call_out_closed": 1,
        }


async def test_nothing_is_parked_and_nothing_waits(aftermath: Aftermath) -> None:
    parked = {
        service: [
            (row["subject"], row["error"], row["deliveries"])
            for row in await aftermath.books.rows(
                service, "SELECT subject, error, deliveries FROM parked_messages"
            )
        ]
        for service in OWNERS
    }

    assert parked == {service: [] for service in OWNERS}
    assert await aftermath.books.unfinished() == {}


@pytest.mark.parametrize("service", OWNERS)
async def test_the_audit_chain_of_each_service_verifies(aftermath: Aftermath, service: str) -> None:
    command = [
        sys.executable,
        "-m",
        "deploy.local",
        "--folder",
        str(aftermath.running.folder),
        "service",
        service,
    ]
    sealed = subprocess.run(
        [*command, "audit", "seal"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    verified = subprocess.run(
        [*command, "audit", "verify"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert sealed.returncode == 0, sealed.stdout + sealed.stderr
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert f"{TENANT}: " in verified.stdout
    assert "TOUCHED" not in verified.stdout
