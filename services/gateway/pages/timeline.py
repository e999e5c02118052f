"""A dossier's entries and dates in words: what each line of the timeline says, and why a task is due when. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from services.gateway.language import BRUSSELS, Language
from services.gateway.marking import N_
from services.gateway.services_client import Staff
from services.gateway.words import WORDS
from shared.contracts.cases import EntryView
from shared.contracts.persons import PersonInDossier


@dataclass(frozen=True)
class Reader:
    """Who reads, and what he has read before: everything up to `since`, or nobody knows."""

    me: UUID | None = None
    since: datetime | None = None

    def unread(self, entry: EntryView) -> bool:
        """Written by another since the last visit."""
        return self.since is not None and entry.at > self.since and entry.author != self.me


FILTERS: Final[Mapping[str, Callable[[EntryView, Reader], bool]]] = {
    "all": lambda entry, _: bool(entry.kind),
    "unread": lambda entry, reader: reader.unread(entry),
    "written": lambda entry, _: entry.kind != "system",
    "mine": lambda entry, reader: entry.kind != "system" and entry.author == reader.me,
    "contact": lambda entry, _: entry.kind == "contact",
    "report": lambda entry, _: entry.kind == "report",
    "system": lambda entry, _: entry.kind == "system",
}
_ALWAYS_SHOWN: Final = ("all", "written", "system")
_SYMBOLS: Final = {"note": "note", "contact": "phone", "practical_help": "care", "report": "document"}
_SYSTEM_SYMBOLS: Final = {
    "break_glass_used": "break-glass",
    "break_glass_reviewed": "break-glass",
    "break_glass_escalated": "break-glass",
    "conflict_declared": "flag",
    "person_added": "person",
    "person_changed": "person",
    "person_removed": "person",
    "insz_changed": "person",
    "persons_related": "people",
    "relation_removed": "people",
    "safe_contact_changed": "shield",
    "phone_removed": "phone",
    "task_added": "task",
    "task_completed": "task",
    "call_out_briefing": "call-out",
    "document_added": "document",
    "document_withdrawn": "document",
    "document_refused": "danger",
    "letter_written": "mail",
    "letter_sent": "mail",
    "letter_sent_against_safe_contact": "mail",
    "leaflets_given": "note",
    "outside_question": "phone",
}
_WARNS: Final = frozenset(
    {
        "break_glass_used",
        "break_glass_escalated",
        "conflict_declared",
        "number_shown_anyway",
        "document_refused",
        "letter_sent_against_safe_contact",
        "referral_ground",
    }
)
_BRIEFING: Final = {
    "requested_by": N_("Gevraagd door"),
    "contact_on_site": N_("Contact ter plaatse"),
    "contact_phone_ends": N_("Telefoon ter plaatse"),
    "present": N_("Wie is aanwezig"),
    "already_informed": N_("Wie weet het al"),
    "safety": N_("Veiligheid"),
    "closing_note": N_("Slotnota"),
}
_FACTS: Final = {"summary": N_("samenvatting"), "place": N_("plaats"), "pv_number": N_("nummer van het PV")}


@dataclass(frozen=True)
class Item:
    """One line of the timeline, in the reader's language."""

    at: datetime
    day: date
    symbol: str
    title: str
    by: str
    body: str
    tone: str
    capacity: str
    unread: bool = False


def items(
    entries: list[EntryView],
    show: str,
    *,
    language: Language,
    staff: Staff,
    reader: Reader | None = None,
    capacity: str = "",
    persons: Iterable[PersonInDossier] = (),
) -> list[Item]:
    """The entries that the filter keeps, in their order; a line about one of the persons names him."""
    names = {str(each.person_id): f"{each.first_name} {each.last_name}".strip() for each in persons}
    kept, who = FILTERS.get(show, FILTERS["all"]), reader or Reader()
    return [
        _item(entry, language, staff, who, names.get(entry.details.get("of", ""), ""))
        for entry in entries
        if kept(entry, who) and capacity in ("", entry.capacity)
    ]


def counts(entries: list[EntryView], reader: Reader, chosen: str) -> dict[str, int]:
    """How many each filter keeps; one that would show nothing is left out, unless it is on."""
    found = {name: sum(kept(entry, reader) for entry in entries) for name, kept in FILTERS.items()}
    return {name: count for name, count in found.items() if count or name in (*_ALWAYS_SHOWN, chosen)}


def _item(entry: EntryView, language: Language, staff: Staff, reader: Reader, whose: str) -> Item:
    system = entry.kind == "system"
    title = _happened(entry, language, staff) if system else _written(entry, language, staff)
    return Item(
        at=entry.at,
        day=entry.at.astimezone(BRUSSELS).date(),
        symbol=_system_symbol(entry.code) if system else _SYMBOLS.get(entry.kind, "note"),
        title=f"{title} ({whose})" if whose else title,
        by=_name(staff, language, entry.author) if entry.author else language.text("Vangnet"),
        body=_body(entry, language),
        tone="warning" if entry.code in _WARNS else "",
        capacity="" if system else entry.capacity,
        unread=reader.unread(entry),
    )


def _body(entry: EntryView, language: Language) -> str:
    if entry.code == "call_out_briefing":
        return _briefing(entry.details, language)
    return entry.text or entry.details.get("override", "")


