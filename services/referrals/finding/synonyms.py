"""Words of the field that mean the same, in four languages. What the product brings along is data. Pure."""

import functools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from services.referrals.geography.folding import folded

_FILE: Final = Path(__file__).with_name("synonyms.json")
_LONGEST: Final = 5


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Who types one of `words` finds them all; `also` is searched besides, and not the other way."""

    code: str
    words: dict[str, list[str]]
    also: list[str] = []

    @property
    def all_words(self) -> list[str]:
        return [word for words in self.words.values() for word in words]


class Meaning(msgspec.Struct, frozen=True):
    """A stretch of what was typed: its words, and everything else that it is called, as it is written and folded."""

    words: list[str]
    also: list[str]
    folded_also: list[str]


@functools.cache
def brought_along() -> Sequence[Group]:
    """What every map begins with."""
    return msgspec.json.decode(_FILE.read_bytes(), type=list[Group])


class Synonyms:
    """The groups in force, ready to look up."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self._by_phrase: dict[str, list[Group]] = {}
        for group in groups:
            for word in group.all_words:
                known = self._by_phrase.setdefault(folded(word), [])
                if group not in known:
                    known.append(group)

    @property
    def words(self) -> frozenset[str]:
        """Every single word that occurs in a phrase."""
        return frozenset(word for phrase in self._by_phrase for word in phrase.split())

    def meanings(self, words: Sequence[str], language: str = "nl") -> list[Meaning]:
        """What was typed in stretches: the longest that is a known phrase, else a single word.

        The words of the `language` come first.
        """
        found: list[Meaning] = []
        at = 0
        while at < len(words):
            for length in range(min(_LONGEST, len(words) - at), 0, -1):
                groups = self._by_phrase.get(" ".join(words[at : at + length]), [])
                if groups or length == 1:
                    stretch = list(words[at : at + length])
                    found.append(_meaning(stretch, groups, language))
                    at += length
                    break
        return found


def in_force(changes: Mapping[str, Group | None]) -> Synonyms:
    """What is brought along with an editor's version in its place; None hides a group."""
    groups = {each.code: each for each in brought_along()}
    kept: dict[str, Group | None] = {**groups, **changes}
    return Synonyms(each for each in kept.values() if each is not None)


def _meaning(words: list[str], groups: Iterable[Group], language: str) -> Meaning:
    typed = " ".join(words)
    also = {
        folded(each): each
        for group in groups
        for each in [*group.words.get(language, []), *group.all_words, *group.also]
        if folded(each) != typed
    }
    return Meaning(words, list(also.values()), list(also))
