"""Hiding small numbers so that nothing that is shown gives one away (k-anonymity of 5). Pure.

The total of a breakdown is shown, so what is hidden must not follow from it:

1. Once a number from 1 to 4 is there, every number under 5 is hidden, noughts too: else the noughts would tell.
2. A single small number takes the next of the breakdown with it: else it is the total minus the rest.
3. When the small numbers can only be fours, the whole breakdown is hidden: their sum would tell.

`tests/unit/statistics/test_disclosure.py` plays the attacker who knows these rules.
"""

from collections.abc import Sequence

from shared.contracts.statistics import SMALLEST

_MOST_HIDDEN = SMALLEST - 1


def shown(value: int) -> int | None:
    """A number that stands alone."""
    return None if 0 < value < SMALLEST else value


def protected(values: Sequence[int]) -> list[int | None]:
    """The numbers of a breakdown whose sum is shown, or hidden when it is small itself."""
    total, count = sum(values), len(values)
    small = [place for place, value in enumerate(values) if value < SMALLEST]
    hidden_sum = sum(values[place] for place in small)
    if not hidden_sum:
        return list(values)
    only_fours = len(small) > 1 and hidden_sum == _MOST_HIDDEN * len(small)
    if total < SMALLEST or total == _MOST_HIDDEN * count or only_fours:
        return [None] * count
    hidden = {*small, (small[0] + 1) % count} if len(small) == 1 else {*small}
    return [None if place in hidden else value for place, value in enumerate(values)]


def protected_tree(groups: Sequence[Sequence[int]]) -> tuple[list[int | None], list[list[int | None]]]:
    """Groups with their parts: those of a hidden group are hidden, those of a shown one give no part away."""
    sums = protected([sum(parts) for parts in groups])
    parts: list[list[int | None]] = [
        [None] * len(each) if total is None else protected(each)
        for each, total in zip(groups, sums, strict=True)
    ]
    return sums, parts
