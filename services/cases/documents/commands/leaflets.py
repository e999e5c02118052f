"""What can be done with leaflets: given to somebody, and written by the tenant itself."""

import re
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.configuration.copy import configuration_here
from services.cases.documents.commands.files import note_paper
from services.cases.documents.home_letters import wants_no_letters
from services.cases.documents.leaflets import leaflets_on
from services.cases.documents.letter_texts import LANGUAGES, Leaflet, Wording, leaflets_of_ours, lines_of
from services.cases.documents.models import LeafletChanged, LeafletGiven, NoLettersToHome, OwnLeaflet
from services.cases.documents.sender import writer_on
from services.cases.documents.setting import Data, leaflet
from services.cases.dossiers.access import dossier_in_sight
from services.cases.dossiers.deadlines import local_day
from services.cases.dossiers.models import Entry
from services.cases.dossiers.people import DossierPerson
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.configuration import Withdraw
from shared.contracts.documents import WAYS, GiveLeaflets, LeafletRef, LeafletsGiven, LeafletText, SaveLeaflet
from shared.db import driver_of
from shared.errors import Invalid, NotFound

_CODE: Final = re.compile(r"[a-z][a-z0-9_]{1,39}\Z")
_FARTHEST: Final = timedelta(days=3 * 366)
_ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(hashtext('leaflets'), hashtext(current_user))"


async def give_leaflets(
    session: AsyncSession, principal: Principal, command: GiveLeaflets, dossier_id: UUID, *, now: datetime
) -> LeafletsGiven:
    """Which leaflets somebody took home."""
    principal.require(Permission.DOSSIER_WRITE)
    today = local_day(now)
    here = await leaflets_on(session, today)
    wrong: dict[str, str] = {}
    if not command.codes:
        wrong["codes"] = "required"
    elif any(code not in here for code in command.codes):
        wrong["codes"] = "not_a_choice"
    if command.language not in LANGUAGES:
        wrong["language"] = "not_a_choice"
    elif any(command.language not in here[code].texts for code in command.codes if code in here):
        wrong["language"] = "leaflet_not_in_language"
    if command.way not in WAYS:
        wrong["way"] = "not_a_choice"
    on = command.given_on or today
    if on > today:
        wrong["given_on"] = "in_the_future"
    if wrong:
        raise Invalid(wrong)
    dossier = await dossier_in_sight(session, principal, dossier_id, now=now, to_write=True)
    dossier.require_open()
    if command.person_id is not None and not await session.scalar(
        select(DossierPerson.person_id).where(
            DossierPerson.dossier_id == dossier.id, DossierPerson.person_id == command.person_id
        )
    ):
        raise Invalid({"person_id": "not_a_choice"})
    if command.way == "post" and command.person_id in await wants_no_letters(session, dossier.id):
        raise NoLettersToHome
    chosen = [here[code] for code in dict.fromkeys(command.codes)]
    given = [
        LeafletGiven.give(
            dossier.id, each.code, each.version, language=command.language,
            way=command.way, person_id=command.person_id, on=on, by=principal.user_id, at=now,
        )
        for each in chosen
    ]  # fmt: skip
    session.add_all(given)
    session.add(
        Entry.system(
            dossier.id,
            "leaflets_given",
            at=now,
            by=principal.user_id,
            leaflets=" ".join(each.code for each in chosen if not each.own),
            own_leaflets=", ".join(each.texts[command.language].title for each in chosen if each.own),
            language=command.language,
        )
    )
    note_paper(session, principal, dossier, "give_leaflets", dossier.id, now=now)
    return LeafletsGiven(given=[each.id for each in given])


