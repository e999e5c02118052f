"""What an entry says, made to fit HSDS 3.1 and the profile: mended where it is plain, else left out, and said."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from services.referrals.imports.cells import clock_of
from services.referrals.social_map.profile import wrong_fields

_TRIES: Final = 6
_LINE: Final = "_line"
_HOST: Final = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"[\s,;]+")
_EMAIL: Final = re.compile(r"[^@\s<>;,]+@[^@\s<>;,]+\.[^@\s<>;,]+")
_ISO_DAY: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_LOCAL_DAY: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_NUMBER: Final = re.compile(r"[+-]?\d{1,12}(?:[.,]\d{1,12})?")

_THOUSANDS: Final = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")


class Misfit(msgspec.Struct, frozen=True):
    """A field that had to stay behind; `line` is its own row's, or None for the entry's."""

    field: str
    code: str
    line: int | None


class Fitted(msgspec.Struct, frozen=True):
    """The content without what does not fit; None when the entry cannot be. `lines_out` are whole rows left out."""

    content: dict[str, Any] | None
    misfits: list[Misfit]
    lines_out: list[int]


def fitted(kind: str, content: Mapping[str, Any]) -> Fitted:
    """What can be kept of an entry. A number, time, day or web address is mended when it can only mean one thing."""
    kept = _copy(content)
    misfits: list[Misfit] = []
    out: list[int] = []
    mended: set[str] = set()
    for _ in range(_TRIES):
        wrong = wrong_fields(kind, kept)
        if not wrong:
            return Fitted(_plain(kept), misfits, out)
        # from the last member of a list to the first, so that taking one out moves none that is still to come
        for path in sorted(wrong, key=_sortable, reverse=True):
            code = wrong[path]
            steps = path.split(".")
            value = _at(kept, steps)
            unsure = path in mended or value is None or _may_be_thousands(path, value)
            better = None if unsure else _mend(value, code)
            mended.add(path)
            if better is not None and better != value:
                _set(kept, steps, better)
                continue
            mended.discard(path)
            line = _line_of(kept, steps)
            if code == "required" and len(steps) == 1:
                return Fitted(None, [*misfits, Misfit(path, "required", None)], out)
            misfits.append(Misfit(path, code, line))
            if code in {"required", "kbo_wrong"}:
                _remove_member(kept, steps)
                if line is not None:
                    out.append(line)
            else:
                _remove(kept, steps)
    return Fitted(None, [*misfits, Misfit("", "content_wrong", None)], out)


def _sortable(path: str) -> list[tuple[int, str]]:
    return [(int(step), "") if step.isdigit() else (-1, step) for step in path.split(".")]


def _mend(value: Any, code: str) -> Any:
    if code == "wrong_type":
        return _retyped(value)
    mend = _MENDERS.get(code)
    return mend(str(value).strip()) if mend else None


def _retyped(value: Any) -> Any:
    """A number that came as text, a text that came as a number, a list that came in a cell."""
    if not isinstance(value, str):
        return str(value).lower() if isinstance(value, bool | int | float) else None
    text = value.strip()
    if _NUMBER.fullmatch(text):
        return _number(text)
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return msgspec.json.decode(text) if text[:1] in ("[", "{") else None
    except (msgspec.DecodeError, RecursionError):
        return None


def _may_be_thousands(path: str, value: Any) -> bool:
    """`1,250` is a thousand and more to one and little more than one to another; of a coordinate there is no doubt."""
    return (
        isinstance(value, str)
        and path not in ("latitude", "longitude")
        and _THOUSANDS.fullmatch(value.strip()) is not None
    )


def _number(text: str) -> int | float:
    return float(text.replace(",", ".")) if "." in text or "," in text else int(text)


def _uri(text: str) -> str | None:
    """The first of several, with the scheme that people leave out."""
    first = _BETWEEN.split(text)[0]
    return first if "://" in first else f"https://{first}" if _HOST.fullmatch(first) else None


def _email(text: str) -> str | None:
    found = _EMAIL.findall(text.removeprefix("mailto:"))
    return str(found[0]) if len(found) == 1 else None


def _moment(text: str) -> str | None:
    day = _day(text[:10])
    return f"{day}T00:00:00Z" if day else None


def _day(text: str) -> str | None:
    if found := _ISO_DAY.match(text):
        year, month, day = found.groups()
    elif found := _LOCAL_DAY.fullmatch(text):
        day, month, year = found.groups()
    else:
        return None
    return f"{year}-{int(month):02}-{int(day):02}"


_MENDERS: Final[dict[str, Callable[[str], str | None]]] = {
    "uri_wrong": _uri,
    "email_wrong": _email,
    "time_wrong": lambda text: clock_of(text) or None,
    "date_wrong": _day,
    "moment_wrong": _moment,
    "not_a_choice": lambda text: text.lower() if text != text.lower() else text.upper(),
}


def _copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _copy(each) for name, each in value.items()}
    return [_copy(each) for each in value] if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    """Without the marks that say which line a member came from."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items() if name != _LINE}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _at(content: Any, steps: list[str]) -> Any:
    for step in steps:
        if isinstance(content, list):
            content = content[int(step)] if step.isdigit() and int(step) < len(content) else None
        elif isinstance(content, dict):
            content = content.get(step)
        else:
            return None
    return content


def _set(content: dict[str, Any], steps: list[str], value: Any) -> None:
    holder = _at(content, steps[:-1])
    if isinstance(holder, list):
        holder[int(steps[-1])] = value
    elif isinstance(holder, dict):
        holder[steps[-1]] = value


def _remove(content: dict[str, Any], steps: list[str]) -> None:
    holder = _at(content, steps[:-1])
    if isinstance(holder, list) and steps[-1].isdigit() and int(steps[-1]) < len(holder):
        del holder[int(steps[-1])]
    elif isinstance(holder, dict):
        holder.pop(steps[-1], None)


def _remove_member(content: dict[str, Any], steps: list[str]) -> None:
    """The innermost member of a list that the field lies in; without such, the outermost field."""
    for end in range(len(steps) - 1, 0, -1):
        if steps[end].isdigit():
            _remove(content, steps[: end + 1])
            return
    _remove(content, steps[:1])


def _line_of(content: dict[str, Any], steps: list[str]) -> int | None:
    for end in range(len(steps), 0, -1):
        inside = _at(content, steps[:end])
        if isinstance(inside, dict) and _LINE in inside:
            return int(inside[_LINE])
    return None
