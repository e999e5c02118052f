"""What is kept of secrets: sealed, or as digests."""

import base64
import os

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from services.identity.settings import IdentitySettings, KeyEncryptionKeyWrong, key_encryption_key
from services.identity.sign_in import tickets
from services.identity.vault import Vault
from shared.db import uuid7

VAULT = Vault(b"k" * 32)


@given(st.binary(max_size=200), st.text(max_size=50))
def test_what_is_sealed_opens_for_its_owner_alone(secret: bytes, about: str) -> None:
    sealed = VAULT.seal(secret, about=about)

    assert VAULT.open(sealed, about=about) == secret
    with pytest.raises(InvalidTag):
        VAULT.open(sealed, about=about + "!")


def test_another_key_opens_nothing() -> None:
    sealed = VAULT.seal(b"secret", about="lena")

    with pytest.raises(InvalidTag):
        Vault(b"x" * 32).open(sealed, about="lena")


@given(st.lists(st.text(max_size=8), max_size=4), st.lists(st.text(max_size=8), max_size=4))
def test_different_parts_have_different_digests(one: list[str], other: list[str]) -> None:
    assert (VAULT.digest(*one) == VAULT.digest(*other)) == (one == other)


def test_a_ticket_fits_what_was_kept_of_it_and_nothing_else() -> None:
    ticket_id = uuid7()
    text, kept = tickets.mint("pz_aalst", ticket_id)
    _, other = tickets.mint("pz_aalst", ticket_id)

    shown = tickets.read(text)

    assert shown is not None
    assert (shown.tenant, shown.id) == ("pz_aalst", ticket_id)
    assert shown.fits(kept)
    assert not shown.fits(other)
    assert not shown.fits(None)


@given(st.text(max_size=120))
def test_what_is_not_formed_as_a_ticket_is_none(text: str) -> None:
    assert tickets.read(text) is None


@pytest.mark.parametrize("key", ["", "c2hvcnQ", "no base64 at all!"])
def test_a_key_that_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(KeyEncryptionKeyWrong):
        key_encryption_key(IdentitySettings(key_encryption_key=key))


def test_a_key_may_come_with_or_without_its_padding() -> None:
    raw = os.urandom(32)
    padded = base64.urlsafe_b64encode(raw).decode()

    assert key_encryption_key(IdentitySettings(key_encryption_key=padded)) == raw
    assert key_encryption_key(IdentitySettings(key_encryption_key=padded.rstrip("="))) == raw
