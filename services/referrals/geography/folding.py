"""A word as a hurried person types it: without accents, capitals and signs. Pure."""

import re
import unicodedata
from typing import Final

_TWO_LETTERS: Final = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "’": "'", "ĳ": "ij"})
_SIGNS: Final = re.compile(r"[^0-9a-z]+")
_ACCENTS: Final = re.compile("[\u0300-\u034e\u0350-\u036f]+")


def folded(text: str) -> str:
    """Words of a to z and 0 to 9 with one space between; what a name or a search is compared by."""
    plain = text.casefold()
    if not plain.isascii():
        plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", plain.translate(_TWO_LETTERS)))
    if not plain.isascii():
        plain = "".join(each for each in plain if not unicodedata.combining(each))
    return _SIGNS.sub(" ", plain).strip()
