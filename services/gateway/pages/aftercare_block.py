"""Aftercare on the dossier's own page: a line for each part of which there is something, and how it stands now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from services.gateway.language import BRUSSELS, Language
from services.gateway.marking import N_
from services.gateway.visit import Visit
from shared.contracts.aftercare import AftercareView, ConsentView
from shared.contracts.cases import DossierView


@dataclass(frozen=True)
class Line:
    """`part` is its place on the overview; `more` and `warning` may be empty."""

    part: str
    symbol: str
    title: str
    state: str
    more: str = ""
    warning: str = ""


async def block(visit: Visit, dossier: DossierView) -> dict[str, Any]:
    """The page does without it while aftercare cannot be had."""
    path = f"/dossiers/{dossier.dossier_id}/aftercare"
    care: AftercareView | None = await visit.services.ask_or(None, "cases", path, AftercareView)
    lines = list(lines_of(care, visit.language, now=datetime.now(UTC))) if care else []
    return {"care": care, "care_lines": lines}


def lines_of(care: AftercareView, language: Language, *, now: datetime) -> Iterator[Line]:
    """In the order of the overview. Of risk and goodbye only the newest; what ended speaks only when nothing runs."""
    text, word = language.text, language.word
    for news in care.bad_news:
        embargo = text(N_("persembargo")) if news.embargo else ""
        yield Line(
            "bad-news",
            "message",
            text(N_("Slecht nieuws")),
            word(f"bad_news.{news.state}"),
            news.about,
            embargo,
        )
    running = [each for each in care.home_bans if each.state != "ended"]
    for ban in running or care.home_bans[-1:]:
        untold = text(N_("slachtoffer nog niet ingelicht")) if not ban.victim_informed else ""
        if ban.state == "ended":
            yield Line("home-ban", "house", text(N_("Huisverbod")), word("home_ban.ended"))
        else:
            until = text(N_("tot %(moment)s"), moment=language.moment(ban.ends_at))
            days = (ban.ends_at.astimezone(BRUSSELS).date() - now.astimezone(BRUSSELS).date()).days
            left = (
                language.plural("nog %(count)s dag", "nog %(count)s dagen", days)
                if days > 1
                else language.distance(ban.ends_at, now=now)
            )
            yield Line("home-ban", "house", text(N_("Huisverbod")), until, left, untold)
    for risk in care.risks[-1:]:
        level = word(f"risk_level.{risk.level}")
        yield Line("risk", "shield", text(N_("Risicotaxatie")), level, language.day(risk.assessed_on))
    if care.consents:
        yield Line("consents", "check", text(N_("Toestemmingen")), _consents(care.consents, language))
    if care.practical_help:
        minutes = language.plural("%(count)s minuut", "%(count)s minuten", care.practical_minutes)
        yield Line("practical", "team", text(N_("Praktische hulp")), minutes)
    for goodbye in care.goodbyes[-1:]:
        facts = goodbye.facts
        if facts.held_at:
            more = text(N_("Gehouden op %(moment)s"), moment=language.moment(facts.held_at))
        elif facts.planned_at:
            more = text(N_("Gepland op %(moment)s"), moment=language.moment(facts.planned_at))
        else:
            more = ""
        permission = word(f"goodbye_permission.{facts.permission}")
        yield Line("goodbye", "people", text(N_("Afscheid")), permission, more)


def _consents(consents: list[ConsentView], language: Language) -> str:
    """`2 gegeven, 1 ingetrokken`: how many of each answer."""
    states = sorted(each.state for each in consents)
    counted = ((state, len(list(same))) for state, same in groupby(states))
    return ", ".join(f"{count} {language.word(f'consent.{state}').lower()}" for state, count in counted)
