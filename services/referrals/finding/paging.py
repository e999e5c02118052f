"""Which services a page of results holds, and how many there are: what is said is so, and no page is empty.

The database orders the candidates and counts them. What it cannot say (who certainly does not fit, who works elsewhere,
what is open on this very day) is judged here, in parts of the best 300, then the next 300: within a part those that fit
come first. Where judging leaves services out, only what was judged is counted, and that ends at the best 3,000.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from services.referrals.finding.answers import opening_of, serving
from services.referrals.geography.belgium import Spot
from services.referrals.social_map.eligibility import NOT, Known, judged, overall
from services.referrals.social_map.search_card import Card
from shared.contracts import service_search as contract

JUDGED: Final = 300
_PARTS: Final = (JUDGED, 900, 1800)
"""Always the same ones, so that a page never changes with the one that was asked before."""
Row = Mapping[str, Any]
Ask = Callable[[int, int], Awaitable[Sequence[Row]]]
"""The candidates from a place on, so many at most; each says the `total` of them all."""


class Page(msgspec.Struct, frozen=True):
    """`offset` may be before the one that was asked: the last page, when there is none there.

    `at_least`: `total` is of those judged so far, and there are others.
    """

    rows: list[tuple[Row, Card]]
    offset: int
    total: int
    more: bool
    at_least: bool = False


async def page_of(
    ask: Ask, wish: contract.FindServices, known: Known, origin: Spot | None, now: datetime
) -> Page:
    """The page of a search; without rows only when nothing is found at all."""

    def kept(rows: Sequence[Row]) -> list[tuple[Row, Card]]:
        return _kept(rows, wish, known, origin, now)

    if wish.open_now or wish.fitting_only:
        return await _counted_here(ask, wish, kept)
    return await _counted_there(ask, wish, kept)


async def _counted_there(
    ask: Ask, wish: contract.FindServices, kept: Callable[[Sequence[Row]], list[tuple[Row, Card]]]
) -> Page:
    """Nothing falls away: the database counts, and skips to where the page is."""
    size = JUDGED if _is_judged(wish) else wish.limit
    start = wish.offset - wish.offset % JUDGED if _is_judged(wish) else wish.offset
    found: list[tuple[Row, Card]] = []
    total = 0
    while len(found) < wish.offset - start + wish.limit:
        rows = await ask(start + len(found), size)
        found += kept(rows)
        total = rows[0]["total"] if rows else total
        if not rows or start + len(found) >= total:
            break
    here = found[wish.offset - start :][: wish.limit]
    if not here and wish.offset:
        first = await ask(0, 1)
        if first:
            wish = msgspec.structs.replace(wish, offset=_last(first[0]["total"], wish))
            return await _counted_there(ask, wish, kept)
    return Page(here, wish.offset, total, more=_more(wish, total))


async def _counted_here(
    ask: Ask, wish: contract.FindServices, kept: Callable[[Sequence[Row]], list[tuple[Row, Card]]]
) -> Page:
    """Judging leaves some out: part after part is judged, until the page is full and it is known that more follow."""
    found: list[tuple[Row, Card]] = []
    first, all_seen = 0, False
    for part in _PARTS:
        rows = await ask(first, part)
        found += kept(rows)
        first += len(rows)
        all_seen = not rows or first >= rows[0]["total"]
        if all_seen or len(found) > wish.offset + wish.limit:
            break
    if found and wish.offset >= len(found):
        wish = msgspec.structs.replace(wish, offset=_last(len(found), wish))
    here = found[wish.offset :][: wish.limit]
    return Page(here, wish.offset, len(found), more=_more(wish, len(found)), at_least=not all_seen)


def _is_judged(wish: contract.FindServices) -> bool:
    """Whether more is to be said of the candidates than the statement can: who fits, who works there, what is open."""
    return wish.open_now or wish.client is not None or bool(wish.place) or wish.point is not None


def _last(total: int, wish: contract.FindServices) -> int:
    """Where the last page begins."""
    return max(0, min(total - 1, contract.MOST_OFFSET)) // wish.limit * wish.limit


def _more(wish: contract.FindServices, total: int) -> bool:
    return wish.offset + wish.limit < total and wish.offset + wish.limit <= contract.MOST_OFFSET


def _kept(
    rows: Sequence[Row], wish: contract.FindServices, known: Known, origin: Spot | None, now: datetime
) -> list[tuple[Row, Card]]:
    """Those that pass; among those that fit and those that do not, the order stays."""
    found: list[tuple[bool, bool, Row, Card]] = []
    for row in rows:
        card = msgspec.json.decode(row["card"], type=Card)
        fits_not = overall(judged(card.rules, known)) == NOT
        if (wish.open_now and not _is_open(card, now)) or (wish.fitting_only and fits_not):
            continue
        serves = serving(row["areas"], origin)
        found.append((fits_not or serves == "no", wish.serves_place and serves != "yes", row, card))
    found.sort(key=lambda each: each[:2])
    return [(row, card) for *_, row, card in found]


def _is_open(card: Card, now: datetime) -> bool:
    return opening_of(card, now).name in {"open", "always"}