def _written(entry: EntryView, language: Language, staff: Staff) -> str:
    kind = language.word_or(f"entry_kind.{entry.kind}", entry.kind)
    if entry.code == "task_completed":
        result = language.word_or(f"task_result.{entry.details.get('result', '')}", "")
        return f"{kind}: {result}" if result else kind
    return _happened(entry, language, staff) if f"entry.{entry.code}" in WORDS else kind


def _happened(entry: EntryView, language: Language, staff: Staff) -> str:
    """The sentence for a system entry. A code that we do not know yet is shown as a plain event."""
    pattern = WORDS.get(f"entry.{entry.code}")
    if pattern is None:
        return language.word("entry_kind.system")
    return language.text(pattern, **_facts(entry.details, language, staff))


def _facts(details: Mapping[str, str], language: Language, staff: Staff) -> dict[str, str]:
    """What a sentence may name, each in words; what is not told is empty."""
    return {
        "role": language.word_or(f"person_role.{details.get('role', '')}", ""),
        "because": language.word_or(f"removal_reason.{details.get('because', '')}", "").lower(),
        "relation": language.word_or(f"relation.{details.get('relation', '')}", ""),
        "reason": language.word_or(f"break_glass_reason.{details.get('reason', '')}", ""),
        "result": language.word_or(f"task_result.{details.get('result', '')}", ""),
        "verdict": language.word_or(f"break_glass.{details.get('verdict', '')}", ""),
        "incident_type": language.word_or(f"incident_type.{details.get('incident_type', '')}", ""),
        "facts": ", ".join(
            language.text(_FACTS[fact]) for fact in details.get("facts", "").split() if fact in _FACTS
        ),
        "document_kind": language.word_or(f"document_kind.{details.get('document_kind', '')}", "").lower(),
        "withdrawal": language.word_or(f"withdrawal_reason.{details.get('why', '')}", "").lower(),
        "template": language.word_or(f"paper.{details.get('template', '')}", details.get("template", "")),
        "way": language.word_or(f"way.{details.get('way', '')}", "").lower(),
        "leaflets": ", ".join(
            [language.word_or(f"paper.{code}", code) for code in details.get("leaflets", "").split()]
            + [title for title in (details.get("own_leaflets", ""),) if title]
        ),
        "day": _day(details.get("due_on", ""), language),
        **_more(details, language),
        "from_who": _name(staff, language, _uuid(details.get("from", ""))),
        "who": _name(staff, language, _uuid(details.get("to", "") or details.get("user_id", ""))),
    }


_FAMILIES: Final = {
    "outcome": "attempt_outcome",
    "help": "practical",
    "told": "victim_told",
    "purpose": "consent_purpose",
    "risk": "risk_level",
    "was": "incident_type",
    "asker": "outsider",
    "answer": "referral_state",
    "refusal": "referral_refusal",
    "sought": "outreach_way",
    "attempted": "outreach_result",
    "decision": "outreach_decision",
    "stop": "outreach_stop",
    "stopped": "outreach_stopped",
    "source": "signal_source",
}
"""Details that are codes, and the family in which their words stand."""


def _more(details: Mapping[str, str], language: Language) -> dict[str, str]:
    return {
        **{
            name: language.word_or(f"{family}.{details.get(name, '')}", "")
            for name, family in _FAMILIES.items()
        },
        "minutes": details.get("minutes", ""),
        "until": _day(details.get("until", ""), language),
    }


def _briefing(details: Mapping[str, str], language: Language) -> str:
    ends = details.get("contact_phone_ends", "")
    at_hand = language.text(N_("eindigt op %(digits)s, staat in de oproep"), digits=ends) if ends else ""
    told = {**details, "contact_phone_ends": at_hand}
    return "\n".join(
        f"{language.text(term)}: {told[name]}" for name, term in _BRIEFING.items() if told.get(name)
    )


def why_sentence(why: Mapping[str, str], language: Language) -> str:
    """Why a date is what it is: the rule, from which day it counts, and the days that were passed over."""
    pattern = WORDS.get(f"why.{why.get('rule', '')}")
    if pattern is None:
        return ""
    sentence = language.text(pattern, day=_day(why.get("from", ""), language), days=why.get("days", ""))
    passed = {part.partition(":")[2] for part in why.get("passed_over", "").split()}
    skipped = [
        language.word(f"passed.{code}") for code in ("weekend", "holiday", "day_off") if code in passed
    ]
    if skipped:
        sentence += " " + language.text(N_("Overgeslagen: %(days)s."), days=", ".join(skipped))
    if why.get("moved_from"):
        sentence += " " + language.text(
            N_("Verplaatst; eerst was het %(day)s."), day=_day(why["moved_from"], language)
        )
    if why.get("plan"):
        sentence += " " + language.text(N_("Volgens het hercontactplan."))
    return sentence


def _day(text: str, language: Language) -> str:
    try:
        return language.day(date.fromisoformat(text))
    except ValueError:
        return ""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _name(staff: Staff, language: Language, user_id: UUID | None) -> str:
    return staff.name(user_id, language.text(N_("naam niet beschikbaar")))


def _system_symbol(code: str) -> str:
    if code.startswith("call_out_"):
        return "call-out"
    if code.startswith(("referral_", "incoming_")):
        return "link"
    if code.startswith("outreach_"):
        return "house"
    return _SYSTEM_SYMBOLS.get(code, "info")
