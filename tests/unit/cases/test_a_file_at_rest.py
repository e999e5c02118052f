"""A sealed file opens for its own key and place only, whole or not at all."""

import os
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.cases.documents.sealing import PIECE, SealBroken, opened, seal, unwrap, wrap

KEY = bytes(range(32))
SIZES = st.sampled_from([0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 5])


async def in_parts(stored: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(stored), size):
        yield stored[start : start + size]


async def read(stored: bytes, *, key: bytes = KEY, about: str = "pz_a/1", size: int = 9000) -> bytes:
    return b"".join([piece async for piece in opened(key, in_parts(stored, size), about)])


@given(size=SIZES, parts=st.integers(min_value=1, max_value=3 * PIECE))
@settings(max_examples=30, deadline=None)
async def test_what_was_sealed_is_read_back_however_it_arrives(size: int, parts: int) -> None:
    content = os.urandom(size)

    assert await read(seal(KEY, content, "pz_a/1"), size=max(parts, 500)) == content


async def test_nothing_of_the_content_can_be_read_at_rest() -> None:
    assert b"Peeters" not in seal(KEY, b"Lena Peeters" * 100, "pz_a/1")


@pytest.mark.parametrize(("key", "about"), [(bytes(32), "pz_a/1"), (KEY, "pz_b/1"), (KEY, "pz_a/2")])
async def test_another_key_tenant_or_document_opens_nothing(key: bytes, about: str) -> None:
    with pytest.raises(SealBroken):
        await read(seal(KEY, b"geheim", "pz_a/1"), key=key, about=about)


@given(at=st.integers(min_value=0, max_value=2 * PIECE), flip=st.integers(min_value=1, max_value=255))
@settings(max_examples=40, deadline=None)
async def test_one_changed_byte_anywhere_is_noticed(at: int, flip: int) -> None:
    stored = bytearray(seal(KEY, bytes(2 * PIECE), "pz_a/1"))
    stored[at] ^= flip

    with pytest.raises(SealBroken):
        await read(bytes(stored))


@pytest.mark.parametrize("kept", [0, 3, 20, 36, PIECE + 36, 2 * PIECE + 52])
async def test_a_file_that_was_cut_off_is_noticed(kept: int) -> None:
    stored = seal(KEY, bytes(3 * PIECE), "pz_a/1")

    with pytest.raises(SealBroken):
        await read(stored[:kept])


async def test_two_pieces_that_change_places_are_noticed() -> None:
    stored = seal(KEY, os.urandom(3 * PIECE), "pz_a/1")
    head, piece = 20, PIECE + 16
    swapped = (
        stored[:head]
        + stored[head + piece : head + 2 * piece]
        + stored[head : head + piece]
        + stored[head + 2 * piece :]
    )

    with pytest.raises(SealBroken):
        await read(swapped)


def test_a_tenant_s_key_is_unwrapped_by_its_service_for_that_tenant_only() -> None:
    wrapped = wrap(KEY, b"k" * 32, "pz_a")

    assert unwrap(KEY, wrapped, "pz_a") == b"k" * 32
    for key, tenant in ((KEY, "pz_b"), (bytes(32), "pz_a")):
        with pytest.raises(SealBroken):
            unwrap(key, wrapped, tenant)
