"""What a dossier's timeline, its dates and its looks say."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from services.gateway.language import read_languages
from services.gateway.pages.dossier_access import in_one_go
from services.gateway.pages.tasks import grouped
from services.gateway.pages.timeline import items, why_sentence
from services.gateway.services_client import Staff
from shared.contracts.cases import EntryView
from shared.contracts.dossier_access import Look
from shared.contracts.persons import PersonInDossier
from shared.contracts.tasks import TaskView

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
LANGUAGES = read_languages()


def entry(kind: str, *, text: str = "", code: str = "", **details: str) -> EntryView:
    return EntryView(
        entry_id=uuid4(), kind=kind, capacity="", text=text, code=code, details=details, at=NOW, author=None
    )


def test_what_happened_is_a_sentence_in_every_language() -> None:
    happened = entry("system", code="break_glass_used", reason="emergency")

    said = {
        code: items([happened], "all", language=language, staff=Staff())[0].title
        for code, language in LANGUAGES.items()
    }

    assert said["nl"] == "Noodinzage: Noodgeval"
    assert len(set(said.values())) == 4


def test_a_code_that_we_do_not_know_is_shown_as_an_event() -> None:
    (item,) = items([entry("system", code="from_tomorrow")], "all", language=LANGUAGES["nl"], staff=Staff())

    assert item.title == "Gebeurtenis"


def test_the_filter_keeps_what_was_written() -> None:
    entries = [entry("note", text="a"), entry("system", code="dossier_closed"), entry("contact", text="b")]

    kept = items(entries, "written", language=LANGUAGES["nl"], staff=Staff())

    assert [item.body for item in kept] == ["a", "b"]


def test_of_the_number_on_site_only_the_end_is_told_and_where_it_stands() -> None:
    told = entry(
        "system", code="call_out_briefing", contact_on_site="Inspecteur Claeys", contact_phone_ends="11"
    )

    (item,) = items([told], "all", language=LANGUAGES["nl"], staff=Staff())

    assert item.body.splitlines() == [
        "Contact ter plaatse: Inspecteur Claeys",
        "Telefoon ter plaatse: eindigt op 11, staat in de oproep",
    ]


def test_a_re_contact_says_whose_it_was_when_he_stands_in_the_dossier() -> None:
    amal = PersonInDossier(
        person_id=uuid4(), first_name="Amal", last_name="Haddad", role="victim", born_on=None, age=None, minor=False,
        email="", language="nl", address="", insz="", safe_contact="", note="",
    )  # fmt: skip
    about_her = entry("contact", code="task_completed", result="reached_ok", of=str(amal.person_id))
    about_news = entry("system", code="task_completed", result="done", of=str(uuid4()))

    said = items([about_her, about_news], "all", language=LANGUAGES["nl"], staff=Staff(), persons=[amal])

    assert [item.title for item in said] == [
        "Contact: Bereikt, alles in orde (Amal Haddad)", "Taak afgerond: Gedaan",
    ]  # fmt: skip


def test_the_day_is_the_day_in_belgium() -> None:
    late = EntryView(
        entry_id=uuid4(),
        kind="note",
        capacity="",
        text="",
        code="",
        details={},
        author=None,
        at=datetime(2026, 11, 21, 23, 30, tzinfo=UTC),
    )

    (item,) = items([late], "all", language=LANGUAGES["nl"], staff=Staff())

    assert item.day.isoformat() == "2026-11-22"


def test_a_date_explains_itself() -> None:
    why = {
        "rule": "next_working_day",
        "from": "2026-11-13",
        "passed_over": "2026-11-14:weekend 2026-11-15:weekend",
    }

    assert (
        why_sentence(why, LANGUAGES["nl"])
        == "De eerste werkdag na vr 13 november 2026. Overgeslagen: weekend."
    )
    assert why_sentence({"rule": "from_tomorrow"}, LANGUAGES["nl"]) == ""


def test_reading_again_within_half_an_hour_is_one_line_with_its_count() -> None:
    lena, tom = uuid4(), uuid4()
    looks = [
        Look(
            at=NOW - timedelta(minutes=each), user_id=who, service="", action="dossier_by_id", outcome="done"
        )
        for each, who in ((0, lena), (5, lena), (6, tom), (7, lena), (60, lena))
    ]

    lines = in_one_go(looks)

    assert [(line.user_id, line.times) for line in lines] == [(lena, 2), (tom, 1), (lena, 1), (lena, 1)]


def test_this_week_counts_today_as_well() -> None:
    def task(due: int) -> TaskView:
        return TaskView(
            task_id=uuid4(), dossier_id=uuid4(), dossier_number="", kind="own", title=str(due),
            due_on=NOW.date() + timedelta(days=due), due_at=None, state="open", assignee=None, compulsory=False,
            result="", done_at=None, done_by=None, why={},
        )  # fmt: skip

    tasks = [task(due) for due in (-1, 0, 6, 7)]

    shown = {
        due: [task.title for _, group in grouped(tasks, due, today=NOW.date()) for task in group]
        for due in ("all", "late", "today", "week")
    }
    assert shown == {"all": ["-1", "0", "6", "7"], "late": ["-1"], "today": ["0"], "week": ["0", "6"]}
