"""From the words that somebody types to what the index is asked: stems, beginnings, compounds, synonyms, near words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from services.referrals.finding.synonyms import Meaning, Synonyms
from services.referrals.finding.vocabulary import Vocabulary
from services.referrals.geography.folding import folded
from shared.contracts.service_search import Meant, Widened
from shared.db import driver_of

_MOST_WORDS: Final = 12
_BEGINNING_FROM: Final = 3
_STEM_FROM: Final = 5
_STEMS_KEPT: Final = 20_000
_SMALL_WORDS: Final = frozenset(
    word
    for words in (
        "de het een en van voor met aan bij die dat in op te of is om er naar ik mijn hulp dienst",
        "le la les des du une un et pour avec dans qui que sur aux est a au par ou mon ma aide service",
        "der das die und fur mit ein eine von zu den auf ist im am bei oder mein hilfe dienst",
        "the and for with who that are in on at of to my help service",
    )
    for word in words.split()
)
"""Asked alone they are asked; beside another word they say nothing."""

_STEMS: dict[str, frozenset[str]] = {}


class Asked(msgspec.Struct, frozen=True):
    """`every` wants all meanings, `some` one of them; both are texts of a tsquery and empty without words.

    `name` is what was typed, folded and without errors: what a service may be called.
    """

    every: str
    some: str
    name: str
    meant: list[Meant]
    widened: list[Widened]


async def asked(
    session: AsyncSession,
    typed: str,
    synonyms: Synonyms,
    vocabularies: Sequence[Vocabulary],
    *,
    language: str = "nl",
) -> Asked:
    """What is asked of the index for what somebody typed, and what he should know of how it was read."""
    every_word = folded(typed).split()[:_MOST_WORDS]
    # a phrase of the field may hold a small word, so phrases are looked for first
    meanings = [
        each
        for each in synonyms.meanings(every_word, language)
        if each.also or not _small(each.words) or len(every_word) == 1
    ] or [Meaning([word], [], []) for word in every_word]
    near = {
        word: _near(word, synonyms, vocabularies) for each in meanings if not each.also for word in each.words
    }
    read = [_reread(each, near, synonyms, language) for each in meanings]
    stems = await _stems(session, _words_of(read, near))
    groups = [_group(each, near, vocabularies, stems) for each in read]
    return Asked(
        every=" & ".join(f"({group})" for group in groups),
        some=" | ".join(f"({group})" for group in groups),
        name=" ".join(near[word][0] if near.get(word) else word for word in every_word),
        meant=[Meant(typed=word, meant=like) for word, like in near.items() if like],
        widened=[
            Widened(typed=" ".join(before.words), also=after.also)
            for before, after in zip(meanings, read, strict=True)
            if after.also
        ],
    )


def _small(words: Sequence[str]) -> bool:
    """A letter alone too: of `l'enfance` and `'s nachts` it is what the apostrophe leaves."""
    return all(word in _SMALL_WORDS or (len(word) == 1 and word.isalpha()) for word in words)


def _near(word: str, synonyms: Synonyms, vocabularies: Sequence[Vocabulary]) -> list[str]:
    """What was probably meant by a word that nobody wrote; nothing for one that is known or begins a known one."""
    if word in synonyms.words or any(word in each for each in vocabularies):
        return []
    if len(word) > _BEGINNING_FROM and any(each.beginning_with(word) for each in vocabularies):
        return []
    of_the_field = Vocabulary(synonyms.words)
    found: dict[str, int] = {}
    for each in (*vocabularies, of_the_field):
        for like, errors in each.like(word):
            found[like] = min(errors, found.get(like, errors))
    best = min(found.values(), default=0)
    return sorted(like for like, errors in found.items() if errors == best)[:3]


def _reread(meaning: Meaning, near: Mapping[str, list[str]], synonyms: Synonyms, language: str) -> Meaning:
    """A mistyped word of the field means what the right one means."""
    likes = [like for word in meaning.words for like in near.get(word, [])]
    if len(meaning.words) != 1 or not likes:
        return meaning
    found = [each for like in likes for each in synonyms.meanings([like], language) if each.also]
    return Meaning(
        meaning.words,
        list(dict.fromkeys(each for one in found for each in one.also)),
        list(dict.fromkeys(each for one in found for each in one.folded_also)),
    )


def _words_of(meanings: Iterable[Meaning], near: Mapping[str, list[str]]) -> set[str]:
    found = {word for each in meanings for word in each.words}
    found |= {word for each in meanings for phrase in each.folded_also for word in phrase.split()}
    return found | {like for likes in near.values() for like in likes}


async def _stems(session: AsyncSession, words: set[str]) -> dict[str, frozenset[str]]:
    """What the four languages make of each word; the database has the stemmers."""
    unknown = sorted(words - _STEMS.keys())
    if unknown:
        if len(_STEMS) > _STEMS_KEPT:
            _STEMS.clear()
        rows = await driver_of(session).fetch(
            """
            SELECT word, array_cat(array_cat(ts_lexize('dutch_stem', word), ts_lexize('french_stem', word)),
                                   array_cat(ts_lexize('german_stem', word), ts_lexize('english_stem', word))) AS stems
            FROM unnest($1::text[]) AS word
            """,
            unknown,
        )
        _STEMS.update({row["word"]: frozenset([*(row["stems"] or []), row["word"]]) for row in rows})
    return {word: _STEMS.get(word, frozenset([word])) for word in words}


def _group(
    meaning: Meaning,
    near: Mapping[str, list[str]],
    vocabularies: Sequence[Vocabulary],
    stems: Mapping[str, frozenset[str]],
) -> str:
    """Everything that one stretch of what was typed may be written as."""
    own = " & ".join(f"({_word(word, near, vocabularies, stems)})" for word in meaning.words)
    phrases = [
        " <-> ".join(
            f"({' | '.join(_quoted(stem) for stem in sorted(stems[word]))})" for word in phrase.split()
        )
        for phrase in meaning.folded_also
    ]
    return " | ".join([f"({own})", *(f"({phrase})" for phrase in phrases)])


def _word(
    word: str,
    near: Mapping[str, list[str]],
    vocabularies: Sequence[Vocabulary],
    stems: Mapping[str, frozenset[str]],
) -> str:
    found = {_quoted(stem) for each in [word, *near.get(word, [])] for stem in stems[each]}
    found |= {_quoted(each) for kept in vocabularies for each in kept.ending_with(word)}
    begun = {each for each in [word, *near.get(word, [])] if len(each) >= _BEGINNING_FROM}
    begun |= {stem for each in begun for stem in stems[each] if len(stem) >= _STEM_FROM}
    # a beginning finds the whole word too
    found = {each for each in found if not any(each.startswith(_quoted(start)[:-1]) for start in begun)}
    found |= {f"{_quoted(each)}:*" for each in begun if not _has_shorter(each, begun)}
    return " | ".join(sorted(found))


def _has_shorter(word: str, words: Iterable[str]) -> bool:
    return any(word != each and word.startswith(each) for each in words)


def _quoted(word: str) -> str:
    """Folded words hold letters and digits alone; a stem may hold an apostrophe."""
    return "'" + word.replace("\\", "").replace("'", "''") + "'"
