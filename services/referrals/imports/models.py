"""Imports of files: the states of one, and what is kept of it. No I/O here."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Integer, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db import Base, uuid7
from shared.errors import Conflict, NotFound

READ: Final = "imports.read"
CARRY_ON: Final = "imports.carry_on"
BATCH: Final = 400
"""How many entries are written in one transaction: a crash loses no more, and the page shows how far it is."""

SHIPPED_BATCH: Final = 10_000
"""All of it at once: each service is then made findable once."""


class ImportUnknown(NotFound):
    """There is no such import here."""

    code = "import_unknown"


class ImportChanged(Conflict):
    """Somebody else went on with it, or it went on by itself."""

    code = "import_changed"


class MapImport(Base):
    """One file on its way into the map: reading, ready (shown), importing, done; or refused, or cancelled."""

    __tablename__ = "map_imports"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    source: Mapped[str] = mapped_column(Text)
    file_name: Mapped[str] = mapped_column(Text)
    file_hash: Mapped[str] = mapped_column(Text)
    format: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    problem: Mapped[str] = mapped_column(Text)
    problem_field: Mapped[str] = mapped_column(Text)
    problem_details: Mapped[dict[str, str]] = mapped_column(JSONB)
    by: Mapped[UUID] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    confirmed_by: Mapped[UUID | None] = mapped_column(Uuid)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    rows: Mapped[int] = mapped_column(Integer)
    rows_refused: Mapped[int] = mapped_column(Integer)
    entries: Mapped[int] = mapped_column(Integer)
    entries_done: Mapped[int] = mapped_column(Integer)
    foreseen: Mapped[dict[str, dict[str, int]]] = mapped_column(JSONB)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    unmapped: Mapped[dict[str, list[str]]] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(Integer)

    @classmethod
    def begin(cls, source: str, file_name: str, file_hash: str, *, by: UUID, at: datetime) -> "MapImport":
        return cls(
            id=uuid7(), source=source, file_name=file_name, file_hash=file_hash, format="", state="reading",
            problem="", problem_field="", problem_details={}, by=by, at=at, rows=0, rows_refused=0, entries=0,
            entries_done=0, foreseen={}, reasons=[], unmapped={}, version=1,
        )  # fmt: skip

    @property
    def source_of_entries(self) -> str:
        """How its entries name where they came from."""
        return f"import:{self.source}"

    def refuse(self, code: str, field: str, details: dict[str, str], *, at: datetime) -> None:
        self._go("refused", "reading", at=at)
        self.problem, self.problem_field, self.problem_details = code, field, details

    def make_ready(self) -> None:
        self._go("ready", "reading")

    def confirm(self, version: int, *, by: UUID, at: datetime) -> None:
        """From here on it goes by itself. Raises `ImportChanged`."""
        self._require(version)
        self._go("importing", "ready")
        self.confirmed_by = by

    def cancel(self, version: int, *, at: datetime) -> None:
        """Nothing of it was written yet. Raises `ImportChanged`."""
        self._require(version)
        if self.state not in ("reading", "ready"):
            raise ImportChanged
        self._go("cancelled", self.state, at=at)

    def end(self, *, at: datetime) -> None:
        self._go("done", "importing", at=at)

    def _require(self, version: int) -> None:
        if version != self.version:
            raise ImportChanged

    def _go(self, state: str, before: str, *, at: datetime | None = None) -> None:
        if self.state != before:
            raise ImportChanged
        self.state, self.version, self.ended_at = state, self.version + 1, at


class ImportFile(Base):
    """The file until it is read."""

    __tablename__ = "map_import_files"

    import_id: Mapped[UUID] = mapped_column(ForeignKey(MapImport.id), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    mapping: Mapped[bytes] = mapped_column(LargeBinary)


class ImportBatch(Base):
    """Entries that wait to be written."""

    __tablename__ = "map_import_batches"

    import_id: Mapped[UUID] = mapped_column(ForeignKey(MapImport.id), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    drafts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class ImportedRow(Base):
    """A row of the file: the entry that it is in, and each reason why not, or not whole, as `code` or `code:field`."""

    __tablename__ = "map_import_rows"

    import_id: Mapped[UUID] = mapped_column(ForeignKey(MapImport.id), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    file: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    entry_id: Mapped[UUID | None] = mapped_column(Uuid)
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text))


class ImportedEntry(Base):
    """An entry that the file makes; `became` is empty until it is written."""

    __tablename__ = "map_import_entries"

    import_id: Mapped[UUID] = mapped_column(ForeignKey(MapImport.id), primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    became: Mapped[str] = mapped_column(Text)
