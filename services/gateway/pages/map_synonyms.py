"""Words of the field that mean the same: what somebody who types one of them finds too. Shared, and a tenant's own."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.forms import Form, read_form
from services.gateway.language import LANGUAGES, Language
from services.gateway.pages import two_versions
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.auth import Permission
from shared.contracts.service_search import MOST_WORDS, WORD_LENGTH, SaveSynonyms, SynonymGroup, SynonymRef
from shared.errors import NotFound, Problem

_PAGE: Final = "/social-map/words"
_EDITORS: Final = "editorial_office"
_SHOWN: Final = 9
Code = FromPath[str]


@dataclass(frozen=True)
class _Desk:
    """One group. `mine` is what this organisation wrote and holds now, `shared` what the editorial office says;
    `planned` is what this organisation has written for a day to come."""

    code: str
    keeps: str
    mine: SynonymGroup | None = None
    shared: SynonymGroup | None = None
    planned: Sequence[SynonymGroup] = ()
    shared_planned: Sequence[SynonymGroup] = ()

    @property
    def held(self) -> SynonymGroup | None:
        """What is searched by now, for the people of this organisation."""
        own = self.mine if self.mine and not self.mine.follows else None
        return own or self.shared

    @property
    def is_own(self) -> bool:
        return self.keeps == "own" and self.held is not None and self.held.layer == "own"

    @property
    def newest(self) -> int:
        """The version that a change must have seen."""
        return max((each.newest for each in (self.mine, *self.planned) if each), default=0)

    @property
    def latest(self) -> SynonymGroup | None:
        """What was written last, also when its day is still to come."""
        written = [each for each in (self.mine, *self.planned) if each]
        return max(written, key=lambda each: each.version, default=self.held)

    @property
    def is_over(self) -> bool:
        return self.held is not None and self.held.hidden


@get(_PAGE, include_in_schema=False)
async def words_page(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    visit.who.require(Permission.SOCIAL_MAP_EDIT)
    typed = request.query_params.get("q", "").strip()[:WORD_LENGTH]
    language = visit.language
    desks = sorted(
        _desks(visit, await _groups(visit)), key=lambda each: _plain(title_of(language, each.held))
    )
    found = [
        each
        for each in desks
        if not typed or any(_plain(typed) in _plain(word) for word in _all_words(language, each))
    ]
    words = [_words(language, each.held) for each in found if not each.is_over]
    exactly = [several for several in words if _plain(typed) in {_plain(word) for word in several}]
    also = dict.fromkeys(word for several in exactly for word in several if _plain(word) != _plain(typed))
    running = [each for each in found if not each.is_over and each.held is not None]
    return pages.show(
        "social_map/words.html",
        visit,
        f=Form(visit, {"q": typed}),
        typed=typed,
        groups=[
            (each, title_of(visit.language, each.held), _others(visit.language, each.held))
            for each in running
        ],
        coming=[each for each in found if each.held is None],
        over=[each for each in found if each.is_over],
        also=list(also),
        title_of=lambda group: title_of(visit.language, group),
        total=len(desks),
        keeps=_keeps(visit),
    )


@get(f"{_PAGE}/new", include_in_schema=False)
async def new_group_page(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    visit.who.require(Permission.SOCIAL_MAP_EDIT)
    desk = _Desk("", _keeps(visit))
    form = _form(visit, desk)
    form.values[f"words_{visit.language.code}"] = request.query_params.get("word", "")[:WORD_LENGTH]
    return await _show(pages, visit, form, desk)


@post(f"{_PAGE}/new", include_in_schema=False)
async def make_group(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    visit.who.require(Permission.SOCIAL_MAP_EDIT)
    form = await read_form(request, visit)
    desk = _Desk("", _keeps(visit))
    command = _command(visit, form)
    if command is not None:
        code = _code_of(command, form.key)
        if await _told(visit, form, code, command):
            return go_to(request, f"{_PAGE}/{code}", note="note.synonyms_saved")
    return await _show(pages, visit, form, desk)


@get(f"{_PAGE}/{{code:str}}", include_in_schema=False)
async def group_page(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages], code: Code
) -> Response[str]:
    visit.who.require(Permission.SOCIAL_MAP_EDIT)
    desk = await _desk(visit, code)
    return await _show(pages, visit, _form(visit, desk), desk)


@post(f"{_PAGE}/{{code:str}}", include_in_schema=False)
async def save_group(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages], code: Code
) -> Response[str]:
    visit.who.require(Permission.SOCIAL_MAP_EDIT)
    form = await read_form(request, visit)
    desk = await _desk(visit, code)
    two_versions.chosen(form, list(_stored(desk.held)))
    command = _command(visit, form)
    changed = None
    if command is not None:
        try:
            await visit.services.tell("referrals", f"/synonyms/{code}", command, SynonymRef, key=form.key)
        except Problem as problem:
            if problem.status in (HTTPStatus.NOT_FOUND, HTTPStatus.UNAUTHORIZED):
                raise
            stored = _stored(desk.latest)
            changed = await two_versions.side_by_side(visit, form, problem, stored, desk.newest)
            _refused(visit, form, problem)
        else:
            return go_to(request, f"{_PAGE}/{code}", note="note.synonyms_saved")
    return await _show(pages, visit, form, desk, changed=changed)


@post(f"{_PAGE}/{{code:str}}/end", include_in_schema=False)
async def end_group(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages], code: Code
) -> Response[str]:
    """From a day on nobody is helped on by these words; they stay here, to begin again."""
    return await _from_a_day(request, pages, visit, code, "end")


@post(f"{_PAGE}/{{code:str}}/follow", include_in_schema=False)
async def follow_shared(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages], code: Code
) -> Response[str]:
    """From a day on the words of the editorial office in place of one's own."""
    return await _from_a_day(request, pages, visit, code, "follow")


