"""Entries that may be one: the list, two side by side, merging with a choice of fields, and undoing it."""

import asyncio
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.forms import Form, read_form, told
from services.gateway.language import Language
from services.gateway.marking import N_
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.map_imports import (
    AlikeList,
    MergeEntries,
    MergeList,
    MergeRef,
    NotTheSame,
    PairView,
)
from shared.errors import Problem

_PAGE: Final = "/social-map/duplicates"
_TELLING: Final = ("number", "identifier", "name", "label", "url", "address_1", "postal_code", "city", "byday",
                   "opens_at", "closes_at", "extent", "document", "option", "value", "source", "code")  # fmt: skip


@get(_PAGE, include_in_schema=False)
async def duplicates_page(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    visit.who.require(Permission.SOCIAL_MAP_EDIT)
    return await _list(pages, visit, Form(visit))


async def _list(pages: Pages, visit: Visit, form: Form) -> Response[str]:
    found, merged, staff = await asyncio.gather(
        visit.services.ask("referrals", _PAGE, AlikeList),
        visit.services.ask("referrals", "/social-map/merges", MergeList),
        visit.services.staff(),
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.problem or form.errors else HTTPStatus.OK
    return pages.show(
        "map_imports/duplicates.html",
        visit,
        found=found,
        merged=merged.items,
        staff=staff,
        f=form,
        status=status,
    )


@get(f"{_PAGE}/{{entry_id:uuid}}/{{other_id:uuid}}", include_in_schema=False)
async def pair_page(
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    entry_id: FromPath[UUID],
    other_id: FromPath[UUID],
) -> Response[str]:
    visit.who.require(Permission.SOCIAL_MAP_EDIT)
    return await _pair(pages, visit, entry_id, other_id, Form(visit))


@post(f"{_PAGE}/{{entry_id:uuid}}/{{other_id:uuid}}", include_in_schema=False)
async def decide(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    entry_id: FromPath[UUID],
    other_id: FromPath[UUID],
) -> Response[str]:
    """`do` is the button: merge them, or say that they are two."""
    form = await read_form(request, visit)
    if form.text("do") == "distinct":
        command = NotTheSame(entry_id, other_id)
        if await told(visit, form, "referrals", "/social-map/not-the-same", command, NotTheSame):
            return go_to(request, _PAGE, note="note.called_distinct")
        return await _pair(pages, visit, entry_id, other_id, form)
    versions = {entry_id: form.number("first_version") or 0, other_id: form.number("second_version") or 0}
    kept, gone = (other_id, entry_id) if form.text("kept") == "second" else (entry_id, other_id)
    side = "first" if gone == entry_id else "second"
    merge = MergeEntries(
        kept=kept,
        gone=gone,
        kept_version=versions[kept],
        gone_version=versions[gone],
        from_gone=[
            name.removeprefix("take_")
            for name, value in form.values.items()
            if name.startswith("take_") and value == side
        ],
    )
    if form.needs("kept"):
        ref = await told(visit, form, "referrals", "/social-map/merges", merge, MergeRef)
        if ref is not None:
            return go_to(request, _PAGE, note="note.entries_merged")
    return await _pair(pages, visit, entry_id, other_id, form)


@post("/social-map/merges/{merge_id:uuid}/undo", include_in_schema=False)
async def undo_merge(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    merge_id: FromPath[UUID],
) -> Response[str]:
    form = await read_form(request, visit)
    path = f"/social-map/merges/{merge_id}/undo"
    try:
        await visit.services.tell("referrals", path, None, MergeRef, key=form.key)
    except Problem as problem:
        if problem.status in (HTTPStatus.NOT_FOUND, HTTPStatus.UNAUTHORIZED):
            raise
        form.refused(problem)
        return await _list(pages, visit, form)
    return go_to(request, _PAGE, note="note.merge_undone")


async def _pair(pages: Pages, visit: Visit, first: UUID, second: UUID, form: Form) -> Response[str]:
    found = await visit.services.ask("referrals", f"{_PAGE}/{first}/{second}", PairView)
    nothing = visit.language.text(N_("niets"))
    fields = []
    for name in found.differing:
        sides = [as_text(visit.language, each.content.get(name)) for each in (found.first, found.second)]
        _preset(form, f"take_{name}", "first" if sides[0] else "second")
        options = [("first", sides[0] or nothing), ("second", sides[1] or nothing)]
        fields.append((f"take_{name}", visit.language.word_or(f"map_field.{name}", name), options))
    _preset(form, "kept", "first" if found.first.points_here >= found.second.points_here else "second")
    return pages.show(
        "map_imports/pair.html",
        visit,
        found=found,
        f=form,
        fields=fields,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.problem or form.errors else HTTPStatus.OK,
    )


def _preset(form: Form, name: str, value: str) -> None:
    """What is chosen before somebody chose."""
    if not form.values[name]:
        form.values[name], form.lists[name] = value, [value]


def as_text(language: Language, value: Any) -> str:
    """What stands in a field, for reading: the telling words of each member of a list."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(filter(None, (as_text(language, each) for each in value)))
    if isinstance(value, dict):
        if "nl" in value or "fr" in value:
            said = value.get(language.code) or next(iter(value.values()))
            return as_text(language, said)
        told_by = [str(value[name]) for name in _TELLING if value.get(name)]
        return " ".join(told_by) or "; ".join(as_text(language, each) for each in value.values())
    return str(value)


ROUTES = [duplicates_page, pair_page, decide, undo_merge]
