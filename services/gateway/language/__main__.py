"""`python -m services.gateway.language check|update`: do the catalogues agree with templates and code, or where not."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from services.gateway.language import LANGUAGES, REFERENCE, catalogue_path

GATEWAY = Path(__file__).parent.parent
_KEYWORDS = {"_": None, "N_": None, "_n": (1, 2), "plural": (1, 2)}
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")

Message = str | tuple[str, ...]


def extracted() -> Catalog:
    """Every text that templates and code ask for."""
    found = Catalog(locale=REFERENCE, project="vangnet", fuzzy=False)
    for path in sorted([*GATEWAY.rglob("*.html"), *GATEWAY.rglob("*.py")]):
        method = "jinja2.ext:babel_extract" if path.suffix == ".html" else "python"
        options = {"encoding": "utf-8", "silent": "false"}
        with path.open("rb") as file:
            for _line, message, comments, _context in extract(method, file, _KEYWORDS, ["i18n:"], options):
                place = (str(path.relative_to(GATEWAY)), 0)
                found.add(message, locations=[place], auto_comments=comments)
    return found


def read_catalogue(code: str) -> Catalog:
    path = catalogue_path(code)
    if not path.exists():
        return Catalog(locale=code)
    with path.open("rb") as file:
        return read_po(file, locale=code)


def complaints(code: str, wanted: Catalog) -> Iterator[str]:
    """What is wrong with one catalogue: a text missing, empty, fuzzy, unused, or with other placeholders."""
    given = {_id(message.id): message for message in read_catalogue(code) if message.id}
    asked = {_id(message.id) for message in wanted if message.id}
    for missing in sorted(asked - given.keys(), key=str):
        yield f"{code}: missing {missing!r}"
    for unused in sorted(given.keys() - asked, key=str):
        yield f"{code}: unused {unused!r}"
    if code == REFERENCE:
        return
    for key in sorted(asked & given.keys(), key=str):
        message = given[key]
        texts = [message.string] if isinstance(message.string, str) else list(message.string or ())
        if message.fuzzy:
            yield f"{code}: fuzzy {key!r}"
        if not texts or not all(texts):
            yield f"{code}: not translated {key!r}"
        elif any(_placeholders(text) - _placeholders(*_all(key)) for text in texts):
            yield f"{code}: other placeholders in {key!r}"
        elif isinstance(key, str) and _placeholders(key) != _placeholders(texts[0]):
            yield f"{code}: placeholders lost in {key!r}"


def check() -> int:
    wanted = extracted()
    wrong = [complaint for code in LANGUAGES for complaint in complaints(code, wanted)]
    for line in wrong:
        print(line)
    print(f"{len(wanted)} texts in {len(LANGUAGES)} languages, {len(wrong)} to mend")
    return 1 if wrong else 0


def update() -> int:
    """Bring the catalogues in line: new texts come in empty, texts that nobody asks for go out."""
    for code in LANGUAGES:
        known, fresh = read_catalogue(code), extracted()
        fresh.locale = code
        for message in fresh:
            old = known.get(message.id) if message.id else None
            if old is not None:
                message.string = old.string
        path = catalogue_path(code)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            # Without dates and line numbers, so that a change of one text is a change of one place.
            write_po(file, fresh, width=110, no_location=True, omit_header=False, sort_output=True)
        _trim_header(path)
    return 0


def _trim_header(path: Path) -> None:
    kept = [
        line
        for line in path.read_text("utf-8").splitlines()
        if not re.match(
            r'"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Report-Msgid|Generated-By)',
            line,
        )
        and not line.startswith("#  ")
    ]
    text = "\n".join(kept) + "\n"
    path.write_text(text[text.index("msgid") :], "utf-8")


def _id(message: str | list[str] | tuple[str, ...]) -> Message:
    return message if isinstance(message, str) else tuple(message)


def _all(key: Message) -> tuple[str, ...]:
    return (key,) if isinstance(key, str) else key


def _placeholders(*texts: str) -> set[str]:
    return {name for text in texts for name in _PLACEHOLDER.findall(text)}


if __name__ == "__main__":
    commands = {"check": check, "update": update}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:  # noqa: PLR2004 - the module and one word
        print(__doc__)
        raise SystemExit(2)
    raise SystemExit(commands[sys.argv[1]]())
