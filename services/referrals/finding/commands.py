"""Changes to the words of the field."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.geography.folding import folded
from services.referrals.social_map.models import Layer, layer_of
from services.referrals.social_map.open_hours import BRUSSELS
from services.referrals.social_map.search_records import SYNONYMS
from services.referrals.social_map.writing import EntryChanged
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts import service_search as contract
from shared.db import uuid7
from shared.errors import Invalid

_CODE: Final = re.compile(r"[a-z][a-z0-9_]{1,59}\Z")


class SynonymsWrong(Invalid):
    """A group needs a code of small letters, and at least two words unless it ends."""

    code = "synonyms_wrong"


async def save_synonyms(
    session: AsyncSession, principal: Principal, command: contract.SaveSynonyms, code: str, *, now: datetime
) -> contract.SynonymRef:
    """From a day on these words mean the same. The editorial office says it for everybody, a tenant for itself.

    Raises `SynonymsWrong`, or `EntryChanged` when a colleague was first.
    """
    principal.require(Permission.SOCIAL_MAP_EDIT)
    layer = layer_of(principal.tenant)
    words = {language: list(dict.fromkeys(each)) for language, each in command.words.items() if each}
    _require_right(command, code, words, layer, now)
    table = SYNONYMS[layer]
    newest = (
        await session.execute(
            select(table.version, table.by, table.at)
            .where(table.code == code)
            .order_by(table.version.desc())
            .limit(1)
        )
    ).one_or_none()
    version = newest.version if newest else 0
    if version != command.seen:
        raise EntryChanged(
            details={"changed_by": str(newest.by), "changed_at": newest.at.isoformat()} if newest else {}
        )
    says_nothing = command.hidden or command.follows
    written = await session.scalar(
        insert(table)
        .values(
            id=uuid7(),
            code=code,
            version=version + 1,
            words={} if says_nothing else words,
            also=[] if says_nothing else list(command.also),
            hidden=command.hidden,
            valid_from=command.valid_from,
            at=now,
            by=principal.user_id,
        )
        .on_conflict_do_nothing()
        .returning(table.id)
    )
    if written is None:
        # a colleague saved between our look and our word
        raise EntryChanged
    audit.record(session, principal, "save_synonyms", now=now, object_kind="synonyms", details={"code": code})
    return contract.SynonymRef(code=code, version=version + 1)


def _require_right(
    command: contract.SaveSynonyms,
    code: str,
    words: Mapping[contract.Language, list[str]],
    layer: Layer,
    now: datetime,
) -> None:
    if not _CODE.match(code):
        raise SynonymsWrong({"code": "code_wrong"})
    if command.valid_from < now.astimezone(BRUSSELS).date():
        raise SynonymsWrong({"valid_from": "in_the_past"})
    if command.follows and (command.hidden or layer is Layer.SHARED):
        raise SynonymsWrong({"follows": "invalid"})
    kept = {folded(each) for several in words.values() for each in several}
    also = {folded(each) for each in command.also}
    if not all({*kept, *also}):
        raise SynonymsWrong({"words": "no_letters"})
    if not command.hidden and not command.follows and (not kept or len(kept | also) < 2):  # noqa: PLR2004 - two words to mean the same
        raise SynonymsWrong({"words": "two_words"})
