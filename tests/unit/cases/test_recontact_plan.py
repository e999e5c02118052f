"""The plan by which victims are contacted again."""

from datetime import date

import pytest

from services.cases.victim_support.recontact_plan import PlanLine, default_plan, line_for
from shared.contracts.call_outs import INCIDENT_TYPES

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("incident_type", "days", "compulsory"),
    [
        ("ifv_physical", [3, 30], True),
        ("ifv_psychological", [3, 30], True),
        ("burglary", [7, 30], False),
        ("death_suicide", [10, 42], False),
        ("death_traffic", [10, 42], False),
        ("robbery_violence", [14], False),
    ],
)
def test_each_type_has_its_days(incident_type: str, days: list[int], compulsory: bool) -> None:
    line = line_for(incident_type, TODAY)

    assert line is not None
    assert (line.days, line.compulsory) == (days, compulsory)


def test_every_line_says_how_sure_it_is_and_why() -> None:
    assert all(line.certainty and line.source for line in default_plan())


def test_it_names_only_types_that_exist() -> None:
    assert {each for line in default_plan() for each in line.incident_types} <= set(INCIDENT_TYPES)


def test_a_line_holds_from_its_first_day_until_its_last() -> None:
    def line(days: int, valid_from: date, valid_to: date | None) -> PlanLine:
        return PlanLine(
            incident_types=["fire"], days=[days], compulsory=False, valid_from=valid_from, valid_to=valid_to,
            certainty="C", source="a decision of the zone",
        )  # fmt: skip

    plan = [line(7, date(2020, 1, 1), date(2026, 3, 2)), line(5, date(2026, 3, 2), None)]

    assert [line_for("fire", day, plan) for day in (date(2026, 3, 1), date(2026, 3, 2))] == plan
    assert line_for("fire", date(2019, 12, 31), plan) is None
