"""What can be done with letters: composed, kept, sent."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.cases.documents.commands.files import Received, note_paper
from services.cases.documents.home_letters import wants_no_letters
from services.cases.documents.letter_texts import LANGUAGES, Template, templates_on
from services.cases.documents.models import (
    OVERRIDE_LENGTH,
    Document,
    Letter,
    LetterheadIncomplete,
    NoLettersToHome,
)
from services.cases.documents.sender import Writer, writer_on
from services.cases.documents.setting import Data, Facts, checked_values, letter, pictograms
from services.cases.dossiers.access import dossier_in_sight
from services.cases.dossiers.deadlines import local_day, noon_of
from services.cases.dossiers.models import Dossier, Entry
from services.cases.dossiers.people import DossierPerson
from services.cases.outreach.acts import letter_sent
from services.cases.persons.models import Person
from shared import audit
from shared.auth import Permission, Principal
from shared.contracts.documents import (
    WAYS,
    LetterRef,
    SendLetter,
    WriteLetter,
)
from shared.db import uuid7
from shared.errors import Invalid, NotFound


@dataclass(frozen=True)
class Part:
    """One paper of a letter: the legal one, its translation, its summary in pictures."""

    part: str
    language: str
    name: str
    data: Data


@dataclass(frozen=True)
class Composed:
    """A letter before it is printed."""

    template: Template
    language: str
    day: date
    parts: tuple[Part, ...]


async def compose_letter(
    session: AsyncSession, principal: Principal, command: WriteLetter, dossier_id: UUID, *, now: datetime
) -> Composed:
    """The letter in the tenant's legal language, and beside it what helps the reader. Nothing is kept.

    Raises `LetterheadIncomplete` without a sender that can be reached, `Invalid` where a compulsory part is empty.
    """
    principal.require(Permission.DOSSIER_WRITE)
    today = local_day(now)
    dossier = await dossier_in_sight(
        session, principal, dossier_id, now=now, to_write=True, before_contact=True
    )
    dossier.require_open()
    template = templates_on(today).get(command.template)
    if template is None or template.kind != "letter":
        raise Invalid({"template": "not_a_choice"})
    if dossier.before_contact and not template.before_contact:
        raise Invalid({"template": "no_contact_yet"})
    writer = await writer_on(session, today)
    if writer.sender.missing:
        raise LetterheadIncomplete(details={"missing": " ".join(writer.sender.missing)})
    recipient = await _recipient(session, command, dossier)
    values = checked_values(template, command.values)
    courtesy = _courtesy_language(command.courtesy_language, writer)
    facts = Facts(
        sender=writer.sender,
        reference=dossier.number,
        recipient=recipient,
        signed=tuple(line for line in (command.signed_by.strip(), command.signed_function.strip()) if line),
        day=today,
        legal_language=writer.legal_language,
    )
    parts = [_part("legal", writer.legal_language, template, facts, values)]
    if courtesy:
        translated = {name: text.strip() for name, text in command.courtesy_values.items() if text.strip()}
        parts.append(_part("courtesy", courtesy, template, facts, {**values, **translated}))
    if command.pictograms and template.pictograms:
        data = pictograms(template, facts, values)
        name = f"{data['title']} {today.isoformat()}.pdf"
        parts.append(Part("pictogram", writer.legal_language, name, data))
    audit.record(
        session,
        principal,
        "compose_letter",
        now=now,
        object_kind="letter",
        subject_id=dossier.id,
        details={"template": template.code},
    )
    return Composed(template, writer.legal_language, today, tuple(parts))


def _part(part: str, language: str, template: Template, facts: Facts, values: dict[str, str]) -> Part:
    data = letter(template, language, facts, values)
    mark = f" ({language})" if part == "courtesy" else ""
    return Part(part, language, f"{data['title']}{mark} {facts.day.isoformat()}.pdf", data)


async def _recipient(session: AsyncSession, command: WriteLetter, dossier: Dossier) -> tuple[str, ...]:
    """The lines of the address; of a person of the dossier only what stands there."""
    if command.person_id is None:
        if not command.recipient.strip():
            raise Invalid({"recipient": "required"})
        return _lines(command.recipient, command.address)
    person = await session.scalar(
        select(Person)
        .join(DossierPerson, DossierPerson.person_id == Person.id)
        .where(
            DossierPerson.dossier_id == dossier.id,
            DossierPerson.removed_at.is_(None),
            Person.id == command.person_id,
        )
    )
    if person is None:
        raise Invalid({"person_id": "not_a_choice"})
    name = command.recipient.strip() or f"{person.first_name} {person.last_name}".strip()
    return _lines(name, command.address or person.address)


def _lines(name: str, address: str) -> tuple[str, ...]:
    parts = [part.strip() for line in address.splitlines() for part in line.split(",")]
    return (name.strip(), *(part for part in parts if part))


def _courtesy_language(wish: str, writer: Writer) -> str:
    """Raises `Invalid` for a language in which there is no text, and for the legal one itself."""
    if wish and (wish not in LANGUAGES or wish == writer.legal_language):
        raise Invalid({"courtesy_language": "not_a_choice"})
    return wish


async def keep_letter(
    session: AsyncSession,
    principal: Principal,
    command: WriteLetter,
    dossier_id: UUID,
    composed: Composed,
    printed: list[Received],
    *,
    now: datetime,
) -> LetterRef:
    """A draft with its papers, as they lie in the archive. What is printed is ours, so nobody scans it."""
    principal.require(Permission.DOSSIER_WRITE)
    dossier = await dossier_in_sight(
        session, principal, dossier_id, now=now, to_write=True, before_contact=True
    )
    dossier.require_open()
    written = Letter.write(
        uuid7(),
        dossier.id,
        person_id=command.person_id,
        template=composed.template.code,
        version=composed.template.wording(composed.language).version,
        language=composed.language,
        by=principal.user_id,
        at=now,
    )
    session.add(written)
    await session.flush()
    for part, received in zip(composed.parts, printed, strict=True):
        session.add(
            Document.keep(
                received.document_id,
                dossier.id,
                kind="letter",
                name=received.name,
                media_type=received.media_type,
                size=received.size,
                sha256=received.sha256,
                scan="clean",
                by=principal.user_id,
                at=now,
                letter_id=written.id,
                part=part.part,
                language=part.language,
            )
        )
    session.add(
        Entry.system(
            dossier.id,
            "letter_written",
            at=now,
            by=principal.user_id,
            template=composed.template.code,
            template_version=str(written.template_version),
            language=composed.language,
        )
    )
    note_paper(session, principal, dossier, "keep_letter", written.id, now=now)
    return LetterRef(letter_id=written.id, documents=[each.document_id for each in printed])


async def send_letter(
    session: AsyncSession, principal: Principal, command: SendLetter, letter_id: UUID, *, now: datetime
) -> LetterRef:
    """How and when it went out, once. By post to somebody in danger of letters only with a reason."""
    principal.require(Permission.DOSSIER_WRITE)
    wrong: dict[str, str] = {}
    if command.way not in WAYS:
        wrong["way"] = "not_a_choice"
    if command.sent_on > local_day(now):
        wrong["sent_on"] = "in_the_future"
    if wrong:
        raise Invalid(wrong)
    owner = await session.scalar(select(Letter.dossier_id).where(Letter.id == letter_id))
    if owner is None:
        raise NotFound
    dossier = await dossier_in_sight(session, principal, owner, now=now, to_write=True, before_contact=True)
    dossier.require_open()
    written = await session.get_one(Letter, letter_id, with_for_update=True)
    override = command.override.strip()
    unsafe = command.way == "post" and written.person_id in await wants_no_letters(session, dossier.id)
    if unsafe and len(override) < OVERRIDE_LENGTH:
        raise NoLettersToHome
    written.send(command.way, command.sent_on, override=override if unsafe else "", by=principal.user_id)
    details = {"override": override} if unsafe else {}
    session.add(
        Entry.system(
            dossier.id,
            "letter_sent_against_safe_contact" if unsafe else "letter_sent",
            at=now,
            by=principal.user_id,
            template=written.template,
            way=command.way,
            due_on=command.sent_on.isoformat(),
            **details,
        )
    )
    note_paper(session, principal, dossier, "send_letter", written.id, now=now)
    if dossier.before_contact:
        sent_at = now if command.sent_on == local_day(now) else noon_of(command.sent_on)
        await letter_sent(session, dossier, written.id, sent_at=sent_at, by=principal.user_id, now=now)
    documents = await session.scalars(select(Document.id).where(Document.letter_id == written.id))
    return LetterRef(letter_id=written.id, documents=list(documents))
