"""The words that occur in the map, to forgive typing errors and to look inside compound words; kept in memory."""

import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db import driver_of

_ONE_ERROR_FROM: Final = 4
_TWO_ERRORS_FROM: Final = 8
_COMPOUND_FROM: Final = 5
_MOST_LIKE: Final = 5
_MOST_COMPOUNDS: Final = 30
_KEPT_SECONDS: Final = 300.0
_TENANTS_KEPT: Final = 32


class Vocabulary:
    """The words of one layer. Looking through them all is the cheapest: fifty thousand take some milliseconds."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted(set(words))
        self._known = frozenset(self._words)

    def __contains__(self, word: str) -> bool:
        return word in self._known

    def like(self, word: str) -> list[tuple[str, int]]:
        """Words that somebody may have meant, with the number of errors: one from four letters, two from eight.

        Swapping two neighbouring letters is one error. A number is right or wrong.
        """
        if not word.isalpha() or len(word) < _ONE_ERROR_FROM:
            return []
        most = 2 if len(word) >= _TWO_ERRORS_FROM else 1
        found = process.extract(
            word, self._words, scorer=OSA.distance, score_cutoff=most, limit=_MOST_LIKE, processor=None
        )
        return [(each, int(errors)) for each, errors, _ in found]

    def beginning_with(self, word: str) -> bool:
        return any(each.startswith(word) for each in self._words)

    def ending_with(self, word: str) -> list[str]:
        """Compounds of which this is the last part: `bemiddeling` is what `schuldbemiddeling` is."""
        if len(word) < _COMPOUND_FROM:
            return []
        found = [each for each in self._words if each.endswith(word) and each != word]
        return found[:_MOST_COMPOUNDS]


class _Kept:
    def __init__(self, newest: int, vocabulary: Vocabulary) -> None:
        self.newest = newest
        self.vocabulary = vocabulary
        self.at = time.monotonic()


_KEPT: OrderedDict[str, _Kept] = OrderedDict()


async def vocabulary(session: AsyncSession, table: str, owner: str) -> Vocabulary:
    """The words of a table, read again when there are newer ones, and now and then for those that came out of order."""
    newest = await driver_of(session).fetchval(f"SELECT coalesce(max(number), 0) FROM {table}")  # noqa: S608
    kept = _KEPT.get(owner)
    if kept is None or kept.newest != newest or time.monotonic() - kept.at > _KEPT_SECONDS:
        rows = await driver_of(session).fetch(f"SELECT word FROM {table}")  # noqa: S608 - a constant
        kept = _KEPT[owner] = _Kept(newest, Vocabulary(row["word"] for row in rows))
    _KEPT.move_to_end(owner)
    while len(_KEPT) > _TENANTS_KEPT:
        _KEPT.popitem(last=False)
    return kept.vocabulary
