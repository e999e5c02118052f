"""Names as people search them: a part of a name, or one with a typing error. Pure.

A word of at least four letters may have one error, of eight or more two; swapping two neighbouring letters is one.
An error spoils at most four of the three-letter pieces that a word is cut in, so of 4n + 1 pieces one must be there:
that is what the index is asked for, and `match` judges what it found.
"""

from collections.abc import Iterable
from itertools import chain

from rapidfuzz.distance import OSA

_SIZE = 3
_PAD = "  "
_SPOILED_BY_AN_ERROR = 4
_ONE_ERROR_FROM = 4
_TWO_ERRORS_FROM = 8
_COMMON = frozenset({
    "en ", "ens", "ers", "rs ", "ns ", "s  ", "n  ", "an ", "e  ", "sen", "van", "  v", " va", "de ", " de", "  d",
    "a  ", "ans", "man", "ma ", "els", "ert", "rt ", "t  ", "  m", " ma", "mar",
})  # fmt: skip
"""Pieces that many names have: asked for last."""

EXACT, NEAR = "exact", "near"


def trigrams(folded: str) -> list[str]:
    """The pieces of all words of a folded name, each once."""
    return sorted(set(chain.from_iterable(_pieces(word) for word in folded.split())))


def _pieces(word: str) -> list[str]:
    padded = f"{_PAD}{word}{_PAD}"
    return [padded[at : at + _SIZE] for at in range(len(word) + _SIZE - 1)]


def errors_allowed(word: str) -> int:
    """Typing errors are forgiven in words of letters only: a number is right or wrong."""
    if not word.replace("'", "").replace("-", "").isalpha() or len(word) < _ONE_ERROR_FROM:
        return 0
    return 2 if len(word) >= _TWO_ERRORS_FROM else 1


def pieces_to_ask(words: list[str]) -> list[str]:
    """Pieces of which everybody who matches has at least one: of the word that gives the fewest people."""
    word = max(words, key=len)
    pieces = _pieces(word)
    allowed = errors_allowed(word)
    if not allowed:
        # its first two letters, or a piece from inside, which it has wherever the word stands in a name
        return [pieces[min(len(word), _SIZE) - 1]]
    inner = pieces[_SIZE - 1 : len(word)]
    best_first = sorted(pieces, key=lambda piece: (piece in _COMMON, piece not in inner, " " in piece))
    return best_first[: _SPOILED_BY_AN_ERROR * allowed + 1]


def match(words: Iterable[str], folded: str) -> str:
    """`exact` when every word stands in the name, `near` when one has a typing error, else nothing."""
    found, near = folded.split(), False
    for word in words:
        if any(_stands_in(word, each) for each in found):
            continue
        allowed = errors_allowed(word)
        if not allowed or not any(
            OSA.distance(word, each, score_cutoff=allowed) <= allowed for each in found
        ):
            return ""
        near = True
    return NEAR if near else EXACT


def _stands_in(word: str, name: str) -> bool:
    """One or two letters begin a name; three or more may stand inside."""
    return word in name if len(word) >= _SIZE else name.startswith(word)
