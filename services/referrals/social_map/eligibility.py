"""For whom a service is: each rule beside what is known of somebody, with its reason. Pure.

What is not known never excludes, neither of the rule nor of the client.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

FITS: Final = "fits"
NOT: Final = "not"
UNKNOWN: Final = "unknown"


class Rule(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`minimum` and `maximum` (included) for `age`; `values` for the others: area codes, genders, languages, codes.

    `income` and `condition` are for people to judge: only their `text` says what they ask.
    """

    kind: str
    minimum: float | None = None
    maximum: float | None = None
    values: list[str] = []
    excludes: bool = False
    text: dict[str, str] = {}


class Known(Struct, frozen=True, kw_only=True):
    """What is known of somebody; empty is not known. `areas` are all the areas that his home certainly lies in."""

    age: float | None = None
    areas: frozenset[str] = frozenset()
    gender: str = ""
    language: str = ""
    target_groups: frozenset[str] = frozenset()
    residence_status: str = ""
    referred: bool | None = None


class Judged(Struct, frozen=True):
    rule: Rule
    verdict: str


def judged(rules: Iterable[Rule], known: Known) -> list[Judged]:
    """Every rule with its verdict, in the order of the rules."""
    return [Judged(rule, _verdict(rule, known)) for rule in rules]


def overall(found: Sequence[Judged]) -> str:
    """`not` when one does not fit, `fits` when all do or there is none, else `unknown`."""
    verdicts = {each.verdict for each in found}
    return NOT if NOT in verdicts else UNKNOWN if UNKNOWN in verdicts else FITS


def _verdict(rule: Rule, known: Known) -> str:
    match rule.kind:
        case "age":
            inside = _inside(rule, known.age)
        case "area":
            inside = _covers(rule.values, known.areas)
        case "gender":
            inside = _among(rule.values, known.gender)
        case "language":
            inside = _among(rule.values, known.language)
        case "residence_status":
            inside = _among(rule.values, known.residence_status)
        case "target_group":
            # whoever belongs to one group may belong to others that nobody noted
            inside = True if known.target_groups.intersection(rule.values) else None
        case "referral":
            inside = known.referred
        case _:
            inside = None
    if inside is None:
        return UNKNOWN
    return FITS if inside is not rule.excludes else NOT


def _inside(rule: Rule, age: float | None) -> bool | None:
    if rule.minimum is None and rule.maximum is None:
        return None
    if age is None:
        return None
    return (rule.minimum is None or age >= rule.minimum) and (
        rule.maximum is None or age < int(rule.maximum) + 1
    )


def _among(values: Sequence[str], value: str) -> bool | None:
    return value in values if value and values else None


def _covers(values: Sequence[str], areas: frozenset[str]) -> bool | None:
    """Whether the home lies in one of the areas. It certainly does not only where its area of that kind is known."""
    if not values or not areas:
        return None
    if areas.intersection(values):
        return True
    kinds = {code.partition(":")[0] for code in areas}
    return False if all(value.partition(":")[0] in kinds for value in values) else None