@post(f"{_PAGE}/{{code:str}}/take-back", include_in_schema=False)
async def take_back(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages], code: Code
) -> Response[str]:
    """What was planned for a day does not happen: what holds now goes on."""
    return await _from_a_day(request, pages, visit, code, "take_back")


async def _from_a_day(request: AnyRequest, pages: Pages, visit: Visit, code: str, act: str) -> Response[str]:
    visit.who.require(Permission.SOCIAL_MAP_EDIT)
    form = await read_form(request, visit)
    desk = await _desk(visit, code)
    day = form.day("day")
    if form.needs("day") and day is not None:
        command = _act(desk, act, day, form.number("version") or 0)
        if await _told(visit, form, code, command):
            return go_to(request, f"{_PAGE}/{code}", note="note.synonyms_saved")
    again = _form(visit, desk)
    again.errors, again.problem, again.values["day"] = form.errors, form.problem, form.values["day"]
    return await _show(pages, visit, again, desk)


def _act(desk: _Desk, act: str, day: date, seen: int) -> SaveSynonyms:
    held = desk.held
    words = msgspec.convert(held.words if held else {}, dict[Any, list[str]])
    also = list(held.also) if held else []
    if act == "take_back":
        own = desk.keeps == "own" and not desk.is_own
        # without anything of its own, going on as now is following the shared words
        if own and desk.shared is not None:
            return SaveSynonyms(words={}, follows=True, valid_from=day, seen=seen)
        over = held is None or held.hidden
        return SaveSynonyms(words=words, also=also, hidden=over, valid_from=day, seen=seen)
    if act == "follow":
        return SaveSynonyms(words={}, follows=True, valid_from=day, seen=seen)
    return SaveSynonyms(words=words, also=also, hidden=True, valid_from=day, seen=seen)


def title_of(language: Language, group: SynonymGroup | None) -> str:
    """What a group is called: its first word in the language of who looks."""
    if group is None:
        return ""
    for code in (language.code, *LANGUAGES):
        if group.words.get(code):
            return group.words[code][0]
    return group.code


def _others(language: Language, group: SynonymGroup | None) -> str:
    words = [each for each in _words(language, group) if each != title_of(language, group)]
    return ", ".join(words[:_SHOWN]) + ("…" if len(words) > _SHOWN else "")


def _words(language: Language, group: SynonymGroup | None) -> list[str]:
    """All of them, those of the language of who looks first."""
    if group is None:
        return []
    codes = dict.fromkeys((language.code, *LANGUAGES))
    return [each for code in codes for each in group.words.get(code, [])]


def _all_words(language: Language, desk: _Desk) -> list[str]:
    groups = [desk.held, *desk.planned]
    return [word for each in groups if each for word in (*_words(language, each), *each.also)]


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in decomposed if not unicodedata.combining(each))


def _keeps(visit: Visit) -> str:
    """The layer that this organisation writes."""
    return "shared" if visit.who.tenant_kind == _EDITORS else "own"


async def _groups(visit: Visit) -> list[SynonymGroup]:
    return await visit.services.ask("referrals", "/synonyms", list[SynonymGroup])


def _desks(visit: Visit, groups: Sequence[SynonymGroup]) -> list[_Desk]:
    keeps = _keeps(visit)
    found = []
    for code in dict.fromkeys(each.code for each in groups):
        here = [each for each in groups if each.code == code]
        held = {each.layer: each for each in here if not _is_planned(each, visit)}
        planned = [each for each in here if _is_planned(each, visit)]
        found.append(
            _Desk(
                code=code,
                keeps=keeps,
                mine=held.get(keeps),
                shared=held.get("shared"),
                planned=[each for each in planned if each.layer == keeps],
                shared_planned=[each for each in planned if each.layer != keeps],
            )
        )
    return found


def _is_planned(group: SynonymGroup, visit: Visit) -> bool:
    return group.valid_from is not None and group.valid_from > visit.today


