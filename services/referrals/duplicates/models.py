"""A merge of two entries with what undoes it, and pairs that somebody called two. No I/O here."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base
from shared.errors import Conflict, Invalid, NotFound


class PairUnknown(NotFound):
    """There are no two such entries in the caller's own layer."""

    code = "pair_unknown"


class PairChanged(Conflict):
    """One of the two was changed, merged or withdrawn since the editor looked."""

    code = "pair_changed"


class MergeUnknown(NotFound):
    code = "merge_unknown"


class MergeOver(Conflict):
    """It was undone already, or what came of it was merged further."""

    code = "merge_over"


class NotAPair(Invalid):
    """Two different entries of the same kind are needed."""

    code = "not_a_pair"


class Merge(Base):
    """`before` and `after` hold each field of the kept one that changed; `moved` what pointed at the other."""

    __tablename__ = "map_merges"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    kept: Mapped[UUID] = mapped_column(Uuid)
    gone: Mapped[UUID] = mapped_column(Uuid)
    kept_name: Mapped[str] = mapped_column(Text)
    gone_name: Mapped[str] = mapped_column(Text)
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    after: Mapped[dict[str, Any]] = mapped_column(JSONB)
    moved: Mapped[dict[str, list[str]]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    by: Mapped[UUID] = mapped_column(Uuid)
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    undone_by: Mapped[UUID | None] = mapped_column(Uuid)


class Distinct(Base):
    """These two are not the same, the smaller id first; they are never proposed again."""

    __tablename__ = "map_distinct"

    first: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    second: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    by: Mapped[UUID] = mapped_column(Uuid)
