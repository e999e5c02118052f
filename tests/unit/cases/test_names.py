"""Names as people search them: the pieces that the index is asked for miss nobody who matches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.persons.identifiers import folded
from services.cases.persons.names import EXACT, NEAR, errors_allowed, match, pieces_to_ask, trigrams

letters = st.text("abdeins'", min_size=1, max_size=12)
names = st.lists(letters, min_size=1, max_size=4).map(" ".join)


@pytest.mark.parametrize(
    ("typed", "name", "verdict"),
    [
        ("peeters", "Zoë Peeters", EXACT),
        ("peeter zo", "Zoë Peeters", EXACT),
        ("eeters", "Zoë Peeters", EXACT),
        ("zoe", "Zoë Peeters", EXACT),
        ("petters", "Zoë Peeters", NEAR),
        ("peetesr", "Zoë Peeters", NEAR),
        ("peter", "Zoë Peeters", ""),
        ("zoi", "Zoë Peeters", ""),
        ("oe", "Zoë Peeters", ""),
        ("vandenbrouke", "An Vandenbroucke", NEAR),
        ("dhondt", "Lena D'Hondt", NEAR),
        ("cafmeyer", "Lena Cafmeijer", NEAR),
        ("peeters janssens", "Zoë Peeters", ""),
        ("85073099931", "85073099932", ""),
    ],
)
def test_what_is_meant_is_found(typed: str, name: str, verdict: str) -> None:
    assert match(folded(typed).split(), folded(name)) == verdict


@given(st.lists(letters, min_size=1, max_size=3), names)
def test_whoever_matches_has_a_piece_that_is_asked_for(words: list[str], name: str) -> None:
    if match(words, name):
        assert set(pieces_to_ask(words)) & set(trigrams(name))


@given(
    letters.filter(lambda word: errors_allowed(word) > 0),
    st.integers(0, 10),
    st.sampled_from(["swap", "drop", "add", "change"]),
)
def test_one_error_anywhere_is_forgiven(word: str, place: int, error: str) -> None:
    at = place % (len(word) - 1)
    typed = {
        "swap": word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        "drop": word[:at] + word[at + 1 :],
        "add": f"{word[:at]}x{word[at:]}",
        "change": f"{word[:at]}x{word[at + 1 :]}",
    }[error]

    if errors_allowed(typed):
        assert match([typed], word)
        assert set(pieces_to_ask([typed])) & set(trigrams(word))
