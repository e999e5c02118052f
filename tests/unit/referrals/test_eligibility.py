"""For whom a service is: each rule explains itself, and what is not known never excludes."""

from hypothesis import given
from hypothesis import strategies as st

from services.referrals.social_map.eligibility import FITS, NOT, UNKNOWN, Known, Rule, judged, overall

AGES = st.one_of(st.none(), st.integers(0, 110))
RULES = st.one_of(
    st.builds(Rule, kind=st.just("age"), minimum=AGES, maximum=AGES, excludes=st.booleans()),
    st.builds(
        Rule,
        kind=st.sampled_from(["gender", "language", "residence_status", "target_group", "area"]),
        values=st.lists(st.sampled_from(["a", "b", "nis:1", "nis:2", "wijk:3"]), max_size=3),
        excludes=st.booleans(),
    ),
    st.builds(Rule, kind=st.sampled_from(["income", "condition", "referral", "whatever"])),
)


@given(rules=st.lists(RULES, max_size=6))
def test_what_is_not_known_of_somebody_never_excludes(rules: list[Rule]) -> None:
    assert all(each.verdict != NOT for each in judged(rules, Known()))


@given(minimum=AGES, maximum=AGES, age=st.integers(0, 110))
def test_an_age_rule_is_its_two_bounds_included(minimum: int | None, maximum: int | None, age: int) -> None:
    rule = Rule(kind="age", minimum=minimum, maximum=maximum)
    known = Known(age=age)

    (found,) = judged([rule], known)

    if minimum is None and maximum is None:
        assert found.verdict == UNKNOWN
    else:
        inside = (minimum is None or minimum <= age) and (maximum is None or age <= maximum)
        assert found.verdict == (FITS if inside else NOT)


def test_a_home_certainly_lies_elsewhere_only_where_its_area_of_that_kind_is_known() -> None:
    aalst = Known(areas=frozenset({"nis:41002", "police_zone:ipz74"}))

    def verdict(*values: str, excludes: bool = False) -> str:
        return judged([Rule(kind="area", values=list(values), excludes=excludes)], aalst)[0].verdict

    assert verdict("nis:41002") == FITS
    assert verdict("nis:34022") == NOT
    assert verdict("wijk:41002BA") == UNKNOWN
    assert verdict("wijk:41002BA", "nis:41002") == FITS
    assert verdict("police_zone:ipz74", excludes=True) == NOT
    assert verdict("nis:34022", excludes=True) == FITS


def test_who_belongs_to_no_noted_group_may_belong_to_one_all_the_same() -> None:
    rule = Rule(kind="target_group", values=["victims"])

    assert judged([rule], Known(target_groups=frozenset({"victims"})))[0].verdict == FITS
    assert judged([rule], Known(target_groups=frozenset({"parents"})))[0].verdict == UNKNOWN


def test_a_rule_in_words_is_for_people_to_judge() -> None:
    known = Known(age=30, gender="female", language="nl", referred=True)

    found = judged([Rule(kind="condition", text={"nl": "met verwijsbrief"}), Rule(kind="referral")], known)

    assert [each.verdict for each in found] == [UNKNOWN, FITS]
    assert overall(found) == UNKNOWN


def test_one_rule_that_does_not_fit_decides_and_no_rule_is_in_nobodys_way() -> None:
    rules = [Rule(kind="age", minimum=18), Rule(kind="gender", values=["female"])]

    assert overall(judged(rules, Known(age=40, gender="male"))) == NOT
    assert overall(judged(rules, Known(age=40))) == UNKNOWN
    assert overall(judged(rules, Known(age=40, gender="female"))) == FITS
    assert overall([]) == FITS
