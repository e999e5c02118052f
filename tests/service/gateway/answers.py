"""What rostering, cases and identity answer in the tests of the pages: one night's work of a small team."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from shared.contracts.aftercare import (
    AftercareView,
    ConsentView,
    GoodbyeFacts,
    GoodbyeView,
    HomeBanView,
    PracticalHelpView,
    RiskView,
    TriageLine,
    TriagePage,
    TypeChangeView,
    VictimInformed,
)
from shared.contracts.bad_news import BadNewsAttempt, BadNewsRecipient, BadNewsView
from shared.contracts.call_outs import Attempt, CallOutLine, CallOutTime, CallOutView
from shared.contracts.cases import AccessView, DossierLine, DossierPage, DossierView, EntryView
from shared.contracts.dossier_access import BreakGlassView, ConflictView, DossierAccess, GrantView, Look
from shared.contracts.drafts import DossierVisit
from shared.contracts.identity import StaffEntry, Team
from shared.contracts.persons import PersonInDossier, PhoneView
from shared.contracts.rostering import (
    LEVELS,
    OnCallMember,
    OnCallNow,
    PartnerZone,
    RosterSettings,
    Shift,
)
from shared.contracts.rosters import CalendarFeed, OwnDuties, RosterGap, RosterPeriod
from shared.contracts.tasks import TaskPage, TaskView
from shared.db import uuid7
from tests.service.gateway.conftest import PERSON
from tests.support.neighbours import Neighbours

NOW = datetime.now(UTC)
TODAY = NOW.date()
LENA = PERSON
(
    TOM,
    CALL_OUT,
    DOSSIER,
    TASK,
    SHIFT,
    BREAK_GLASS,
    GRANT,
    CONFLICT,
    MOTHER,
    PHONE_ID,
    BAD_NEWS,
    HOME_BAN,
    GOODBYE,
) = (UUID(f"018f5e8a-7b1c-7000-8000-00000000000{last:x}") for last in range(13))
"""Always the same: they stand in the names of tests, which every worker must agree on."""
PHONE = "+32470123456"


def staff() -> list[StaffEntry]:
    return [_colleague(LENA, "Lena D'Hondt", PHONE), _colleague(TOM, "Tom Wouters", "+32471654321")]


def _colleague(user_id: UUID, name: str, phone: str) -> StaffEntry:
    return StaffEntry(
        user_id=user_id, name=name, email="", phone=phone, second_phone="", language="nl", roles=[], teams=[], active=True
    )  # fmt: skip


def on_call(waiting: int = 1) -> OnCallNow:
    later = NOW + timedelta(hours=5)
    return OnCallNow(
        at=NOW,
        members=[
            OnCallMember(level="primary", user_id=LENA, until=later, next_user_id=TOM, next_from=later),
            OnCallMember(level="secondary", user_id=TOM, until=later, busy=True),
            OnCallMember(level="backup", user_id=None, until=None),
            OnCallMember(level="coordinator", user_id=None, until=None, next_user_id=TOM, next_from=later),
        ],
        gap_starts_at=NOW + timedelta(days=3),
        waiting_call_outs=waiting,
    )


def call_out(state: str = "ringing", **changes: Any) -> CallOutView:
    taken = state not in ("requested", "ringing", "unanswered", "cancelled")
    outcome = "accepted" if taken else ("ringing" if state == "ringing" else "no_answer")
    answer_by = NOW + timedelta(minutes=8)
    view = CallOutView(
        call_out_id=CALL_OUT,
        number="2026-0012",
        state=state,
        incident_type="death_traffic",
        place="Gentsesteenweg 112, Aalst",
        summary="De ouders weten nog niets.",
        requested_by="Officier Maes",
        requested_by_user=TOM,
        contact_on_site="Inspecteur Wouters",
        contact_phone="+32478998877",
        urgency="now",
        present="Ouders en een zus",
        already_informed="Niemand",
        safety="Grote hond",
        languages=["nl", "tr"],
        minors_present=True,
        bad_news=True,
        pv_number="GE.37.L1.012345/2026",
        prosecutor_informed=True,
        requested_at=NOW - timedelta(minutes=12),
        accepted_by=LENA if taken else None,
        attempts=[
            Attempt(
                attempt_id=uuid7(), level="primary", user_id=TOM, rang_at=NOW - timedelta(minutes=12),
                answer_by=NOW - timedelta(minutes=2), outcome="declined", reason="too_far", answered_at=NOW,
            ),
            Attempt(
                attempt_id=uuid7(), level="secondary", user_id=LENA, rang_at=NOW - timedelta(minutes=2),
                answer_by=answer_by, outcome=outcome,
            ),
        ],
        times=[
            CallOutTime(state="requested", at=NOW, position=1),
            CallOutTime(state=state, at=NOW, user_id=LENA, position=2),
        ],
        next_to_call=OnCallMember(level="secondary", user_id=LENA, until=None) if state == "ringing" else None,
        escalates_at=answer_by if state == "ringing" else None,
        seeks=state in ("requested", "ringing", "unanswered"),
    )  # fmt: skip
    return replace(view, **changes)


def call_out_line(state: str = "ringing", call_out_id: UUID = CALL_OUT) -> CallOutLine:
    view = call_out(state)
    return CallOutLine(
        call_out_id=call_out_id,
        number=view.number,
        state=state,
        incident_type=view.incident_type,
        urgency=view.urgency,
        place=view.place,
        requested_at=view.requested_at,
        accepted_by=view.accepted_by,
        ringing_user=LENA if state == "ringing" else None,
        escalates_at=view.escalates_at,
        seeks=view.seeks,
    )


def shift(starts_at: datetime, ends_at: datetime, *, user_id: UUID = LENA, level: str = "primary") -> Shift:
    minutes = int((ends_at - starts_at).total_seconds() // 60)
    return Shift(
        shift_id=SHIFT, user_id=user_id, level=level, starts_at=starts_at, ends_at=ends_at, minutes=minutes
    )


def person(**changes: Any) -> PersonInDossier:
    somebody = PersonInDossier(
        person_id=MOTHER, first_name="Sofie", last_name="De Backer", role="next_of_kin", born_on=date(1978, 4, 2),
        age=48, minor=False, email="sofie@example.org", language="nl", address="Aalst",
        insz="78040299997", safe_contact="Enkel overdag bellen.", note="Moeder",
    )  # fmt: skip
    return replace(somebody, **changes)


def phone(**changes: Any) -> PhoneView:
    return replace(
        PhoneView(phone_id=PHONE_ID, person_id=MOTHER, label="", ends_with="11", safe=False), **changes
    )


def task(kind: str = "recontact", due: int = 3, **changes: Any) -> TaskView:
    why = {"rule": "calendar_days", "days": "14", "from": "2026-11-13", "passed_over": "2026-11-28:weekend"}
    view = TaskView(
        task_id=TASK, dossier_id=DOSSIER, dossier_number="SPOT-2026-0001", kind=kind, title="",
        due_on=TODAY + timedelta(days=due), due_at=None, state="open", assignee=LENA, compulsory=True, result="",
        done_at=None, done_by=None, why=why, incident_type="death_traffic",
    )  # fmt: skip
    return replace(view, **changes)


def entry(kind: str = "note", *, text: str = "", code: str = "", **details: str) -> EntryView:
    capacity = "" if kind == "system" else "victim_care"
    return EntryView(
        entry_id=uuid7(),
        kind=kind,
        capacity=capacity,
        text=text,
        code=code,
        details=details,
        at=NOW,
        author=LENA,
    )


def dossier(**changes: Any) -> DossierView:
    view = DossierView(
        dossier_id=DOSSIER,
        number="SPOT-2026-0001",
        kind="victim_support",
        compartment="pol_care",
        incident_type="death_traffic",
        state="open",
        holder=LENA,
        team_id=None,
        opened_at=NOW,
        closed_at=None,
        call_out_id=CALL_OUT,
        place="Aalst",
        pv_number="",
        summary="Jongen van 19 overleden.",
        minors_involved=True,
        version=3,
        access=AccessView(ground="holder", may_write=True),
        persons=[person()],
        tasks=[
            task("call_out_report", -1, task_id=uuid7()),
            task(),
            task("own", 9, task_id=uuid7(), state="done", result="done", title="Bellen"),
        ],
        timeline=[entry(text="Moeder gebeld."), entry("system", code="holder_changed", to=str(LENA))],
        phones=[phone()],
    )
    return replace(view, **changes)


def triage() -> TriagePage:
    """One dossier of last night, its report late, and Tom too near to it."""
    line = TriageLine(
        dossier_id=DOSSIER, number="SPOT-2026-0001", incident_type="death_traffic", opened_at=NOW, place="Aalst",
        summary="Jongen van 19 overleden.", present="Ouders en een zus", persons=2, minors=1, minors_involved=True,
        holder=LENA, report="late", report_due_on=TODAY, recontacts=[TODAY], compulsory_recontacts=1, blocked=[TOM],
    )  # fmt: skip
    return TriagePage(lines=[line], waiting=1, reports_late=1, without_holder=0, decided_today=0)


def aftercare() -> AftercareView:
    """Something of everything."""
    attempt = BadNewsAttempt(
        at=NOW, outcome="nobody_home", place="", neighbours="nothing_told", note="", next_at=None, by=LENA
    )
    news = BadNewsView(
        bad_news_id=BAD_NEWS, dossier_id=DOSSIER, state="attempted", about="Jan Peeters", kind="death",
        source="other_zone", way="mail", requester="PZ Gent", reference="", received_at=NOW,
        recipients=[BadNewsRecipient(name="Maria Claes", relation="moeder")], verified_at=NOW, verified_by=LENA,
        verified_how="Teruggebeld", deliverers=[LENA], others="", alone_because="", attempts=[attempt],
        delivered_at=None, delivered_place="", first_recipient=None, minor_because="", reaction="",
        children_informed_by="", network_called="", goodbye_wish="not_asked", donation_told=False, autopsy_told=False,
        belongings="", embargo=True, not_deliverable_because="", confirmed_at=None, confirmed_to="", warnings=["alone"],
    )  # fmt: skip
    ban = HomeBanView(
        home_ban_id=HOME_BAN, state="running", notified_at=NOW, ends_at=NOW + timedelta(days=14), days=14,
        ordered_by="", reference="", address="", banned_person_id=None, hearing_by=TODAY, hearing_at=None, court="",
        extended_on=None, longest_until=TODAY, end_reason="", source="", certainty="",
        victim_informed=[VictimInformed(of="ban", way="phone", at=NOW, by=LENA)],
    )  # fmt: skip
    goodbye = GoodbyeView(
        goodbye_id=GOODBYE,
        facts=GoodbyeFacts(planned_at=NOW),
        release_from=TODAY,
        changed_at=NOW,
        changed_by=LENA,
    )
    helped = PracticalHelpView(
        practical_help_id=GOODBYE, kind="locksmith", done_on=TODAY, done_by=LENA, minutes=95, result="done", note=""
    )  # fmt: skip
    consent = ConsentView(
        consent_id=GOODBYE, purpose="school", person_id=None, state="given", given_by=None, on=TODAY, way="spoken",
        withdrawn_on=None, recorded_by=LENA,
    )  # fmt: skip
    risk = RiskView(
        risk_id=GOODBYE, level="high", instrument="col_15_2020", assessed_on=TODAY, assessed_by="Claes", reference=""
    )  # fmt: skip
    changed = TypeChangeView(was="disappearance", incident_type="death_traffic", at=NOW, by=LENA)
    return AftercareView(
        bad_news=[news], goodbyes=[goodbye], practical_help=[helped], practical_minutes=95, home_bans=[ban],
        consents=[consent], risks=[risk], type_changes=[changed], letters_blocked=True,
    )  # fmt: skip


def dossier_access() -> DossierAccess:
    """Tom works along until tomorrow, and somebody else is kept out."""
    held = GrantView(
        grant_id=uuid7(), ground="holder", user_id=LENA, team_id=None, may_write=True, starts_at=NOW, ends_at=None,
        granted_by=LENA,
    )  # fmt: skip
    lent = replace(held, grant_id=GRANT, ground="substitute", user_id=TOM, ends_at=NOW + timedelta(days=1))
    block = ConflictView(
        conflict_id=CONFLICT, user_id=TOM, reason="related", declared_at=NOW, declared_by=LENA, earlier_looks=[NOW]
    )  # fmt: skip
    return DossierAccess(grants=[held, lent], conflicts=[block], same_event=2)


def dossier_page(next_after: str = "") -> DossierPage:
    line = DossierLine(
        dossier_id=DOSSIER, number="SPOT-2026-0001", kind="victim_support", incident_type="death_traffic", state="open",
        holder=LENA, opened_at=NOW, title="De Backer Sofie", open_tasks=2, next_due_on=TODAY, updated_at=NOW,
    )  # fmt: skip
    return DossierPage(lines=[line], count=61 if next_after else 1, next_after=next_after)


def break_glass_use(**changes: Any) -> BreakGlassView:
    use = BreakGlassView(
        break_glass_id=BREAK_GLASS, dossier_id=DOSSIER, dossier_number="SPOT-2026-0001", user_id=TOM,
        reason="emergency", text="De moeder staat aan het onthaal.", opened_at=NOW, ends_at=NOW,
        review_by=TODAY, state="open", escalated=False,
    )  # fmt: skip
    return replace(use, **changes)


def roster_of(*shifts: Shift, gaps: tuple[RosterGap, ...] = ()) -> RosterPeriod:
    return RosterPeriod(shifts=list(shifts), gaps=list(gaps), absences=[], drafts=[])


def answer_everything(neighbours: Neighbours) -> None:
    """Every question that the pages of the work ask, answered as on a quiet night with one call-out."""
    identity, rostering, cases = (neighbours.of(name) for name in ("identity", "rostering", "cases"))
    identity["GET /staff"] = staff()
    identity["GET /teams"] = [Team(team_id=uuid7(), name="SPoT")]
    rostering["GET /on-call"] = on_call()
    rostering["GET /call-outs"] = [call_out_line(), call_out_line("on_site", uuid7())]
    rostering["GET /call-outs/mine"] = [call_out_line()]
    rostering[f"GET /call-outs/{CALL_OUT}"] = call_out()
    rostering["GET /roster"] = roster_of(shift(NOW, NOW + timedelta(hours=14)))
    rostering["GET /partner-zones"] = list[PartnerZone]()
    rostering["GET /duties"] = OwnDuties(shifts=[shift(NOW, NOW + timedelta(hours=14))], absences=[])
    rostering["GET /calendar-feeds"] = list[CalendarFeed]()
    rostering["GET /roster-settings"] = RosterSettings(answer_minutes=10, levels=list(LEVELS))
    cases["GET /dossiers"] = dossier_page("2026-11-20T10:00:00+00:00_x")
    cases[f"GET /dossiers/{DOSSIER}"] = dossier()
    looks = [Look(at=NOW, user_id=TOM, service="", action="dossier_by_id", outcome="done")]
    cases[f"GET /dossiers/{DOSSIER}/looks"] = looks
    cases[f"GET /dossiers/{DOSSIER}/access"] = dossier_access()
    cases[f"GET /dossiers/{DOSSIER}/aftercare"] = aftercare()
    cases["GET /triage"] = triage()
    cases[f"GET /dossiers/{DOSSIER}/drafts"] = []
    cases[f"POST /dossiers/{DOSSIER}/visits"] = DossierVisit(before=NOW - timedelta(hours=3))
    cases["GET /tasks"] = TaskPage(
        tasks=[task("own", -1, title="Bellen", task_id=uuid7()), task()], late=1, today=0, week=1
    )
    cases["GET /break-glass"] = [
        break_glass_use(),
        break_glass_use(state="justified", reviewed_by=LENA, reviewed_at=NOW),
    ]
