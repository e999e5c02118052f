"""Medians, percentiles and ratios: the only sums that a benchmark makes."""

import math
import statistics
from collections.abc import Sequence


def median(values: Sequence[float]) -> float:
    """The middle of several rounds; one disturbed round does not move it."""
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1]


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the ratios of the rounds, each of two measurements made right after each other.

    Noise of a shared machine that lasts longer than a round hits both sides of a ratio alike.
    """
    return median([one / other for one, other in zip(ours, theirs, strict=True)])


def spread(values: Sequence[float]) -> float:
    """How far the rounds lie apart, as a share of their median."""
    return (max(values) - min(values)) / median(values)
