"""The YAML of a mapping: blocks of keys, lists and one-line values. Anchors, tags and folded texts are refused.

A mapping is written by hand and holds nothing else, so a whole YAML parser (and its surprises) need not come along.
"""

import re
from typing import Any, Final

import msgspec

_KEY: Final = re.compile(
    r"""(?P<key>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#'"\[\]{}&*!|>%@`,-][^#]*?|-[^\s#][^#]*?)\s*:(?:\s+(?P<value>.*))?$"""
)
_ITEM: Final = re.compile(r"-(?:\s+(?P<rest>.*))?$")
_WORDS: Final = {"true": True, "false": False, "null": None, "~": None, "": None}
_NOT_PLAIN: Final = ("&", "*", "!", "|", ">", "%", "@", "`", "{", "[", "]", "}", ",", "? ")
_DEEPEST: Final = 20


class YamlWrong(Exception):
    """It is not YAML of this plain kind; `line` counts from one."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


class _Text(msgspec.Struct, frozen=True):
    number: int
    indent: int
    text: str


def read_yaml(text: str) -> Any:
    """What the text says. Raises `YamlWrong`."""
    lines = []
    for number, raw in enumerate(text.splitlines(), start=1):
        stripped = raw.strip()
        if not stripped or stripped.startswith("#") or stripped in ("---", "..."):
            continue
        lead = raw[: len(raw) - len(raw.lstrip())]
        if "\t" in lead:
            raise YamlWrong(number)
        lines.append(_Text(number, len(lead), _uncommented(stripped)))
    if not lines:
        return None
    value, rest = _block(lines, lines[0].indent, 0)
    if rest:
        raise YamlWrong(rest[0].number)
    return value


def _block(lines: list[_Text], indent: int, depth: int) -> tuple[Any, list[_Text]]:
    if depth > _DEEPEST:
        raise YamlWrong(lines[0].number)
    if _ITEM.match(lines[0].text):
        return _list(lines, indent, depth)
    if _KEY.match(lines[0].text):
        return _mapping(lines, indent, depth)
    return _scalar(lines[0].text, lines[0].number), lines[1:]


def _list(lines: list[_Text], indent: int, depth: int) -> tuple[list[Any], list[_Text]]:
    items = []
    while lines and lines[0].indent == indent and (found := _ITEM.match(lines[0].text)):
        rest = (found["rest"] or "").strip()
        if rest:
            # what follows the dash stands as deep as it is written
            inner = indent + len(lines[0].text) - len(rest)
            lines = [_Text(lines[0].number, inner, rest), *lines[1:]]
            value, lines = _block(lines, inner, depth + 1)
        else:
            value, lines = _deeper(lines[1:], indent, depth)
        items.append(value)
    return items, _left(lines, indent)


def _mapping(lines: list[_Text], indent: int, depth: int) -> tuple[dict[str, Any], list[_Text]]:
    pairs: dict[str, Any] = {}
    while lines and lines[0].indent == indent and (found := _KEY.match(lines[0].text)):
        number = lines[0].number
        key = str(_scalar(found["key"], number, key=True))
        if key in pairs:
            raise YamlWrong(number)
        if found["value"]:
            pairs[key], lines = _scalar(found["value"].strip(), number), lines[1:]
        elif len(lines) > 1 and lines[1].indent == indent and _ITEM.match(lines[1].text):
            # YAML lets a list stand as deep as its key
            pairs[key], lines = _list(lines[1:], indent, depth + 1)
        else:
            pairs[key], lines = _deeper(lines[1:], indent, depth)
    return pairs, _left(lines, indent)


def _deeper(lines: list[_Text], indent: int, depth: int) -> tuple[Any, list[_Text]]:
    if not lines or lines[0].indent <= indent:
        return None, lines
    return _block(lines, lines[0].indent, depth + 1)


def _left(lines: list[_Text], indent: int) -> list[_Text]:
    """What belongs to a block further out; deeper than this one nothing may follow."""
    if lines and lines[0].indent > indent:
        raise YamlWrong(lines[0].number)
    return lines


def _scalar(text: str, number: int, *, key: bool = False) -> Any:
    if len(text) > 1 and text[0] == text[-1] == '"':
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError:
            raise YamlWrong(number) from None
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if (
        text[:1] in ("'", '"')
        or text.startswith(_NOT_PLAIN)
        or (not key and (": " in text or text[-1:] == ":"))
    ):
        raise YamlWrong(number)
    return text if key else _WORDS.get(text.lower(), text)


def _uncommented(text: str) -> str:
    """Without a comment at its end; a # inside quotes or a word is none."""
    quote = ""
    for place, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"" and (place == 0 or text[place - 1] in " :"):
            quote = sign
        elif sign == "#" and text[place - 1] in " \t":
            return text[:place].rstrip()
    return text
