"""Two people changed one thing: what the second one wrote is kept, and she chooses field by field."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.gateway.forms import Form
from services.gateway.visit import Visit
from shared.errors import Problem

CODE = "changed_meanwhile"


@dataclass(frozen=True)
class Difference:
    """A field that both changed: what is stored now, and what was typed."""

    name: str
    stored: str
    typed: str


def remember(values: Mapping[str, str]) -> dict[str, str]:
    """The values of a form with what they were when it was opened, so that it can be told who changed what."""
    return {**values, **{f"was_{name}": value for name, value in values.items()}}


def chosen(form: Form, names: Sequence[str], lists: Collection[str] = ()) -> None:
    """Where she chose what is stored, that is what the form holds from now on."""
    for name in names:
        if form.text(f"pick_{name}") == "theirs":
            _put(form, name, form.values[f"now_{name}"], lists)


def _put(form: Form, name: str, value: str, lists: Collection[str]) -> None:
    form.values[name] = value
    form.lists[name] = value.split() if name in lists else [value]


def merged(
    form: Form, stored: Mapping[str, str], lists: Collection[str] = ()
) -> tuple[list[Difference], list[str]]:
    """What both changed, and what only the other did: that is taken over. What only she changed stays hers."""
    both, taken = list[Difference](), list[str]()
    for name, now in stored.items():
        typed = " ".join(form.lists[name]) if name in lists else form.text(name)
        was = form.values[f"was_{name}"]
        if _same(typed, now):
            continue
        if _same(typed, was):
            _put(form, name, now, lists)
            taken.append(name)
        elif not _same(now, was):
            both.append(Difference(name, now, typed))
    return both, taken


def _same(one: str, other: str) -> bool:
    """A browser sends every end of a line as two characters."""
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()


async def side_by_side(
    visit: Visit,
    form: Form,
    problem: Problem,
    stored: Mapping[str, str],
    version: int,
    lists: Collection[str] = (),
) -> dict[str, Any] | None:
    """For the page that shows both versions; None when the refusal was about something else."""
    if problem.code != CODE:
        return None
    both, taken = merged(form, stored, lists)
    form.values["version"] = str(version)
    for name, now in stored.items():
        form.values[f"was_{name}"] = now
        form.values[f"now_{name}"] = now
    by, at = problem.details.get("changed_by", ""), problem.details.get("changed_at", "")
    return {
        "by": UUID(by) if by else None,
        "at": datetime.fromisoformat(at) if at else None,
        "both": both,
        "taken": taken,
        "staff": await visit.services.staff(),
    }
