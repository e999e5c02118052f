"""Codes of the app, and codes on paper."""

from datetime import UTC, datetime, timedelta

import pyotp
from hypothesis import given
from hypothesis import strategies as st

from services.identity.sign_in import second_factor

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
STEP = int(NOON.timestamp()) // 30


def test_the_vector_of_the_standard() -> None:
    """RFC 6238, appendix B: at 59 s the code of the standard's secret ends in 287082."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

    assert second_factor.step_of(secret, "287082", last_step=0, now=datetime.fromtimestamp(59, UTC)) == 1


@given(st.integers(-10, 10))
def test_a_code_is_good_one_step_early_or_late(drift: int) -> None:
    code = pyotp.TOTP(SECRET).at(NOON + timedelta(seconds=30 * drift))

    found = second_factor.step_of(SECRET, code, last_step=0, now=NOON)

    assert found == (STEP + drift if abs(drift) <= 1 else None)


@given(st.integers(-1, 1), st.integers(-1, 1))
def test_a_step_that_was_used_and_all_before_it_are_over(used: int, shown: int) -> None:
    code = pyotp.TOTP(SECRET).at(NOON + timedelta(seconds=30 * shown))

    found = second_factor.step_of(SECRET, code, last_step=STEP + used, now=NOON)

    assert (found is not None) == (shown > used)


@given(st.text(max_size=30))
def test_nothing_else_is_a_code(text: str) -> None:
    right = {pyotp.TOTP(SECRET).generate_otp(STEP + drift) for drift in (-1, 0, 1)}

    assert (second_factor.step_of(SECRET, text, last_step=0, now=NOON) is not None) == (text in right)


def test_recovery_codes_are_ten_different_ones_that_can_be_typed_in_any_way() -> None:
    codes = second_factor.new_recovery_codes()

    assert len(set(codes)) == 10
    for code in codes:
        typed = code.upper().replace("-", " ")
        assert second_factor.normal(typed) == second_factor.normal(code)


def test_the_address_names_the_organisation_and_the_account() -> None:
    address = second_factor.address(SECRET, account="lena@zone.test", issuer="Vangnet PZ Aalst")

    assert address.startswith("otpauth://totp/Vangnet%20PZ%20Aalst:lena%40zone.test?secret=" + SECRET)
