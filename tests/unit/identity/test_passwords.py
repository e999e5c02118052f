"""Which passwords may be chosen."""

import pytest

from services.identity.sign_in import passwords

OWN = ("Lena Peeters", "lena.peeters")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("kort en goed", None),
        ("te kort", "password_too_short"),
        ("elf tekens!", "password_too_short"),
        ("wachtwoord123!", "password_common"),
        ("W@chtw00rd2026", "password_common"),
        ("aaaaaaaaaaaaaaaa", "password_common"),
        ("121212121212", "password_common"),
        ("123456789012", "password_common"),
        ("qwertyuiop1234", "password_common"),
        ("mijn peeters zin", "password_has_own_name"),
        ("LENA in de regen", "password_has_own_name"),
        ("drie appels in een mand", None),
        ("日本語のとても長い合言葉です", None),
    ],
)
def test_a_password_is_long_enough_and_not_easy_to_guess(password: str, code: str | None) -> None:
    assert passwords.weakness(password, own_words=OWN) == code


async def test_a_password_fits_its_own_hash_alone() -> None:
    kept = await passwords.hashed("drie appels in een mand")

    assert kept.startswith("$argon2id$")
    assert await passwords.matches(kept, "drie appels in een mand")
    assert not await passwords.matches(kept, "vier appels in een mand")


async def test_without_an_account_no_password_fits_not_even_the_one_that_is_compared() -> None:
    assert not await passwords.matches(None, "nobody's password")


async def test_a_hash_of_weaker_times_is_made_again() -> None:
    old = "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHQ$aGFzaGhhc2hoYXNoaGFzaA"

    assert passwords.needs_rehash(old)
    assert not passwords.needs_rehash(await passwords.hashed("drie appels in een mand"))
