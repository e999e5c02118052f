"""What comes along with the product, opened like any other file."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from services.referrals.content.shipped import public_body_rows, starter_rows
from services.referrals.imports.parts import Opened, Part

SHIPPED: Final[Mapping[str, Callable[[], Iterable[tuple[str, dict[str, Any]]]]]] = {
    "starter": starter_rows,
    "lblod": public_body_rows,
}
"""The sources that come along, in the order in which they come in."""


def open_shipped(source: str) -> Opened:
    """Its rows; each is a line of its own, numbered within its table."""
    opened = Opened(format="shipped")
    numbers: dict[str, int] = {}
    for table, values in SHIPPED[source]():
        numbers[table] = numbers.get(table, 0) + 1
        line = opened.add_line(table, str(numbers[table]))
        opened.parts.append(Part(line, table, values))
    return opened
