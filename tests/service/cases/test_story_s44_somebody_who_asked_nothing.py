"""S44: a neighbour worries about an isolated old man; visits, a letter, the GP, and a stop. No diagnosis, no names."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.cases.dossiers.deadlines import local_day
from shared.auth import Compartment, Permission, Principal
from shared.contracts.cases import RiskIncreased
from shared.contracts.documents import LetterRef, SendLetter, WriteLetter
from shared.contracts.outreach import (
    AddSignal,
    ConfirmDecision,
    Decide,
    NoteAttempt,
    OutreachPage,
    OutreachRef,
    OutreachView,
    Signaller,
    SignallerView,
    TakeSignal,
)
from shared.contracts.persons import AddPerson
from shared.contracts.tasks import TaskPage
from shared.db import driver_of, uuid7
from tests.service.cases.conftest import COORDINATOR, WORKER, audited, field_codes, problem, seen
from tests.service.cases.papers import set_up
from tests.support.principals import principal
from tests.support.service import ServiceUnderTest

AID = (Compartment.SOC_AID,)
SIGNAL = AddSignal(
    source="private",
    seen=["not_seen", "mailbox_full"],
    facts="Sinds een week niet gezien; de rolluiken zijn dicht.",
    signaller=Signaller(name="Mevrouw Buurman", reach="0470 11 22 33"),
)
WHY = "De huisarts kent hem al jaren en kan veilig aanbellen."


@pytest.fixture
def outreach(tenant: str) -> Principal:
    """Thomas, who goes to people."""
    return principal(tenant, *WORKER, Permission.SIGNALLER_READ, compartments=AID)


@pytest.fixture
def head(tenant: str) -> Principal:
    """Veerle: she supervises, may invoke a ground, and holds nothing."""
    return principal(tenant, *COORDINATOR, Permission.REFERRAL_GROUND, compartments=AID)


async def signalled(cases: ServiceUnderTest, by: Principal, **facts: Any) -> OutreachRef:
    command = TakeSignal(place="Zandstraat 8, Kortrijk", last_name="Peeters", signal=SIGNAL, **facts)
    return cases.read(await cases.post("/outreach", command, by=by), OutreachRef)


async def ladder(cases: ServiceUnderTest, ref: OutreachRef, by: Principal) -> OutreachView:
    return cases.read(await cases.get(f"/dossiers/{ref.dossier_id}/outreach", by=by), OutreachView)


async def tried(
    cases: ServiceUnderTest, ref: OutreachRef, by: Principal, way: str, result: str, **facts: Any
) -> OutreachRef:
    """An attempt of this moment, on the ladder as it stands."""
    version = (await ladder(cases, ref, by)).version
    command = NoteAttempt(version=version, way=way, result=result, at=datetime.now(UTC), **facts)
    answer = await cases.post(f"/dossiers/{ref.dossier_id}/outreach/attempts", command, by=by)
    return cases.read(answer, OutreachRef)


async def decided(cases: ServiceUnderTest, ref: OutreachRef, by: Principal, kind: str, **facts: Any) -> Any:
    command = Decide(version=(await ladder(cases, ref, by)).version, kind=kind, **facts)
    return await cases.post(f"/dossiers/{ref.dossier_id}/outreach/decisions", command, by=by)


async def open_steps(cases: ServiceUnderTest, by: Principal, scope: str = "mine") -> list[str]:
    page = cases.read(await cases.get("/tasks", by=by, scope=scope), TaskPage)
    return sorted(task.kind for task in page.tasks)


async def test_the_whole_story(
    cases: ServiceUnderTest, tenant: str, outreach: Principal, head: Principal
) -> None:
    await set_up(cases, tenant)
    ref = await signalled(cases, outreach)
    page = f"/dossiers/{ref.dossier_id}"
    begun = await ladder(cases, ref, outreach)
    assert (begun.state, begun.next.way if begun.next else "", begun.waiting) == ("open", "visit", 1)
    assert await open_steps(cases, outreach) == ["outreach_hear_back", "outreach_visit"]

    # the neighbour hears that it came in, and is forgotten
    kept = cases.read(await cases.get(f"{page}/outreach/signallers", by=outreach), list[SignallerView])
    assert [each.name for each in kept] == ["Mevrouw Buurman"]
    signal = begun.signals[0].signal_id
    assert (await cases.post(f"/outreach-signals/{signal}/told", {}, by=outreach)).is_success
    assert (await cases.get(f"{page}/outreach/signallers", by=outreach)).json() == []

    await tried(cases, ref, outreach, "visit", "nobody_home", seen=["mailbox_full"])
    await tried(cases, ref, outreach, "visit", "card_left")
    written = WriteLetter(template="outreach_visit", recipient="De heer Peeters", address="Zandstraat 8, 8500 Kortrijk",
                          values={"contact": "Thomas Debaere"})  # fmt: skip
    letter = cases.read(await cases.post(f"{page}/letters", written, by=outreach), LetterRef)
    sent = SendLetter(way="post", sent_on=local_day(datetime.now(UTC)))
    assert (await cases.post(f"/letters/{letter.letter_id}/send", sent, by=outreach)).is_success
    await tried(cases, ref, outreach, "visit", "seen_not_spoken")
    view = await ladder(cases, ref, outreach)
    assert [each.way for each in view.attempts] == ["visit", "letter", "visit", "visit"]
    assert view.next is not None
    assert (view.next.way, view.next.needs) == ("partner", "basis")

    # the GP: to ask is to tell, so a second person confirms the ground
    now = datetime.now(UTC)
    ask = NoteAttempt(
        version=view.version, way="partner", result="passed_on", at=now, partner="gp", basis="ground"
    )
    attempts = f"{page}/outreach/attempts"
    assert problem(await cases.post(attempts, ask, by=outreach)) == (409, "ground_not_confirmed")
    assert (await decided(cases, ref, outreach, "ask_partner", ground="NECESSITY", reason=WHY)).is_success
    proposal = (await ladder(cases, ref, outreach)).decisions[-1].decision_id
    confirm = f"/outreach-decisions/{proposal}/confirm"
    yes = ConfirmDecision(agreed=True)
    assert problem(await cases.post(confirm, yes, by=outreach)) == (403, "forbidden")
    assert (await cases.post(confirm, yes, by=head)).is_success
    await tried(cases, ref, outreach, "partner", "passed_on", partner="gp", basis="ground")

    # it stops by itself, says why, and asks one decision
    view = await ladder(cases, ref, outreach)
    assert (view.state, view.stopped_why, view.next) == ("asked", "tried_enough", None)
    assert await open_steps(cases, outreach) == ["outreach_decision"]
    late = NoteAttempt(version=view.version, way="visit", result="nobody_home", at=datetime.now(UTC))
    assert problem(await cases.post(attempts, late, by=outreach)) == (409, "ladder_stopped")
    assert (await decided(cases, ref, outreach, "stop", stop_reason="tried_enough")).is_success
    dossier = await seen(cases, ref, outreach)  # type: ignore[arg-type]
    assert (dossier.state, dossier.before_contact) == ("closed", True)
    assert await open_steps(cases, outreach) == []
    assert {entry.text for entry in dossier.timeline} == {""}  # nothing but codes


async def test_before_anybody_was_met_the_dossier_holds_only_what_was_seen(
    cases: ServiceUnderTest, outreach: Principal
) -> None:
    ref = await signalled(cases, outreach)
    page = f"/dossiers/{ref.dossier_id}"

    for path, body in (
        ("entries", {"text": "Hij lijkt dement."}),
        ("", {"version": 1, "summary": "Verwaarloosd"}),
        ("tasks", {"title": "Psycholoog bellen", "due_on": "2031-01-06"}),
        ("consents", {"purpose": "referral_caw", "state": "refused", "person_id": str(uuid7())}),
        ("risk-assessments", {"level": "high", "assessed_on": "2026-01-06", "assessed_by": "Thomas"}),
        ("practical-help", {"kind": "shelter", "minutes": 5}),
        ("leaflets", {"codes": ["bereavement"], "language": "nl"}),
        ("drafts", {"form": "entry", "fields": {"text": ["Hij lijkt dement."]}, "version": 0}),
        ("close", {"version": 1}),
    ):
        answer = await cases.post(f"{page}/{path}".rstrip("/"), body, by=outreach)
        assert problem(answer) == (409, "no_contact_yet"), path
    person = AddPerson(last_name="Smet", note="Drinkt", insz="85073003328", literacy="limited")
    assert field_codes(await cases.post(f"{page}/persons", person, by=outreach)) == dict.fromkeys(
        ("note", "insz", "literacy"), "no_contact_yet"
    )
    invitation = WriteLetter(template="invitation", recipient="Jan Peeters")
    assert field_codes(await cases.post(f"{page}/letters/preview", invitation, by=outreach)) == {
        "template": "no_contact_yet"
    }
    asked = await cases.post("/dossiers/access", {"dossier_ids": [str(ref.dossier_id)]}, by=outreach)
    assert [each["before_contact"] for each in asked.json()] == [True]

    await tried(cases, ref, outreach, "visit", "contact_made")
    assert (await cases.post(f"{page}/entries", {"text": "Kwam zelf open doen."}, by=outreach)).is_success
    assert (await cases.post(f"{page}/persons", person, by=outreach)).is_success
    assert (await ladder(cases, ref, outreach)).state == "contact"
    again = NoteAttempt(version=9, way="visit", result="nobody_home", at=datetime.now(UTC))
    answer = await cases.post(f"{page}/outreach/attempts", again, by=outreach)
    assert problem(answer) == (409, "ladder_over")


async def test_no_word_of_illness_enters_by_any_text(cases: ServiceUnderTest, outreach: Principal) -> None:
    bad = "De buurvrouw denkt dat hij dement is."
    told = TakeSignal(place="Markt 1", signal=AddSignal(source="private", facts=bad))
    assert field_codes(await cases.post("/outreach", told, by=outreach)) == {"facts": "says_a_diagnosis"}
    nothing = TakeSignal(place="Markt 1", signal=AddSignal(source="private"))
    assert field_codes(await cases.post("/outreach", nothing, by=outreach)) == {"seen": "required"}

    ref = await signalled(cases, outreach)
    page = f"/dossiers/{ref.dossier_id}"
    attempt = NoteAttempt(
        version=ref.version, way="visit", result="nobody_home", at=datetime.now(UTC), facts=bad
    )
    assert field_codes(await cases.post(f"{page}/outreach/attempts", attempt, by=outreach)) == {
        "facts": "says_a_diagnosis"
    }
    refused = NoteAttempt(
        version=ref.version, way="visit", result="refused", at=datetime.now(UTC), facts="Was boos"
    )
    assert field_codes(await cases.post(f"{page}/outreach/attempts", refused, by=outreach)) == {
        "facts": "no_reason_kept"
    }
    tasks = cases.read(await cases.get("/tasks", by=outreach), TaskPage).tasks
    step = next(task for task in tasks if task.kind == "outreach_visit")
    moved = await cases.post(
        f"/tasks/{step.task_id}/replan", {"due_on": "2031-01-06", "reason": bad}, by=outreach
    )
    assert field_codes(moved) == {"reason": "says_a_diagnosis"}


async def test_who_signalled_is_in_no_answer_but_the_one_for_who_must_let_him_hear(
    cases: ServiceUnderTest, tenant: str, outreach: Principal, head: Principal, stranger: Principal
) -> None:
    ref = await signalled(cases, outreach)
    page = f"/dossiers/{ref.dossier_id}"
    alone = principal(
        tenant, *WORKER, compartments=AID, user_id=outreach.user_id
    )  # the role was taken from him

    for path in (page, f"{page}/outreach", "/outreach", "/tasks", f"{page}/entries", f"{page}/looks"):
        answer = await cases.get(path, by=outreach)
        assert answer.is_success, path
        assert "Buurman" not in answer.text, path
        assert "11 22 33" not in answer.text, path
    signallers = f"{page}/outreach/signallers"
    assert problem(await cases.get(signallers, by=alone)) == (403, "forbidden")
    supervising = principal(tenant, *Permission, compartments=AID)
    assert problem(await cases.get(signallers, by=supervising)) == (403, "read_only")
    assert problem(await cases.get(signallers, by=stranger)) == (404, "not_found")
    assert (await cases.get(signallers, by=outreach)).is_success
    looked = [
        row["user_id"] for row in await audited(cases, tenant, "signallers") if row["outcome"] == "done"
    ]
    assert looked == [outreach.user_id]

    # nobody let him hear anything: after a month he is forgotten all the same
    await cases.run_timers(datetime.now(UTC) + timedelta(days=29))
    assert len((await cases.get(signallers, by=outreach)).json()) == 1
    await cases.run_timers(datetime.now(UTC) + timedelta(days=32))
    assert (await cases.get(signallers, by=outreach)).json() == []


async def test_a_wish_to_be_left_alone_stops_it_and_two_must_want_to_go_on(
    cases: ServiceUnderTest, tenant: str, outreach: Principal, head: Principal
) -> None:
    ref = await signalled(cases, outreach)
    await tried(cases, ref, outreach, "visit", "refused")

    view = await ladder(cases, ref, outreach)
    assert (view.state, view.stopped_why) == ("asked", "refused")
    short = await decided(cases, ref, outreach, "go_on", reason="Te kort")
    assert field_codes(short) == {"reason": "reason_too_short"}
    assert (await decided(cases, ref, outreach, "go_on", reason=WHY)).is_success
    proposed = (await ladder(cases, ref, outreach)).decisions[-1]
    confirm = f"/outreach-decisions/{proposed.decision_id}/confirm"
    assert problem(await cases.post(confirm, ConfirmDecision(agreed=True), by=outreach)) == (
        403,
        "own_decision",
    )
    assert await open_steps(cases, head, "unassigned") == ["outreach_confirm"]
    assert (await cases.post(confirm, ConfirmDecision(agreed=False), by=head)).is_success
    assert problem(await cases.post(confirm, ConfirmDecision(agreed=True), by=head)) == (409, "decision_made")
    assert (await ladder(cases, ref, outreach)).state == "asked"

    assert (await decided(cases, ref, outreach, "go_on", reason=WHY)).is_success
    proposed = (await ladder(cases, ref, outreach)).decisions[-1]
    agreed = ConfirmDecision(agreed=True)
    assert (
        await cases.post(f"/outreach-decisions/{proposed.decision_id}/confirm", agreed, by=head)
    ).is_success
    view = await ladder(cases, ref, outreach)
    assert (view.state, view.plan.steps) == ("open", ["letter", "visit"])

    # while somebody thinks about going on, a second no makes the question lapse
    await tried(cases, ref, outreach, "letter", "skipped", skip_reason="no_letters")
    await tried(cases, ref, outreach, "visit", "nobody_home")
    await decided(cases, ref, outreach, "go_on", reason=WHY)
    await tried(cases, ref, outreach, "came_forward", "refused")
    view = await ladder(cases, ref, outreach)
    assert (view.state, view.stopped_why, view.decisions[-1].state) == ("asked", "refused", "lapsed")
    assert (await decided(cases, ref, outreach, "stop", stop_reason="wants_peace")).is_success
    async with cases.transaction(tenant) as session:
        assert await driver_of(session).fetchval("SELECT count(*) FROM outreach_signallers") == 0


async def test_worry_of_danger_is_told_at_once_and_waits_for_the_coordinators(
    cases: ServiceUnderTest, tenant: str, outreach: Principal, head: Principal
) -> None:
    ref = await signalled(cases, outreach)

    why = "Licht uit, geen geluid, en de hond blaft al een dag."
    assert (await decided(cases, ref, outreach, "danger", reason=why)).is_success

    events = [each for each in await cases.published(tenant) if isinstance(each, RiskIncreased)]
    assert [each.dossier_id for each in events] == [ref.dossier_id]
    assert await open_steps(cases, head, "unassigned") == ["outreach_danger"]
    await tried(cases, ref, outreach, "visit", "nobody_home", together_with=uuid7())
    assert (await ladder(cases, ref, outreach)).state == "danger"
    await tried(cases, ref, outreach, "visit", "contact_made")
    assert await open_steps(cases, head, "unassigned") == []


async def test_two_at_once_and_a_double_click_leave_one_attempt(
    cases: ServiceUnderTest, outreach: Principal
) -> None:
    ref = await signalled(cases, outreach)
    path = f"/dossiers/{ref.dossier_id}/outreach/attempts"
    command = NoteAttempt(version=ref.version, way="visit", result="nobody_home", at=datetime.now(UTC))

    answers = await asyncio.gather(*(cases.post(path, command, by=outreach) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert [problem(answer)[1] for answer in answers if not answer.is_success] == ["changed_meanwhile"]

    key, version = str(uuid7()), ref.version + 1
    twice = NoteAttempt(version=version, way="visit", result="card_left", at=datetime.now(UTC))
    same = [await cases.post(path, twice, by=outreach, key=key) for _ in range(2)]
    assert same[0].json() == same[1].json()
    assert (await ladder(cases, ref, outreach)).made == 2


async def test_a_second_signal_about_the_same_door_is_offered_the_ladder_that_runs(
    cases: ServiceUnderTest, tenant: str, outreach: Principal
) -> None:
    ref = await signalled(cases, outreach)
    again = TakeSignal(place="zandstraat 8, KORTRIJK", signal=AddSignal(source="service", seen=["smell"]))

    assert problem(await cases.post("/outreach", again, by=outreach)) == (409, "ladder_open")
    other = principal(tenant, *WORKER, compartments=AID)  # sees nothing of it, so learns nothing of it
    assert (await cases.post("/outreach", again, by=other)).is_success
    added = await cases.post(f"/dossiers/{ref.dossier_id}/outreach/signals", again.signal, by=outreach)
    assert added.is_success
    assert [each.source for each in (await ladder(cases, ref, outreach)).signals] == ["private", "service"]


async def test_a_ladder_is_seen_by_its_own_people_and_a_conflict_of_interest_hides_it(
    cases: ServiceUnderTest, tenant: str, outreach: Principal, head: Principal, stranger: Principal
) -> None:
    ref = await signalled(cases, outreach)
    police = principal(tenant, *WORKER, compartments=(Compartment.POL_CARE,))
    no_role = principal(tenant, compartments=AID)

    async def lines(by: Principal) -> list[Any]:
        page = cases.read(await cases.get("/outreach", by=by, scope="all"), OutreachPage)
        return [(each.task, each.title, each.attempts) for each in page.lines]

    assert await lines(outreach) == [("outreach_visit", "Peeters", 0)]
    assert await lines(head) == await lines(outreach)
    assert (await lines(police), await lines(stranger)) == ([], [])
    assert problem(await cases.get("/outreach", by=no_role)) == (403, "forbidden")
    assert (
        problem(await cases.post("/outreach", TakeSignal(place="Markt", signal=SIGNAL), by=no_role))[0] == 403
    )
    for who in (police, stranger):
        path = f"/dossiers/{ref.dossier_id}/outreach"
        assert problem(await cases.get(path, by=who)) == (404, "not_found")
        attempt = NoteAttempt(version=1, way="visit", result="nobody_home", at=datetime.now(UTC))
        assert problem(await cases.post(f"{path}/attempts", attempt, by=who)) == (404, "not_found")

    declared = {"reason": "related", "user_id": str(outreach.user_id)}
    assert (await cases.post(f"/dossiers/{ref.dossier_id}/conflicts", declared, by=outreach)).is_success
    assert await lines(outreach) == []
    assert problem(await cases.get(f"/dossiers/{ref.dossier_id}/outreach", by=outreach)) == (404, "not_found")


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [
        ({"way": "visit", "result": "sent"}, {"result": "not_a_choice"}),
        ({"way": "letter", "result": "sent"}, {"result": "not_a_choice"}),
        ({"way": "phone", "result": "skipped"}, {"skip_reason": "required"}),
        ({"way": "partner", "result": "passed_on"}, {"partner": "required", "basis": "required"}),
        (
            {"way": "partner", "result": "passed_on", "partner": "gp", "basis": "consent"},
            {"consent_on": "required"},
        ),
        ({"way": "visit", "result": "nobody_home", "partner": "gp"}, {"partner": "not_a_choice"}),
        ({"way": "visit", "result": "nobody_home", "seen": ["dementia"]}, {"seen": "not_a_choice"}),
        (
            {"way": "visit", "result": "nobody_home", "at": timedelta(days=2)},
            {"at": "in_the_future"},
        ),
        (
            {"way": "visit", "result": "nobody_home", "at": timedelta(days=-3)},
            {"at": "before_the_signal"},
        ),
    ],
)
async def test_an_attempt_is_one_that_can_be_made(
    cases: ServiceUnderTest, outreach: Principal, facts: dict[str, Any], wrong: dict[str, str]
) -> None:
    ref = await signalled(cases, outreach)
    moment = datetime.now(UTC) + facts.get("at", timedelta())
    command = NoteAttempt(**({"version": ref.version} | facts | {"at": moment}))

    answer = await cases.post(f"/dossiers/{ref.dossier_id}/outreach/attempts", command, by=outreach)

    assert field_codes(answer) == wrong


async def test_a_victim_support_dossier_has_no_ladder(cases: ServiceUnderTest, worker: Principal) -> None:
    opened = await cases.post("/dossiers", {"incident_type": "fire"}, by=worker)

    answer = await cases.get(f"/dossiers/{opened.json()['dossier_id']}/outreach", by=worker)

    assert problem(answer) == (404, "not_found")
