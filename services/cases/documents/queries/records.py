"""Sheets that are printed from the data of a dossier: call-out report, record of bad news, re-contact sheet."""

import tomllib
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.documents.queries.bad_news_record import bad_news_blocks
from services.cases.documents.sender import writer_on
from services.cases.documents.setting import (
    Data,
    day_words,
    fact_list,
    heading,
    moment_words,
    paragraph,
    record,
)
from services.cases.dossiers.access import caller, visible
from services.cases.dossiers.deadlines import local_day
from services.cases.dossiers.models import Dossier, Entry, Task
from services.cases.dossiers.people import DossierPerson
from services.cases.persons.models import Person
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.documents import PAPERS
from shared.errors import NotFound

_TIMES: Final = ("requested", "accepted", "en_route", "on_site", "closed")
_WORDS: Final = Path(__file__).parents[1] / "records.toml"

Words = dict[str, str]


async def record_data(
    session: AsyncSession, principal: Principal, dossier_id: UUID, kind: str, *, now: datetime
) -> Data:
    """A sheet as the press wants it, in the tenant's legal language. Printing it is reading the dossier."""
    principal.require(Permission.DOSSIER_READ)
    dossier = await session.scalar(
        select(Dossier).where(Dossier.id == dossier_id, visible), caller(principal, now=now)
    )
    if dossier is None or kind not in PAPERS:
        raise NotFound
    today = local_day(now)
    writer = await writer_on(session, today)
    words, language = _words()[writer.legal_language], writer.legal_language
    match kind:
        case "bad_news_record":
            rest = await bad_news_blocks(session, principal.tenant, dossier.id, words, language)
        case "recontact_sheet":
            rest = await _recontacts(session, dossier, words, language)
        case _:
            rest = await _report(session, dossier, words, language)
    blocks = [_facts(dossier, words), *rest]
    audit.record(
        session,
        principal,
        "print_record",
        now=now,
        object_kind="dossier",
        object_id=dossier.id,
        subject_id=dossier.id,
        details={"kind": kind},
    )
    printed = words["printed"].replace("{day}", day_words(today, language))
    return record(words[kind], language, writer.sender, printed, blocks)


@cache
def _words() -> dict[str, Words]:
    return tomllib.loads(_WORDS.read_text(encoding="utf-8"))


def _facts(dossier: Dossier, words: Words) -> Data:
    rows = [
        (words["number"], dossier.number),
        (words["pv_number"], dossier.pv_number),
        (words["place"], dossier.place),
        (words["summary"], dossier.summary),
    ]
    return fact_list(rows)


async def _report(session: AsyncSession, dossier: Dossier, words: Words, language: str) -> list[Data]:
    """The times as rostering told them, and every report that was written."""
    entries = list(
        await session.scalars(select(Entry).where(Entry.dossier_id == dossier.id).order_by(Entry.at))
    )
    at = {entry.code.removeprefix("call_out_"): entry.at for entry in entries if entry.kind == "system"}
    times = [(words[state], moment_words(at[state], language)) for state in _TIMES if state in at]
    reports = [entry.text for entry in entries if entry.kind == "report"] or [words["no_report"]]
    return [
        *([heading(words["times"]), fact_list(times)] if times else []),
        heading(words["report"]),
        *(paragraph(text) for text in reports),
    ]


async def _recontacts(session: AsyncSession, dossier: Dossier, words: Words, language: str) -> list[Data]:
    """How each person may be reached stands before who it is; then what is planned, with room to write."""
    people = (
        await session.execute(
            select(Person, DossierPerson)
            .join(DossierPerson, DossierPerson.person_id == Person.id)
            .where(DossierPerson.dossier_id == dossier.id, DossierPerson.removed_at.is_(None))
            .order_by(DossierPerson.added_at)
        )
    ).all()
    whose = {str(person.id): f" ({_name(person)})" for person, _ in people}
    tasks = await session.scalars(
        select(Task).where(Task.dossier_id == dossier.id, Task.kind == "recontact").order_by(Task.due_on)
    )
    return [
        heading(words["persons"]),
        *(block for person, here in people for block in _person(person, here, words)),
        heading(words["recontacts"]),
        *(
            {
                "kind": "li",
                "text": f"{words['due']} {day_words(task.due_on, language)}"
                f"{whose.get(task.why.get('of', ''), '')}: {words[task.state]}",
            }
            for task in tasks
        ),
        paragraph(words["notes"]),
    ]


def _person(person: Person, here: DossierPerson, words: Words) -> Iterator[Data]:
    rules = here.rules
    bans = [words[name] for name in ("no_calls", "no_letters", "no_visits") if getattr(rules, name)]
    safe = " ".join([*bans, here.safe_contact]).strip()
    if safe:
        yield fact_list([(words["safe_contact"], safe)])
    yield paragraph(_name(person))


def _name(person: Person) -> str:
    return f"{person.first_name} {person.last_name}".strip()
