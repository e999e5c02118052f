"""Passwords: argon2id hashes, and which passwords are too easy to guess.

Sources: OWASP Password Storage Cheat Sheet (argon2id with 19 MiB, 2 passes, 1 lane); NIST SP 800-63B 5.1.1.2 (length
and a list of common ones, no rules on kinds of characters).
"""

import asyncio
import functools
import re

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MINIMUM = 12
_FEWEST_DIFFERENT = 5
_SHORTEST_OWN_WORD = 4

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_at_once = asyncio.Semaphore(2)

# What people put numbers and signs behind to reach a length.
_COMMON = frozenset(
    {
        "password", "passwort", "wachtwoord", "motdepasse", "welkom", "bienvenue", "willkommen", "welcome", "qwerty",
        "qwertyuiop", "azerty", "azertyuiop", "qwertz", "qwertzuiop", "abcdefghijkl", "abcdefghijklm", "iloveyou",
        "ikhouvanjou", "jetaime", "geheim", "secret", "admin", "administrator", "letmein", "politie", "police",
        "polizei", "gemeente", "commune", "ocmw", "cpas", "vangnet", "winter", "lente", "zomer", "herfst", "summer",
        "januari", "februari", "maart", "april", "juni", "juli", "augustus", "september", "oktober", "november",
        "december", "vlaanderen", "belgie", "belgique", "antwerpen", "brussel", "bruxelles", "",
    }
)  # fmt: skip
_LEET = str.maketrans("013457@$!", "oieastasi")


async def hashed(password: str) -> str:
    async with _at_once:
        return await asyncio.to_thread(_hasher.hash, password)


async def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password fits; without a hash (no such account) it takes as long and is False."""
    async with _at_once:
        return await asyncio.to_thread(_matches, password_hash, password)


def needs_rehash(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def _matches(password_hash: str | None, password: str) -> bool:
    try:
        _hasher.verify(password_hash or _dummy(), password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


@functools.cache
def _dummy() -> str:
    return _hasher.hash("nobody's password")


def weakness(password: str, *, own_words: tuple[str, ...]) -> str | None:
    """Why it may not be used, as a code: `password_too_short`, `password_common`, `password_has_own_name`."""
    if len(password) < MINIMUM:
        return "password_too_short"
    lowered = password.casefold()
    if any(word in lowered for word in _parts(own_words)):
        return "password_has_own_name"
    letters = re.sub(r"[\W\d_]", "", lowered)
    unmasked = re.sub(r"[\W\d_]", "", lowered.strip("0123456789!?.-_ ").translate(_LEET))
    if len(set(lowered)) < _FEWEST_DIFFERENT or letters in _COMMON or unmasked in _COMMON:
        return "password_common"
    return None


def _parts(own_words: tuple[str, ...]) -> list[str]:
    """The pieces of a name or an address that are long enough to matter."""
    pieces = [piece for words in own_words for piece in re.split(r"[\W\d_]+", words.casefold())]
    return [piece for piece in pieces if len(piece) >= _SHORTEST_OWN_WORD]
