"""The plan by which victims are contacted again."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.victim_support.recontact_plan import (
    PlanLine,
    Planned,
    Sharing,
    default_plan,
    is_duty,
    line_for,
    share,
)
from shared.contracts.call_outs import INCIDENT_TYPES
from shared.db import uuid7

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("incident_type", "days", "compulsory"),
    [
        ("ifv_physical", [3, 30], True),
        ("ifv_psychological", [3, 30], True),
        ("burglary", [7, 30], False),
        ("death_suicide", [7, 42], False),
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


def test_only_after_family_violence_the_law_wants_a_re_contact() -> None:
    assert {each for each in INCIDENT_TYPES if is_duty(each, TODAY)} == {"ifv_physical", "ifv_psychological"}
    assert not is_duty("ifv_physical", date(2020, 12, 2))


# --- every victim his own --------------------------------------------------------------------------------------------

PEOPLE = [uuid7() for _ in range(4)]


def done_by(sharing: Sharing, planned: list[Planned]) -> list[Planned]:
    """What is planned after it, two tasks for each for whom it is anew."""
    kept = [
        Planned(each.task_id, sharing.moved.get(each.task_id, each.victim), each.open)
        for each in planned
        if each.task_id not in sharing.ended
    ]
    return kept + [Planned(uuid7(), victim, True) for victim in sharing.anew for _ in range(2)]


def completed(planned: list[Planned], place: int) -> list[Planned]:
    return [
        Planned(each.task_id, each.victim, each.open and here != place % max(len(planned), 1))
        for here, each in enumerate(planned)
    ]


events = st.lists(
    st.tuples(st.sampled_from(["victim", "no_victim", "completed"]), st.integers(0, 9)), max_size=25
)


@given(events)
def test_whoever_comes_and_goes_every_victim_has_his_own_and_the_duty_is_never_lost(
    happened: list[tuple[str, int]],
) -> None:
    victims: list[UUID] = []
    planned = done_by(share([], victims), [])
    for what, which in happened:
        who = PEOPLE[which % len(PEOPLE)]
        if what == "completed":
            planned = completed(planned, which)
        elif what == "victim" and who not in victims:
            victims.append(who)
        elif what == "no_victim" and who in victims:
            victims.remove(who)
        planned = done_by(share(planned, victims), planned)

        assert planned
        assert set(victims) <= {each.victim for each in planned}
        assert all(each.victim in victims or not victims for each in planned if each.open)
        assert all(each.victim is None for each in planned if each.open and not victims)
        again = share(planned, victims)
        assert (dict(again.moved), list(again.ended), list(again.anew)) == ({}, [], [])


def test_the_first_victim_takes_what_waited_and_each_next_gets_his_own() -> None:
    waited = [Planned(uuid7(), None, False), Planned(uuid7(), None, True)]

    first = share(waited, PEOPLE[:1])
    assert first == Sharing({each.task_id: PEOPLE[0] for each in waited}, (), [])
    assert share(done_by(first, waited), PEOPLE[:2]).anew == [PEOPLE[1]]


def test_who_was_noted_twice_leaves_nothing_to_do() -> None:
    planned = [Planned(uuid7(), who, True) for who in PEOPLE[:2]]

    assert share(planned, PEOPLE[:1]) == Sharing({}, [planned[1].task_id], [])
