"""What cases accepts and answers about papers: documents of a dossier, letters, leaflets."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

DOCUMENT_KINDS = ("report", "photo", "medical", "consent", "judgment", "letter_in", "identity", "other")
WITHDRAWAL_REASONS = ("wrong_dossier", "wrong_file", "asked_by_person", "not_needed", "other")
WAYS = ("by_hand", "post", "e_mail")
PAPERS = ("call_out_report", "bad_news_record", "recontact_sheet")

Line = Annotated[str, Meta(max_length=200)]
Code = Annotated[str, Meta(max_length=60)]
Language = Annotated[str, Meta(max_length=8)]

# --- documents -------------------------------------------------------------------------------------------------------


class AddDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The head of POST /dossiers/{id}/documents (`dossier:write`), whose body is the file itself.

    It goes as base64url JSON in the header `X-Document`. 422 on `file`: `file_empty`, `file_too_large`,
    `type_not_allowed`, `type_differs`, `has_macros`; 409 `document_already_there` (its id in the details).
    """

    name: Annotated[str, Meta(min_length=1, max_length=500)]
    kind: Code = "other"
    note: Annotated[str, Meta(max_length=500)] = ""


class DocumentRef(Struct, frozen=True, kw_only=True):
    document_id: UUID


class DocumentView(Struct, frozen=True, kw_only=True):
    """`state`: kept, withdrawn, refused. `scan`: waiting, clean, refused (malware), not_scanned (no scanner here).

    `available` says whether GET /documents/{document_id}/content answers with the file. A document of a letter has
    its `letter_id` and `part`: legal, courtesy (a translation without legal value) or pictogram.
    """

    document_id: UUID
    dossier_id: UUID
    kind: str
    name: str
    media_type: str
    size: int
    note: str
    state: str
    scan: str
    available: bool
    added_at: datetime
    added_by: UUID
    letter_id: UUID | None = None
    part: str = ""
    language: str = ""
    withdrawn_at: datetime | None = None
    withdrawn_by: UUID | None = None
    withdrawal_reason: str = ""


class WithdrawDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /documents/{document_id}/withdraw (`dossier:write`): the line stays, the file goes.

    409 `letter_sent` for a part of a letter that was sent: what was sent is kept.
    """

    reason: Code


class DocumentLimits(Struct, frozen=True, kw_only=True):
    """GET /document-limits: what may be added."""

    max_bytes: int
    extensions: list[str]
    scans: bool


# --- letters and leaflets --------------------------------------------------------------------------------------------


class TemplateField(Struct, frozen=True, kw_only=True):
    """What must be filled in. `kind`: line, text, day, time, phone."""

    name: str
    kind: str
    required: bool


class TemplateView(Struct, frozen=True, kw_only=True):
    """A line of GET /letter-templates (`dossier:read`): what holds today.

    `kind`: letter or leaflet. `certainty` is a tag of the domain dossier; no text here is legally verified. `titles`
    by language, of those in which it exists. `suggested_for` are incident types. `own` is the tenant's own text.
    """

    code: str
    kind: str
    version: int
    certainty: str
    titles: dict[str, str]
    fields: list[TemplateField] = []
    suggested_for: list[str] = []
    discreet: bool = False
    pictograms: bool = False
    own: bool = False
    before_contact: bool = False
    """May be sent to somebody who was never spoken with."""


class LetterRules(Struct, frozen=True, kw_only=True):
    """GET /letter-templates: the language that letters must have here, what can be written, and what is missing."""

    legal_language: str
    templates: list[TemplateView]
    letterhead_missing: list[str]


class WriteLetter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/letters, and /letters/preview (`dossier:write`).

    To a person of the dossier, or to `recipient` in words. `values` by field; a day as 2026-03-02, a time as 14:30.
    409 `letterhead_incomplete`; 422 `required` on a field whose block is compulsory. `courtesy_language` empty: none;
    `courtesy_values` are free texts in that language, the others are taken over.
    """

    template: Code
    person_id: UUID | None = None
    recipient: Line = ""
    address: Annotated[str, Meta(max_length=400)] = ""
    values: dict[str, Annotated[str, Meta(max_length=4000)]] = {}
    signed_by: Line = ""
    signed_function: Line = ""
    courtesy_language: Language = ""
    courtesy_values: dict[str, Annotated[str, Meta(max_length=4000)]] = {}
    pictograms: bool = False


