"""A key that signs tokens: published before it signs, and until the last token that it signed has lapsed."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.auth import TOKEN_LIFETIME
from shared.db import Base

KNOWN_AFTER = timedelta(minutes=6)
"""By then every service has asked for the keys again: they keep them five minutes."""


class SigningKey(Base):
    """Ed25519; `private` is sealed."""

    __tablename__ = "signing_keys"
    __table_args__ = {"schema": "platform"}  # noqa: RUF012 - SQLAlchemy's own form

    kid: Mapped[str] = mapped_column(Text, primary_key=True)
    public: Mapped[dict[str, Any]] = mapped_column(JSONB)
    private: Mapped[bytes] = mapped_column(LargeBinary)
    published_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    signs_from: Mapped[datetime] = mapped_column(DateTime(timezone=True))


def signing(keys: list[SigningKey], now: datetime) -> SigningKey:
    """The key to sign with: the newest whose time has come, else the first of all."""
    by_age = sorted(keys, key=lambda key: key.signs_from)
    return ([key for key in by_age if key.signs_from <= now] or by_age[:1])[-1]


def published(keys: list[SigningKey], now: datetime) -> list[SigningKey]:
    """The keys to verify with: all but those whose successor has signed for longer than a token lives."""
    newest = signing(keys, now)
    return [
        key
        for key in keys
        if key.signs_from >= newest.signs_from or now < _successor(keys, key).signs_from + _LINGERS
    ]


# a process may sign with the old key until it reads the keys again
_LINGERS = TOKEN_LIFETIME + timedelta(minutes=1)


def _successor(keys: list[SigningKey], key: SigningKey) -> SigningKey:
    return min((each for each in keys if each.signs_from > key.signs_from), key=lambda each: each.signs_from)
