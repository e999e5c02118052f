"""What can be asked about leaflets: one to print, those that the tenant has, and who changed them."""

from datetime import datetime
from itertools import pairwise
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.documents.leaflets import held_on, leaflets_on, own_leaflets
from services.cases.documents.letter_texts import LANGUAGES, Leaflet, leaflets_of_ours
from services.cases.documents.models import OwnLeaflet
from services.cases.documents.sender import writer_on
from services.cases.documents.setting import Data, leaflet
from services.cases.dossiers.deadlines import local_day
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.configuration import FieldChange, SettingChange
from shared.contracts.documents import LeafletText, LeafletVersion
from shared.db import uuid7
from shared.errors import Invalid, NotFound

_MOST_CHANGES: Final = 200
_SHOWN: Final = 160
"""So many signs of a text stand in the list of changes; the text itself is with the leaflet."""


async def leaflet_data(
    session: AsyncSession, principal: Principal, code: str, language: str, *, now: datetime
) -> Data:
    """A leaflet as the press wants it. Raises `NotFound` or `Invalid`."""
    principal.require_any(Permission.DOSSIER_READ, Permission.TENANT_MANAGE)
    if language not in LANGUAGES:
        raise Invalid({"language": "not_a_choice"})
    today = local_day(now)
    found = (await leaflets_on(session, today)).get(code)
    if found is None or language not in found.texts:
        raise NotFound
    writer = await writer_on(session, today)
    return leaflet(found, language, writer.sender, writer.legal_language)


async def leaflet_versions(
    session: AsyncSession, principal: Principal, *, now: datetime
) -> list[LeafletVersion]:
    """What holds of each today, hidden ones too, and after it what is planned."""
    principal.require(Permission.TENANT_MANAGE)
    today = local_day(now)
    versions = await own_leaflets(session)
    newest = {
        each.code: each.version
        for each in await session.scalars(select(OwnLeaflet).order_by(OwnLeaflet.version))
    }
    held = held_on(versions, today)
    ours = leaflets_of_ours(today)
    shown = [_of_ours(each, newest.get(code, 0)) for code, each in ours.items() if code not in held]
    shown += [each.view(newest=newest[code]) for code, each in held.items()]
    planned = [each.view(newest=newest[each.code]) for each in versions if each.valid_from > today]
    return [*shown, *planned]


def _of_ours(found: Leaflet, newest: int) -> LeafletVersion:
    return LeafletVersion(
        code=found.code,
        version=found.version,
        texts={each: LeafletText(text.title, "\n".join(text.body)) for each, text in found.texts.items()},
        suggested_for=list(found.suggested_for),
        discreet=found.discreet,
        hidden=False,
        own=False,
        newest=newest,
    )


async def leaflet_changes(
    session: AsyncSession, principal: Principal, *, now: datetime
) -> list[SettingChange]:
    """Who wrote or took back which leaflet, from what to what, newest first."""
    principal.require_any(Permission.TENANT_MANAGE, Permission.AUDIT_READ)
    audit.record(session, principal, "read_setting_changes", now=now, object_kind="setting")
    by_code: dict[str, list[OwnLeaflet]] = {}
    for each in await session.scalars(select(OwnLeaflet).order_by(OwnLeaflet.version)):
        by_code.setdefault(each.code, []).append(each)
    changes = [
        change
        for versions in by_code.values()
        for before, after in pairwise([None, *versions])
        if after is not None
        for change in _changes(before, after)
    ]
    return sorted(changes, key=lambda each: each.at, reverse=True)[:_MOST_CHANGES]


def _changes(before: OwnLeaflet | None, after: OwnLeaflet) -> list[SettingChange]:
    was, now = _fields(before), _fields(after)
    names = [name for name in {**now, **was} if was.get(name, "") != now.get(name, "")]
    saved = SettingChange(
        change_id=uuid7(),
        area="leaflets",
        key=after.code,
        at=after.written_at,
        by=after.written_by,
        act="saved",
        valid_from=after.valid_from,
        changes=[FieldChange(name, was.get(name, ""), now.get(name, "")) for name in names],
    )
    if after.withdrawn_at is None or after.withdrawn_by is None:
        return [saved]
    withdrawn = SettingChange(
        change_id=uuid7(),
        area="leaflets",
        key=after.code,
        at=after.withdrawn_at,
        by=after.withdrawn_by,
        act="withdrawn",
        valid_from=after.valid_from,
        changes=[],
    )
    return [saved, withdrawn]


def _fields(version: OwnLeaflet | None) -> dict[str, str]:
    if version is None:
        return {}
    texts = {
        f"{name}_{language}": _cut(text[name])
        for language, text in sorted(version.texts.items())
        for name in ("title", "text")
    }
    yes = {True: "yes", False: "no"}
    return {
        **texts,
        "suggested_for": " ".join(version.suggested_for),
        "discreet": yes[version.discreet],
        "hidden": yes[version.hidden],
    }


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