class LetterPart(Struct, frozen=True, kw_only=True):
    """`legal`, `courtesy` or `pictogram` of a letter, or a `leaflet`, in its language."""

    part: str
    language: str
    pages: list[bytes]


class LetterPreview(Struct, frozen=True, kw_only=True):
    """The pages as PNG images; nothing is kept."""

    parts: list[LetterPart]


class LetterRef(Struct, frozen=True, kw_only=True):
    letter_id: UUID
    documents: list[UUID]


class LetterView(Struct, frozen=True, kw_only=True):
    """`state`: draft, sent, withdrawn. `home_letters_unsafe`: the person asked for no letters."""

    letter_id: UUID
    template: str
    template_version: int
    language: str
    person_id: UUID | None
    state: str
    written_at: datetime
    written_by: UUID
    sent_on: date | None = None
    way: str = ""
    no_letters: bool = False


class SendLetter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /letters/{letter_id}/send (`dossier:write`): how and when it went out; once.

    409 `no_letters_to_home` by post to somebody who wants none, unless `override` says why (20 characters).
    """

    way: Code
    sent_on: date
    override: Annotated[str, Meta(max_length=500)] = ""


class GiveLeaflets(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /dossiers/{id}/leaflets (`dossier:write`): which were given, in which language, how, to whom."""

    codes: Annotated[list[Code], Meta(max_length=20)]
    language: Language
    way: Code = "by_hand"
    person_id: UUID | None = None
    given_on: date | None = None


class LeafletText(Struct, frozen=True, forbid_unknown_fields=True):
    """A leaflet in one language. A line of `text` that begins with `## ` is a heading, with `- ` a point of a list."""

    title: Annotated[str, Meta(max_length=120)]
    text: Annotated[str, Meta(max_length=8000)]


class SaveLeaflet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """POST /leaflets/{code} (`tenant:manage`): an own leaflet, or the own text of one of ours, from a day on.

    `texts` by language; the tenant's legal language is compulsory. `suggested_for` are incident types. `seen` is the
    newest own version that the writer saw, 0 for none: 409 `leaflet_changed` when another wrote one meanwhile. 422 on
    `title_<language>` and `text_<language>`, `valid_from`, `code`, `suggested_for`. POST /leaflet-preview answers with
    `LetterPreview`, POST /leaflets/{code}/withdraw (`configuration.Withdraw`) takes back what is planned, and
    GET /leaflet-changes (`tenant:manage` or `audit:read`) are `configuration.SettingChange` of the area `leaflets`.
    """

    texts: dict[Language, LeafletText]
    suggested_for: Annotated[list[Code], Meta(max_length=60)] = []
    discreet: bool = False
    hidden: bool = False
    valid_from: date | None = None
    seen: int = 0


class LeafletRef(Struct, frozen=True, kw_only=True):
    code: str
    version: int


class LeafletVersion(Struct, frozen=True, kw_only=True):
    """A line of GET /leaflets (`tenant:manage`): what holds of each leaflet today, and every version that is planned.

    One of ours has `own` false. `newest` is what `SaveLeaflet.seen` wants.
    """

    code: str
    version: int
    texts: dict[str, LeafletText]
    suggested_for: list[str]
    discreet: bool
    hidden: bool
    own: bool
    newest: int
    valid_from: date | None = None


class LeafletsGiven(Struct, frozen=True, kw_only=True):
    given: list[UUID]


class GivenLeaflet(Struct, frozen=True, kw_only=True):
    """`title` is that of the tenant's own text, in the language that was given; empty for one of ours."""

    given_id: UUID
    code: str
    version: int
    language: str
    way: str
    given_on: date
    given_by: UUID
    person_id: UUID | None = None
    title: str = ""


class DossierPapers(Struct, frozen=True, kw_only=True):
    """GET /dossiers/{id}/documents (`dossier:read`): newest first, withdrawn ones included.

    `records`: which of `PAPERS` there is something to print of.
    """

    documents: list[DocumentView]
    letters: list[LetterView]
    leaflets: list[GivenLeaflet]
    records: list[str] = []
