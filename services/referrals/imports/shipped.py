"""What comes along with the product, opened like any other file."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from services.referrals.content.shipped import public_body_rows, starter_rows
from services.referrals.imports.parts import Opened, Part
from services.referrals.social_map.writing import entry_id

SHIPPED: Final[Mapping[str, Callable[[], Iterable[tuple[str, dict[str, Any]]]]]] = {
    "starter": starter_rows,
    "lblod": public_body_rows,
}
"""The sources that come along, in the order in which they come in."""
_BRINGS_RUBRICS: Final = "import:starter"


def open_shipped(source: str) -> Opened:
    """Its rows, each a line of its own, numbered within its table; all speak of the rubrics that one source brings."""
    opened = Opened(format="shipped")
    numbers: dict[str, int] = {}
    for table, values in SHIPPED[source]():
        numbers[table] = numbers.get(table, 0) + 1
        line = opened.add_line(table, str(numbers[table]))
        opened.parts.append(Part(line, table, _of_one_taxonomy(values)))
    return opened


def _of_one_taxonomy(values: dict[str, Any]) -> dict[str, Any]:
    if "taxonomy_term_id" not in values:
        return values
    rubric = entry_id(_BRINGS_RUBRICS, "taxonomy_term", values["taxonomy_term_id"])
    return {**values, "taxonomy_term_id": str(rubric)}