async def save_leaflet(
    session: AsyncSession, principal: Principal, command: SaveLeaflet, code: str, *, now: datetime
) -> LeafletRef:
    """A version more, from today or a day to come; what was given before stays what it was.

    Raises `Invalid`, or `LeafletChanged` when another wrote one that the writer did not see.
    """
    principal.require(Permission.TENANT_MANAGE)
    today = local_day(now)
    start = command.valid_from or today
    texts = _written(command.texts)
    await _check(session, command, code, texts, start=start, today=today)
    await driver_of(session).execute(_ONE_AT_A_TIME)
    newest = await session.scalar(select(func.max(OwnLeaflet.version)).where(OwnLeaflet.code == code)) or 0
    if newest != command.seen:
        raise LeafletChanged
    ours = leaflets_of_ours(today).get(code)
    version = max(newest, ours.version if ours else 0) + 1
    session.add(
        OwnLeaflet(
            code=code,
            version=version,
            valid_from=start,
            texts=msgspec.to_builtins(texts),
            suggested_for=sorted(set(command.suggested_for)),
            discreet=command.discreet,
            hidden=command.hidden,
            written_at=now,
            written_by=principal.user_id,
        )
    )
    _record(session, principal, "save_leaflet", code, start, now=now)
    return LeafletRef(code=code, version=version)


async def withdraw_leaflet(
    session: AsyncSession, principal: Principal, command: Withdraw, code: str, *, now: datetime
) -> LeafletRef:
    """Take back what was planned from a day to come. Raises `NotFound`, `Invalid`."""
    principal.require(Permission.TENANT_MANAGE)
    await driver_of(session).execute(_ONE_AT_A_TIME)
    planned = list(
        await session.scalars(
            select(OwnLeaflet).where(
                OwnLeaflet.code == code,
                OwnLeaflet.valid_from == command.valid_from,
                OwnLeaflet.withdrawn_at.is_(None),
            )
        )
    )
    if not planned:
        raise NotFound
    if command.valid_from <= local_day(now):
        raise Invalid({"valid_from": "in_the_past"})
    for each in planned:
        each.withdrawn_at, each.withdrawn_by = now, principal.user_id
    _record(session, principal, "withdraw_leaflet", code, command.valid_from, now=now)
    return LeafletRef(code=code, version=planned[-1].version)


async def compose_leaflet(
    session: AsyncSession, principal: Principal, command: SaveLeaflet, *, now: datetime
) -> list[tuple[str, Data]]:
    """The leaflet in each of its languages as the press wants it. Nothing is kept."""
    principal.require(Permission.TENANT_MANAGE)
    today = local_day(now)
    texts = _written(command.texts)
    writer = await writer_on(session, today)
    if wrong := _wrong_texts(texts, writer.legal_language):
        raise Invalid(wrong)
    version = command.seen + 1
    shown = Leaflet(
        "",
        version,
        {each: Wording(version, text.title, lines_of(text.text)) for each, text in texts.items()},
        (),
        command.discreet,
        own=True,
    )
    return [(each, leaflet(shown, each, writer.sender, writer.legal_language)) for each in texts]


def _written(texts: dict[str, LeafletText]) -> dict[str, LeafletText]:
    """Without the languages in which nothing was written."""
    trimmed = {each: LeafletText(text.title.strip(), text.text.strip()) for each, text in texts.items()}
    return {each: text for each, text in trimmed.items() if text.title or text.text}


async def _check(
    session: AsyncSession,
    command: SaveLeaflet,
    code: str,
    texts: dict[str, LeafletText],
    *,
    start: date,
    today: date,
) -> None:
    wrong = _wrong_texts(texts, (await writer_on(session, today)).legal_language)
    if not _CODE.match(code):
        wrong["code"] = "type_code_wrong"
    if start < today:
        wrong["valid_from"] = "in_the_past"
    elif start > today + _FARTHEST:
        wrong["valid_from"] = "too_far"
    if not set(command.suggested_for) <= set((await configuration_here(session)).types_on(start)):
        wrong["suggested_for"] = "not_a_choice"
    if wrong:
        raise Invalid(wrong)


def _wrong_texts(texts: dict[str, LeafletText], legal_language: str) -> dict[str, str]:
    """A language is whole or not there at all, and the legal one is there."""
    wrong = {} if set(texts) <= set(LANGUAGES) else {"texts": "not_a_choice"}
    for each in dict.fromkeys([legal_language, *texts]):
        text = texts.get(each, LeafletText("", ""))
        wrong |= {f"{name}_{each}": "required" for name in ("title", "text") if not getattr(text, name)}
    return wrong


def _record(
    session: AsyncSession, principal: Principal, action: str, code: str, start: date, *, now: datetime
) -> None:
    audit.record(
        session,
        principal,
        action,
        now=now,
        object_kind="leaflet",
        details={"code": code, "valid_from": start.isoformat()},
    )