async def _desk(visit: Visit, code: str) -> _Desk:
    """Raises `NotFound`."""
    for each in _desks(visit, await _groups(visit)):
        if each.code == code:
            return each
    raise NotFound


def _code_of(command: SaveSynonyms, key: str) -> str:
    """By its first word for who reads a log, by the form's key so that a second click is the same group."""
    first = next((each for words in command.words.values() for each in words), "")
    plain = "".join(each if each.isascii() and each.isalnum() else "_" for each in _plain(first))
    return f"w_{plain[:40]}_{key[-6:]}".lower()


def _stored(group: SynonymGroup | None) -> dict[str, str]:
    """A group as the form holds it: a word on each line."""
    words = {each: (group.words.get(each, []) if group else []) for each in LANGUAGES}
    return {
        **{f"words_{each}": "\n".join(several) for each, several in words.items()},
        "also": "\n".join(group.also if group else []),
    }


def _form(visit: Visit, desk: _Desk) -> Form:
    return Form(
        visit,
        {
            **two_versions.remember(_stored(desk.held or desk.latest)),
            "version": str(desk.newest),
            "valid_from": visit.today.isoformat(),
            "day": visit.today.isoformat(),
        },
    )


def _lines(form: Form, name: str) -> list[str]:
    """The words of a field: one on a line, or between commas."""
    text = form.text(name).replace(";", "\n").replace(",", "\n")
    words = [" ".join(each.split()) for each in text.splitlines()]
    found = list(dict.fromkeys(each for each in words if each))
    if any(len(each) < 2 for each in found):  # noqa: PLR2004 - one letter is no word
        form.error(name, "word_too_short")
    elif any(len(each) > WORD_LENGTH for each in found):
        form.error(name, "word_too_long")
    elif len(found) > MOST_WORDS:
        form.error(name, "too_many_words")
    return found


def _command(visit: Visit, form: Form) -> SaveSynonyms | None:
    """None when something typed cannot be sent; the form says what."""
    form.needs("valid_from")
    day = form.day("valid_from")
    words = {each: _lines(form, f"words_{each}") for each in LANGUAGES}
    also = _lines(form, "also")
    if not any(words.values()):
        form.error(f"words_{visit.language.code}", "required")
    if form.errors or day is None:
        return None
    return SaveSynonyms(
        words=msgspec.convert(
            {each: several for each, several in words.items() if several}, dict[Any, list[str]]
        ),
        also=also,
        valid_from=day,
        seen=form.number("version") or 0,
    )


async def _told(visit: Visit, form: Form, code: str, command: SaveSynonyms) -> SynonymRef | None:
    try:
        return await visit.services.tell("referrals", f"/synonyms/{code}", command, SynonymRef, key=form.key)
    except Problem as problem:
        if problem.status in (HTTPStatus.NOT_FOUND, HTTPStatus.UNAUTHORIZED):
            raise
        _refused(visit, form, problem)
        return None


def _refused(visit: Visit, form: Form, problem: Problem) -> None:
    """What is wrong with the words stands at those of the language that one reads."""
    problem.fields = {
        f"words_{visit.language.code}" if name == "words" else name: code
        for name, code in problem.fields.items()
    }
    form.refused(problem)


async def _show(
    pages: Pages, visit: Visit, form: Form, desk: _Desk, *, changed: dict[str, Any] | None = None
) -> Response[str]:
    language = visit.language
    names = {f"words_{each}": language.language_name(each) for each in LANGUAGES}
    wrong = form.errors or form.problem
    others = (
        []
        if not desk.code
        else [each for each in _desks(visit, await _groups(visit)) if each.code != desk.code]
    )
    mine = {_plain(each): each for each in reversed(_words(visit.language, desk.held))}
    beside = [
        (word, each.code, title_of(language, each.held))
        for each in others
        if not each.is_over
        for word in _words(visit.language, each.held)
        if _plain(word) in mine
    ]
    return pages.show(
        "social_map/word.html",
        visit,
        status=HTTPStatus.CONFLICT
        if changed
        else HTTPStatus.UNPROCESSABLE_ENTITY
        if wrong
        else HTTPStatus.OK,
        f=form,
        act=Form(visit, {"version": str(desk.newest)}),
        desk=desk,
        title=title_of(language, desk.held or desk.latest),
        changed=changed,
        staff=await visit.services.staff(),
        names={**names, "also": language.word("synonyms.also")},
        shown=lambda _name, value: ", ".join(value.splitlines()),
        languages=sorted(LANGUAGES, key=lambda each: each != language.code),
        tries=list(reversed(mine.values())),
        beside=list(dict.fromkeys(beside)),
    )


ROUTES: Final = [
    words_page,
    new_group_page,
    make_group,
    group_page,
    save_group,
    end_group,
    follow_shared,
    take_back,
]
