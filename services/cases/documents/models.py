"""A document and its states, a letter and its parts, leaflets that were given, and those that the tenant wrote."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.cases.documents.letter_texts import Leaflet, Wording, lines_of
from shared.contracts.documents import DocumentView, GivenLeaflet, LeafletText, LeafletVersion, LetterView
from shared.db import Base, uuid7
from shared.errors import Conflict

_AVAILABLE = frozenset({"clean", "not_scanned"})
OVERRIDE_LENGTH = 20


class DocumentAlreadyThere(Conflict):
    """The same file is in this dossier; the details say which it is."""

    code = "document_already_there"


class DocumentWithdrawn(Conflict):
    """It was withdrawn before."""

    code = "document_withdrawn"


class DocumentWaiting(Conflict):
    """Nobody looked for malware in it yet."""

    code = "document_waiting"


class DocumentRefused(Conflict):
    """Malware was found in it; nobody gets it."""

    code = "document_refused"


class DocumentLost(Conflict):
    """Its file is not in the archive, or not as it was put there."""

    code = "document_lost"


class LetterSent(Conflict):
    """What was sent is kept as it was."""

    code = "letter_sent"


class NoLettersToHome(Conflict):
    """This person is in danger when a letter comes."""

    code = "no_letters_to_home"


class LetterheadIncomplete(Conflict):
    """A letter without a sender, an address or a phone number is not sent; the details name what is missing."""

    code = "letterhead_incomplete"


class LeafletChanged(Conflict):
    """Somebody else wrote this leaflet meanwhile."""

    code = "leaflet_changed"


class DocumentKey(Base):
    """The tenant's key, wrapped by the service's. Without it the files of the tenant are noise."""

    __tablename__ = "document_keys"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Document(Base):
    """What is known of a file. The row comes after the file, so no row is ever without one."""

    __tablename__ = "documents"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(Uuid)
    letter_id: Mapped[UUID | None] = mapped_column(Uuid)
    part: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    scan: Mapped[str] = mapped_column(Text)
    finding: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    added_by: Mapped[UUID] = mapped_column(Uuid)
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    withdrawn_by: Mapped[UUID | None] = mapped_column(Uuid)
    withdrawal_reason: Mapped[str] = mapped_column(Text)

    @classmethod
    def keep(
        cls,
        document_id: UUID,
        dossier_id: UUID,
        *,
        kind: str,
        name: str,
        media_type: str,
        size: int,
        sha256: str,
        scan: str,
        by: UUID,
        at: datetime,
        note: str = "",
        letter_id: UUID | None = None,
        part: str = "",
        language: str = "",
    ) -> "Document":
        return cls(
            id=document_id, dossier_id=dossier_id, letter_id=letter_id, part=part, language=language, kind=kind,
            name=name, media_type=media_type, size=size, sha256=sha256, note=note, state="kept", scan=scan,
            finding="", added_at=at, added_by=by, withdrawal_reason="",
        )  # fmt: skip

    @property
    def available(self) -> bool:
        return self.state == "kept" and self.scan in _AVAILABLE

    def require_available(self) -> None:
        """Raises `DocumentRefused`, `DocumentWithdrawn` or `DocumentWaiting`."""
        if self.state == "refused":
            raise DocumentRefused
        if self.state == "withdrawn":
            raise DocumentWithdrawn
        if not self.available:
            raise DocumentWaiting

    def judge(self, finding: str) -> None:
        """What the scanner found, or nothing."""
        self.finding = finding
        self.scan = "refused" if finding else "clean"
        self.state = "refused" if finding else self.state

    def withdraw(self, reason: str, *, by: UUID, at: datetime) -> None:
        """Raises `DocumentWithdrawn` or `DocumentRefused`."""
        if self.state != "kept":
            raise DocumentWithdrawn if self.state == "withdrawn" else DocumentRefused
        self.state, self.withdrawal_reason, self.withdrawn_by, self.withdrawn_at = "withdrawn", reason, by, at

    def view(self) -> DocumentView:
        return DocumentView(
            document_id=self.id,
            dossier_id=self.dossier_id,
            kind=self.kind,
            name=self.name,
            media_type=self.media_type,
            size=self.size,
            note=self.note,
            state=self.state,
            scan=self.scan,
            available=self.available,
            added_at=self.added_at,
            added_by=self.added_by,
            letter_id=self.letter_id,
            part=self.part,
            language=self.language,
            withdrawn_at=self.withdrawn_at,
            withdrawn_by=self.withdrawn_by,
            withdrawal_reason=self.withdrawal_reason,
        )


class Letter(Base):
    """A letter as it was written: from which template, in which language, and how it went out."""

    __tablename__ = "letters"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(Uuid)
    person_id: Mapped[UUID | None] = mapped_column(Uuid)
    template: Mapped[str] = mapped_column(Text)
    template_version: Mapped[int] = mapped_column(Integer)
    language: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    written_by: Mapped[UUID] = mapped_column(Uuid)
    sent_on: Mapped[date | None] = mapped_column(Date)
    sent_by: Mapped[UUID | None] = mapped_column(Uuid)
    way: Mapped[str] = mapped_column(Text)
    override: Mapped[str] = mapped_column(Text)

    @classmethod
    def write(
        cls,
        letter_id: UUID,
        dossier_id: UUID,
        *,
        person_id: UUID | None,
        template: str,
        version: int,
        language: str,
        by: UUID,
        at: datetime,
    ) -> "Letter":
        return cls(
            id=letter_id, dossier_id=dossier_id, person_id=person_id, template=template, template_version=version,
            language=language, state="draft", written_at=at, written_by=by, way="", override="",
        )  # fmt: skip

    def send(self, way: str, sent_on: date, *, override: str, by: UUID) -> None:
        """Raises `LetterSent` or `DocumentWithdrawn`."""
        if self.state == "sent":
            raise LetterSent
        if self.state != "draft":
            raise DocumentWithdrawn
        self.state, self.way, self.sent_on, self.sent_by, self.override = "sent", way, sent_on, by, override

    def view(self, *, no_letters: bool) -> LetterView:
        return LetterView(
            letter_id=self.id,
            template=self.template,
            template_version=self.template_version,
            language=self.language,
            person_id=self.person_id,
            state=self.state,
            written_at=self.written_at,
            written_by=self.written_by,
            sent_on=self.sent_on,
            way=self.way,
            no_letters=no_letters,
        )


class LeafletGiven(Base):
    """A leaflet that somebody took home."""

    __tablename__ = "given_leaflets"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    dossier_id: Mapped[UUID] = mapped_column(Uuid)
    person_id: Mapped[UUID | None] = mapped_column(Uuid)
    code: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    language: Mapped[str] = mapped_column(Text)
    way: Mapped[str] = mapped_column(Text)
    given_on: Mapped[date] = mapped_column(Date)
    given_by: Mapped[UUID] = mapped_column(Uuid)
    noted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    @classmethod
    def give(
        cls, dossier_id: UUID, code: str, version: int, *, language: str, way: str, person_id: UUID | None,
        on: date, by: UUID, at: datetime,
    ) -> "LeafletGiven":  # fmt: skip
        return cls(
            id=uuid7(), dossier_id=dossier_id, person_id=person_id, code=code, version=version, language=language,
            way=way, given_on=on, given_by=by, noted_at=at,
        )  # fmt: skip

    def view(self, *, title: str) -> GivenLeaflet:
        return GivenLeaflet(
            given_id=self.id,
            code=self.code,
            version=self.version,
            language=self.language,
            way=self.way,
            given_on=self.given_on,
            given_by=self.given_by,
            person_id=self.person_id,
            title=title,
        )


class OwnLeaflet(Base):
    """A version of a leaflet that the tenant wrote; the newest of the newest day until today holds."""

    __tablename__ = "leaflets"

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    valid_from: Mapped[date] = mapped_column(Date)
    texts: Mapped[dict[str, dict[str, str]]] = mapped_column(JSONB)
    suggested_for: Mapped[list[str]] = mapped_column(ARRAY(Text))
    discreet: Mapped[bool] = mapped_column(Boolean)
    hidden: Mapped[bool] = mapped_column(Boolean)
    written_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    written_by: Mapped[UUID] = mapped_column(Uuid)
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    withdrawn_by: Mapped[UUID | None] = mapped_column(Uuid)

    @property
    def leaflet(self) -> Leaflet:
        texts = {
            language: Wording(self.version, text["title"], lines_of(text["text"]))
            for language, text in self.texts.items()
        }
        return Leaflet(
            self.code, self.version, texts, tuple(self.suggested_for), self.discreet, own=True
        )  # fmt: skip

    def view(self, *, newest: int) -> LeafletVersion:
        return LeafletVersion(
            code=self.code,
            version=self.version,
            texts={language: LeafletText(**text) for language, text in self.texts.items()},
            suggested_for=self.suggested_for,
            discreet=self.discreet,
            hidden=self.hidden,
            own=True,
            newest=newest,
            valid_from=self.valid_from,
        )
