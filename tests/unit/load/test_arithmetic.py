"""The sums of the benchmark: medians, percentiles, ratios, and how a section is kept."""

from pathlib import Path

import pytest

from tests.load.arithmetic import median, percentile, ratio, spread
from tests.load.report import Section, Target, keep


def test_one_disturbed_round_does_not_move_the_median() -> None:
    assert median([100, 104, 3]) == 100


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_a_percentile_is_one_of_the_values(share: float, expected: float) -> None:
    assert percentile(list(range(100, 0, -1)), share) == expected


def test_a_ratio_compares_neighbours_in_time() -> None:
    slow_machine_in_the_second_round = ([100.0, 10.0, 100.0], [1000.0, 100.0, 1000.0])

    assert ratio(*slow_machine_in_the_second_round) == pytest.approx(0.1)


def test_the_spread_is_a_share_of_the_median() -> None:
    assert spread([90, 100, 120]) == pytest.approx(0.3)


def test_a_target_is_met_at_its_very_value() -> None:
    assert Target(0.5, 0.5).met
    assert Target(20, 20, at_most=True).met
    assert not Target(20.1, 20, at_most=True).met
    assert not Target(0.49, 0.5).met


def test_a_part_measured_anew_replaces_its_section_only(tmp_path: Path) -> None:
    file = tmp_path / "benchmarks.md"
    for part, figure in (("reads", "1,000"), ("events", "2,000"), ("reads", "3,000")):
        section = Section(part, part.title(), "How.", ["what"])
        section.row(figure)
        keep(section, file)

    text = file.read_text()

    assert "3,000" in text
    assert "2,000" in text
    assert "1,000" not in text
    assert text.count("## Reads") == 1
