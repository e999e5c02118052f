"""The figures of the aftercare: what is counted once, and that no two figures together give a small number away."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.cases.statistics.figures import (
    Recontact,
    Transition,
    of_recontacts,
    transitions,
)
from shared.contracts.statistics import SMALLEST, Figure

TODAY = date(2026, 3, 20)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def values(figure: Figure) -> dict[str, int | None]:
    return {each.key: each.value for each in figure.cells}


def recontact(state: str = "done", result: str = "reached_ok", days_late: int = 0) -> Recontact:
    return Recontact(
        dossier_id=UUID(int=1), due_on=NOON.date(), state=state, result=result if state == "done" else "",
        done_at=NOON + timedelta(days=days_late) if state != "open" else None,
    )  # fmt: skip


recontacts = st.lists(
    st.builds(
        recontact,
        state=st.sampled_from(["done", "open", "cancelled"]),
        result=st.sampled_from(["reached_ok", "refused", "risk_increased"]),
        days_late=st.integers(0, 1),
    ),
    max_size=40,
)


@given(recontacts, recontacts)
def test_the_results_never_tell_how_many_were_not_done_when_that_is_hidden(
    now: list[Recontact], before: list[Recontact]
) -> None:
    kept, results = of_recontacts(TODAY, now, before)
    done = next(each.value for each in kept.groups if each.key == "done")

    assert results.total is None or results.total == done
    assert done is not None or all(each.value is None for each in results.cells)
    earlier = next(each.value for each in of_recontacts(TODAY, before, [])[0].groups if each.key == "done")
    assert results.previous is None or results.previous == earlier


def test_one_re_contact_that_was_late_follows_from_nothing() -> None:
    now = [recontact() for _ in range(10)] + [recontact(days_late=1)]

    kept, results = of_recontacts(TODAY, now, [])

    assert (values(kept)["in_time"], values(kept)["late"]) == (None, None)
    assert (kept.total, results.total, values(results)) == (11, 11, {"reached_ok": 11})


def test_a_few_that_were_dropped_do_not_hide_what_was_done() -> None:
    now = [recontact()] * 12 + [recontact("cancelled")] * 2 + [recontact("open")] * 9

    kept, results = of_recontacts(TODAY, now, [])

    assert {each.key: each.value for each in kept.groups} == {"done": 12, "dropped": None, "to_do": None}
    assert (values(kept)["in_time"], values(results)) == (12, {"reached_ok": 12})


def change(dossier: int, was: str = "disappearance", became: str = "death_suspicious") -> Transition:
    return Transition(dossier_id=UUID(int=dossier), was=was, incident_type=became, at=NOON)


def test_a_transition_counts_once_for_each_dossier_and_a_rare_one_has_no_name() -> None:
    often = [change(dossier) for dossier in range(SMALLEST)]
    back_and_forth = [change(0), change(0, "death_suspicious", "disappearance"), change(0)]
    rare = [change(each, "fire", "death_other") for each in range(4)] + [change(7, "assault", "ifv_physical")]

    figure = transitions(often + back_and_forth + rare, [])

    assert figure.total == SMALLEST + 6
    assert values(figure) == {"disappearance>death_suspicious": SMALLEST, "others": 6}


@given(
    st.lists(
        st.builds(change, st.integers(0, 9), st.sampled_from("abc"), st.sampled_from("xyz")), max_size=60
    )
)
def test_only_a_transition_that_is_not_small_is_named(changes: list[Transition]) -> None:
    counted = {(each.dossier_id, each.was, each.incident_type) for each in changes}

    for key in values(transitions(changes, [])):
        if key != "others":
            assert sum(f"{was}>{became}" == key for _, was, became in counted) >= SMALLEST
