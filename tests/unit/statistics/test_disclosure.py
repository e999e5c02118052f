"""Whoever sees all that is shown, and knows the rules by which it was hidden, cannot tell a hidden number."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.disclosure import protected, protected_tree, shown

numbers = st.lists(st.one_of(st.integers(0, 6), st.integers(0, 400)), min_size=1, max_size=24)


def vectors(length: int, total: int) -> Iterator[tuple[int, ...]]:
    """All ways to have this total."""
    if length == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in vectors(length - 1, total - first):
            yield (first, *rest)


@cache
def worlds(length: int, total: int) -> dict[tuple[int | None, ...], list[tuple[int, ...]]]:
    """For each thing that can be shown, all that could be behind it: what the attacker reckons."""
    behind: dict[tuple[int | None, ...], list[tuple[int, ...]]] = defaultdict(list)
    for each in vectors(length, total):
        behind[tuple(protected(each))].append(each)
    return behind


@pytest.mark.parametrize(("length", "most"), [(2, 60), (3, 34), (4, 22), (5, 16)])
def test_the_attacker_who_knows_the_rules_and_the_total_finds_no_hidden_number(
    length: int, most: int
) -> None:
    for total in range(5, most):
        for seen, possible in worlds(length, total).items():
            for place, value in enumerate(seen):
                if value is None:
                    assert len({each[place] for each in possible}) > 1, (total, seen, possible)


@given(numbers)
def test_no_number_from_one_to_four_is_shown(values: list[int]) -> None:
    assert not any(value is not None and 0 < value < 5 for value in protected(values))


@given(numbers)
def test_what_is_shown_is_true_and_a_single_hidden_number_never_stands_alone(values: list[int]) -> None:
    seen = protected(values)

    assert all(value in (None, true) for value, true in zip(seen, values, strict=True))
    if sum(values) >= 5:
        assert seen.count(None) != 1


@given(numbers)
def test_nothing_is_hidden_where_nothing_is_small(values: list[int]) -> None:
    big = [value + 5 for value in values]

    assert protected(big) == big
    assert protected([0] * len(values)) == [0] * len(values)


@given(st.lists(numbers, min_size=1, max_size=8))
def test_groups_never_give_their_parts_away(groups: list[list[int]]) -> None:
    sums, parts = protected_tree(groups)

    for total, seen, true in zip(sums, parts, groups, strict=True):
        if total is None:
            assert set(seen) == {None}
        else:
            assert total == sum(true)
            assert seen == protected(true)
            assert len(true) == 1 or seen.count(None) != 1
    hidden = sums.count(None)
    assert hidden != 1 or sum(map(sum, groups)) < 5


@pytest.mark.parametrize(("value", "seen"), [(0, 0), (1, None), (4, None), (5, 5)])
def test_a_number_that_stands_alone(value: int, seen: int | None) -> None:
    assert shown(value) == seen
