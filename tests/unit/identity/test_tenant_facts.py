"""What a tenant can be called."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity.tenants.models import checked_facts, export_folder
from shared.errors import Invalid
from shared.tenancy import TenantKeyWrong, checked_key


@given(st.from_regex(r"[a-z][a-z0-9_]{1,30}", fullmatch=True))
def test_a_key_is_taken_as_it_is(key: str) -> None:
    assert checked_key(key) == key


@given(st.text(max_size=40))
def test_every_other_text_is_refused(text: str) -> None:
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789_")
    right = 2 <= len(text) <= 31 and set(text) <= allowed and text[0] in "abcdefghijklmnopqrstuvwxyz"

    if right:
        assert checked_key(text) == text
    else:
        with pytest.raises(TenantKeyWrong):
            checked_key(text)


@pytest.mark.parametrize(
    "key", ["pz_aalst\n", "pz-aalst", "Pz_aalst", "1pz", "p", "t_x;drop", "é_x", "a" * 32]
)
def test_what_would_be_dangerous_in_sql_or_a_subject_is_refused(key: str) -> None:
    with pytest.raises(TenantKeyWrong):
        checked_key(key)


def test_facts_that_are_wrong_are_all_said() -> None:
    with pytest.raises(Invalid) as refused:
        checked_facts(" ", "kingdom", "la")

    assert set(refused.value.fields) == {"name", "kind", "legal_language"}


def test_an_exports_folder_says_whose_and_when_and_leads_nowhere_else() -> None:
    name = export_folder("pz_aalst", datetime(2026, 11, 22, 12, 30, tzinfo=UTC))

    assert name == "pz_aalst-20261122-123000"
