"""Changes to the words of the field."""

import re
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.social_map.models import layer_of
from services.referrals.social_map.search_records import SYNONYMS
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts import service_search as contract
from shared.db import uuid7
from shared.errors import Conflict, Invalid

_CODE: Final = re.compile(r"[a-z][a-z0-9_]{1,59}\Z")


class SynonymsWrong(Invalid):
    """A group needs a code of small letters, and at least two words unless it is hidden."""

    code = "synonyms_wrong"


class SynonymsChanged(Conflict):
    """Somebody else changed these words meanwhile."""

    code = "synonyms_changed"


async def save_synonyms(
    session: AsyncSession, principal: Principal, command: contract.SaveSynonyms, code: str, *, now: datetime
) -> contract.SynonymRef:
    """From a day on these words mean the same. The editorial office says it for everybody, a tenant for itself."""
    principal.require(Permission.SOCIAL_MAP_EDIT)
    if not _CODE.match(code):
        raise SynonymsWrong({"code": "code_wrong"})
    words = {language: list(dict.fromkeys(each)) for language, each in command.words.items() if each}
    if not command.hidden and sum(len(each) for each in words.values()) + len(command.also) < 2:  # noqa: PLR2004 - two words to mean the same
        raise SynonymsWrong({"words": "required"})
    table = SYNONYMS[layer_of(principal.tenant)]
    newest = await session.scalar(select(func.max(table.version)).where(table.code == code)) or 0
    if newest != command.seen:
        raise SynonymsChanged
    session.add(
        table(
            id=uuid7(),
            code=code,
            version=newest + 1,
            words=words,
            also=list(command.also),
            hidden=command.hidden,
            valid_from=command.valid_from,
            at=now,
            by=principal.user_id,
        )
    )
    audit.record(session, principal, "save_synonyms", now=now, object_kind="synonyms", details={"code": code})
    return contract.SynonymRef(code=code, version=newest + 1)
