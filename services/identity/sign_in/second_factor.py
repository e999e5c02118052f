"""The second factor: time-based codes (RFC 6238: 30 seconds, six digits, one step of drift) and recovery codes."""

import re
import secrets
from datetime import datetime

import pyotp

STEP_SECONDS = 30
RECOVERY_CODES = 10
_DRIFT = 1
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
_GROUP = 5


def new_secret() -> str:
    """160 random bits in base32, as RFC 4226 advises."""
    return pyotp.random_base32()


def address(secret: str, *, account: str, issuer: str) -> str:
    """The `otpauth://` address that an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def step_of(secret: str, code: str, *, last_step: int, now: datetime) -> int | None:
    """The step that the code is of, if it is newer than the last one used: a code is good once."""
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    current = int(now.timestamp()) // STEP_SECONDS
    fitting = [
        step
        for step in range(current - _DRIFT, current + _DRIFT + 1)
        if secrets.compare_digest(totp.generate_otp(step).encode(), code.encode()) and step > last_step
    ]
    return fitting[0] if fitting else None


def new_recovery_codes() -> list[str]:
    """Ten codes of 49 random bits, in two groups so that they can be read aloud."""
    return ["-".join(_group() for _ in range(2)) for _ in range(RECOVERY_CODES)]


def _group() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP))


def normal(code: str) -> str:
    """As it was made, however it was typed."""
    return re.sub(r"[\s-]", "", code).lower()
