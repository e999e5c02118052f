"""What a found service says in one line each: why it fits or does not, when it is open, how fresh it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.gateway.language import BRUSSELS, Language
from services.gateway.marking import N_
from shared.contracts.service_search import FoundService, FoundServices, Opening, Reason


@dataclass(frozen=True)
class Line:
    """An icon, a sentence, and a tone: ok, warning, danger or rest. The sentence says it; icon and colour help."""

    symbol: str
    text: str
    tone: str = "rest"


_SAME_PLACE_KM = 0.1
"""So near lie only two things that both stand in the middle of one municipality."""
_SYMBOLS = {"fits": ("check", "ok"), "not": ("cross", "danger"), "unknown": ("question", "rest")}


def why(language: Language, service: FoundService) -> list[Line]:
    """Each rule in one line: first what does not fit, then what does, then what nobody knows."""
    order = {"not": 0, "fits": 1, "unknown": 2}
    # as long as nothing is known of anybody, a rule is a fact and no question
    symbols = _SYMBOLS if service.verdict else dict.fromkeys(_SYMBOLS, ("info", "rest"))
    lines = [
        (order[reason.verdict], Line(symbols[reason.verdict][0], text, symbols[reason.verdict][1]))
        for reason in service.reasons
        if (text := _sentence(language, reason))
    ]
    has_area = any(reason.rule == "area" for reason in service.reasons)
    if service.serves in {"yes", "no"} and not has_area:
        verdict = "fits" if service.serves == "yes" else "not"
        areas = language.listed(service.areas[:4])
        text = language.text(
            N_("Werkt voor %(areas)s") if verdict == "fits" else N_("Werkt enkel voor %(areas)s"), areas=areas
        )
        lines.append((order[verdict], Line(_SYMBOLS[verdict][0], text, _SYMBOLS[verdict][1])))
    return [line for _, line in sorted(lines, key=lambda each: each[0])]


def _sentence(language: Language, reason: Reason) -> str:
    if reason.rule == "age":
        return _age(language, reason)
    if reason.text:
        return reason.text
    words = _words(language, reason)
    match reason.rule, reason.excludes:
        case "area", False:
            message = N_("Voor wie woont in %(values)s")
        case "area", True:
            message = N_("Niet voor wie woont in %(values)s")
        case "gender", False:
            message = N_("Alleen voor: %(values)s")
        case "language", False:
            message = N_("Voor wie %(values)s spreekt")
        case "residence_status", False:
            message = N_("Verblijf: %(values)s")
        case "target_group", False:
            message = N_("Voor %(values)s")
        case "referral", _:
            return language.text(N_("Enkel na doorverwijzing"))
        case "income", _:
            return language.text(N_("Er geldt een inkomensgrens"))
        case _, True:
            message = N_("Niet voor: %(values)s")
        case _:
            message = N_("Voorwaarde: %(values)s")
    return language.text(message, values=words) if words else ""


def _words(language: Language, reason: Reason) -> str:
    family = {"gender": "gender", "residence_status": "residence_status", "target_group": "target_group"}
    if reason.rule == "language":
        return language.listed([language.language_name(code) for code in reason.asks])
    if reason.rule in family:
        return language.listed([group_name(language, code, family[reason.rule]) for code in reason.asks])
    return language.listed(reason.asks)


def group_name(language: Language, code: str, family: str = "target_group") -> str:
    """The word for a code; one that a source made up is shown as it is."""
    return language.word_or(f"{family}.{code}", code.replace("_", " "))


def _age(language: Language, reason: Reason) -> str:
    least, most = (*reason.asks, "", "")[:2]
    if least and most:
        text = language.text(N_("Van %(least)s tot en met %(most)s jaar"), least=least, most=most)
    elif least:
        text = language.text(N_("Vanaf %(least)s jaar"), least=least)
    elif most:
        text = language.text(N_("Tot en met %(most)s jaar"), most=most)
    else:
        return reason.text
    return language.text(N_("Niet: %(rule)s"), rule=text) if reason.excludes else text


def opening(language: Language, found: Opening, now: datetime) -> Line:
    """Open until when, or closed until when."""
    match found.state:
        case "always":
            return Line("clock", language.text(N_("Dag en nacht open")), "ok")
        case "open" if found.until is not None:
            until = _clock(language, found.until, now)
            return Line("clock", language.text(N_("Nu open tot %(time)s"), time=until), "ok")
        case "holiday":
            return Line("clock", language.text(N_("Feestdag vandaag: bel eerst")), "warning")
        case "closed" if found.opens_at is not None:
            opens = _clock(language, found.opens_at, now)
            return Line("clock", language.text(N_("Nu gesloten, weer open: %(time)s"), time=opens))
        case "closed":
            return Line("clock", language.text(N_("Nu gesloten")))
        case _:
            return Line("clock", language.text(N_("Openingsuren niet bekend")))


def _clock(language: Language, moment: datetime, now: datetime) -> str:
    """Only the time today, the day with it otherwise."""
    local = moment.astimezone(BRUSSELS)
    if local.date() == now.astimezone(BRUSSELS).date():
        return language.clock(local)
    return f"{language.short_day(local)} {language.clock(local)}"


def facts(language: Language, service: FoundService, found: FoundServices, now: datetime) -> Iterator[Line]:
    """Opening, distance, places, waiting, freshness."""
    yield opening(language, service.opening, now)
    if service.distance_km is not None and found.origin is not None:
        yield Line("pin", _distance(language, service, found))
    capacity = service.capacity
    if capacity is not None:
        count = language.plural("%(count)s plaats vrij", "%(count)s plaatsen vrij", capacity.available)
        text = count if capacity.available else language.text(N_("Geen plaats vrij"))
        if capacity.updated:
            day = language.short_day(capacity.updated)
            text = language.text(N_("%(what)s op %(day)s"), what=text, day=day)
        yield Line("people", text, "ok" if capacity.available else "warning")
    if service.waiting_weeks is not None:
        text = language.plural(
            "Wachttijd: %(count)s week", "Wachttijd: %(count)s weken", service.waiting_weeks
        )
        yield Line("task", text, "warning" if service.waiting_weeks > 4 else "rest")  # noqa: PLR2004 - a month
    if service.wheelchair is not None:
        yield Line(
            "wheelchair",
            language.text(
                N_("Toegankelijk met een rolstoel")
                if service.wheelchair
                else N_("Niet toegankelijk met een rolstoel")
            ),
        )
    yield freshness(language, service, now)


def _distance(language: Language, service: FoundService, found: FoundServices) -> str:
    """How exactly it is known goes with it: a distance from the middle of a municipality is no walking distance."""
    assert service.distance_km is not None  # noqa: S101 - asked by `facts`
    far = service.distance_km
    number = language.number(Decimal(str(far)) if far < 10 else Decimal(round(far)))  # noqa: PLR2004 - one decimal below ten
    rough = (found.origin is not None and found.origin.precision == "municipality") or all(
        place.precision == "municipality" for place in service.places if place.latitude is not None
    )
    if rough and far < _SAME_PLACE_KM:
        return language.text(N_("In dezelfde gemeente"))
    if rough:
        return language.text(N_("%(far)s km, op gemeenteniveau"), far=number)
    return language.text(N_("%(far)s km"), far=number)


def freshness(language: Language, service: FoundService, now: datetime) -> Line:
    """When somebody last looked whether it is still right."""
    if service.assured_at is None:
        return Line("refresh", language.text(N_("Nog niet nagekeken")), "warning")
    ago = language.distance(service.assured_at, now=now)
    if service.stale:
        return Line("refresh", language.text(N_("Verouderd: laatst nagekeken %(ago)s"), ago=ago), "warning")
    return Line("refresh", language.text(N_("Nagekeken %(ago)s"), ago=ago))
