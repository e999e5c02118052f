"""Finding a service: words and filters in an address that can be shared; what is known of a client only in a form."""

from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency

from services.gateway.finding_words import GENDERS, RESIDENCE, SPOKEN
from services.gateway.forms import Form, read_form
from services.gateway.pages.errand import Errand, errand_of
from services.gateway.pages.service_lines import facts, group_name, why
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.service_search import (
    MOST_OFFSET,
    AboutClient,
    FindServices,
    FoundServices,
    SearchChoices,
)
from shared.errors import Problem

_PAGE: Final = "/social-map"
_SHOWN: Final = 20
_FLAGS: Final = ("open", "wheelchair", "free")
_ERRAND: Final = ("for", "reroute")
_SHARED: Final = ("q", "rubric", "group", "spoken", *_FLAGS, *_ERRAND)
"""What may stand in an address: nobody's data."""
_OF_CLIENT: Final = (
    "place", "within", "serves", "age", "gender", "status", "speaks", "belongs", "referred", "fitting",
)  # fmt: skip
"""What goes in the body of a form and nowhere else."""
_NOTHING: Final = SearchChoices(rubrics=[], groups=[], languages=[], services=0)


@dataclass(frozen=True)
class _Asked:
    """A search: the form that says it, what the service is told, and what a service is chosen for."""

    form: Form
    wish: FindServices | None
    errand: Errand | None


@get(_PAGE, include_in_schema=False)
async def search_page(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    """Words and filters stand in the address; without any the page offers the rubrics."""
    visit.who.require(Permission.SOCIAL_MAP_READ)
    form = Form(visit)
    for name in (*_SHARED, "from"):
        form.values[name] = request.query_params.get(name, "")
        form.lists[name] = [each for each in request.query_params.getall(name, []) if each]
    return await _show(pages, visit, _asked(form, visit))


@post(_PAGE, include_in_schema=False, status_code=HTTPStatus.OK)
async def search(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    """With nothing of a client in it, a search goes on to its shareable address."""
    visit.who.require(Permission.SOCIAL_MAP_READ)
    form = await read_form(request, visit)
    if not any(form.text(name) for name in _OF_CLIENT):
        given = [(name, value) for name in _SHARED for value in form.lists[name] if value.strip()]
        return go_to(request, f"{_PAGE}?{urlencode(given)}" if given else _PAGE)
    return await _show(pages, visit, _asked(form, visit))


def _asked(form: Form, visit: Visit) -> _Asked:
    """Reads the form; what cannot be sent leaves its error at its field."""
    for name in ("rubric", "group", "spoken"):
        form.lists[name] = [each for each in form.lists[name] if each]
    errand = errand_of(form.values)
    filters = any(form.text(name) for name in (*_SHARED, *_OF_CLIENT) if name not in _ERRAND)
    if not filters:
        return _Asked(form, None, errand)
    age, within = form.number("age"), form.number("within")
    # without an answer it is not known; a search for a dossier is a referral
    referred = {"yes": True, "no": False}.get(form.text("referred"), True if errand else None)
    client = {
        "age": age,
        "gender": form.text("gender"),
        "residence_status": form.text("status"),
        "language": form.text("speaks"),
        "target_groups": [form.text("belongs")] if form.text("belongs") else [],
        "referred": referred,
    }
    about = any(form.text(name) for name in ("age", "gender", "status", "speaks", "belongs", "referred"))
    try:
        wish = msgspec.convert(
            {
                "words": form.text("q"),
                "rubrics": form.lists["rubric"],
                "groups": form.lists["group"],
                "languages": form.lists["spoken"],
                "open_now": bool(form.text("open")),
                "wheelchair": bool(form.text("wheelchair")),
                "free_places": bool(form.text("free")),
                "place": form.text("place"),
                "within_km": within,
                "serves_place": bool(form.text("serves")),
                "client": msgspec.convert(client, AboutClient) if about or errand else None,
                "fitting_only": bool(form.text("fitting")),
                "in_language": visit.language.code,
                "offset": min(max(0, form.number("from") or 0), MOST_OFFSET),
                "limit": _SHOWN,
            },
            FindServices,
        )
    except msgspec.ValidationError as wrong:
        form.error(_field_of(str(wrong)), "invalid")
        return _Asked(form, None, errand)
    return _Asked(form, None if form.errors else wish, errand)


def _field_of(message: str) -> str:
    """Which field of the form a refusal of the contract speaks of."""
    named = {"age": "age", "words": "q", "place": "place", "within_km": "within", "rubrics": "rubric"}
    return next((field for name, field in named.items() if f"$.{name}" in message), "q")


async def _show(pages: Pages, visit: Visit, asked: _Asked) -> Response[str]:
    form, wish, now = asked.form, asked.wish, datetime.now(UTC)
    found: FoundServices | None = None
    if wish is not None:
        try:
            found = await visit.services.tell(
                "referrals", "/services/search", wish, FoundServices, key=form.key
            )
        except Problem as problem:
            if problem.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
                raise
            form.refused(problem)
    choices = await visit.services.ask_or(
        _NOTHING, "referrals", "/services/search/choices", SearchChoices, in_language=visit.language.code
    )
    language = visit.language
    context: dict[str, Any] = {
        "f": form,
        "found": found,
        "rows": [
            (service, why(language, service), list(facts(language, service, found, now)))
            for service in found.hits
        ]
        if found
        else [],
        "choices": choices,
        "top_rubrics": [each for each in choices.rubrics if each.parent_id is None][:18]
        or choices.rubrics[:18],
        "groups": [(code, group_name(language, code)) for code in choices.groups],
        "spoken": [(code, language.language_name(code)) for code in choices.languages if code in SPOKEN],
        "genders": [(code, group_name(language, code, "gender")) for code in GENDERS],
        "statuses": [(code, group_name(language, code, "residence_status")) for code in RESIDENCE],
        "languages": [(code, language.language_name(code)) for code in SPOKEN],
        "chips": _chips(visit, form, choices),
        "errand": asked.errand,
        "shared": [(name, value) for name in _SHARED for value in form.lists[name] if value],
        "of_client": [(name, form.text(name)) for name in _OF_CLIENT if form.text(name)],
        "onward": _onward(form, found),
        "tiles": pages.tiles,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or form.problem else HTTPStatus.OK
    return pages.show("social_map/search.html", visit, status=status, **context)


def _onward(form: Form, found: FoundServices | None) -> str:
    """The address of the next part; empty when there is none."""
    if found is None or not found.more:
        return ""
    given = [(name, value) for name in _SHARED for value in form.lists[name] if value]
    return f"{_PAGE}?{urlencode([*given, ('from', str(found.offset + len(found.hits)))])}"


def _chips(visit: Visit, form: Form, choices: SearchChoices) -> list[tuple[str, str]]:
    """The filters that are on, each with the address of the same search without it."""
    words = {str(each.term_id): each.name for each in choices.rubrics}
    found = []
    for name in ("rubric", "group", "spoken"):
        for value in form.lists[name]:
            word = {
                "rubric": words.get(value, ""),
                "group": group_name(visit.language, value),
                "spoken": visit.language.language_name(value),
            }[name]
            given = [
                (other, each)
                for other in _SHARED
                for each in form.lists[other]
                if each and (other, each) != (name, value)
            ]
            if word:
                found.append((word, f"{_PAGE}?{urlencode(given)}"))
    return found


ROUTES = [search_page, search]
