"""The tables by which a service is found; written by `search_index`, read by `finding`. Both layers have the same."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Double, Identity, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, INT4MULTIRANGE, JSONB, REAL, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from services.referrals.social_map.models import Layer
from shared.db import Base
from shared.tenancy import PLATFORM_SCHEMA

_IN_PLATFORM: Final = {"schema": PLATFORM_SCHEMA}


class Searched:
    """One service. In a tenant's own layer a row with `base_at` stands in the place of the shared one of that moment.

    `words` are accent-folded; `latitudes` and `longitudes` are those of its places, one beside the other; `open_week`
    holds the minutes of the week in which it may be open; `card` is what a result shows.
    """

    service_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    organization_id: Mapped[UUID | None] = mapped_column(Uuid)
    name: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(TSVECTOR)
    rubrics: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    groups: Mapped[list[str]] = mapped_column(ARRAY(Text))
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text))
    areas: Mapped[list[str]] = mapped_column(ARRAY(Text))
    minimum_age: Mapped[float | None] = mapped_column(REAL)
    maximum_age: Mapped[float | None] = mapped_column(REAL)
    wheelchair: Mapped[bool | None] = mapped_column(Boolean)
    placed: Mapped[bool] = mapped_column(Boolean)
    latitudes: Mapped[list[float]] = mapped_column(ARRAY(Double))
    longitudes: Mapped[list[float]] = mapped_column(ARRAY(Double))
    available: Mapped[int | None] = mapped_column(Integer)
    open_week: Mapped[Any | None] = mapped_column(INT4MULTIRANGE)
    assured_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    check_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    hidden: Mapped[bool] = mapped_column(Boolean)
    base_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    card: Mapped[dict[str, Any]] = mapped_column(JSONB)
    indexed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class SharedSearched(Searched, Base):
    __tablename__ = "map_search"
    __table_args__ = _IN_PLATFORM


class OwnSearched(Searched, Base):
    __tablename__ = "map_search"


class Word:
    """A word that some service has, for who mistypes one. It stays when its last service goes, and finds nothing."""

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    word: Mapped[str] = mapped_column(Text, primary_key=True)


class SharedWord(Word, Base):
    __tablename__ = "map_words"
    __table_args__ = _IN_PLATFORM


class OwnWord(Word, Base):
    __tablename__ = "map_words"


class Synonyms:
    """Words that mean the same from a day on, in place of the earlier version of the same code."""

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    words: Mapped[dict[str, list[str]]] = mapped_column(JSONB)
    also: Mapped[list[str]] = mapped_column(ARRAY(Text))
    hidden: Mapped[bool] = mapped_column(Boolean)
    valid_from: Mapped[date] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    by: Mapped[UUID] = mapped_column(Uuid)


class SharedSynonyms(Synonyms, Base):
    __tablename__ = "map_synonyms"
    __table_args__ = _IN_PLATFORM


class OwnSynonyms(Synonyms, Base):
    __tablename__ = "map_synonyms"


SYNONYMS: Final[dict[Layer, type[SharedSynonyms] | type[OwnSynonyms]]] = {
    Layer.SHARED: SharedSynonyms,
    Layer.OWN: OwnSynonyms,
}
