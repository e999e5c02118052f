"""What can be done in aftercare: each act with its questions, and the command that the answers make."""

# ruff: noqa: ARG005 - every command is made from the same three
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import msgspec

from services.gateway.forms import Form
from services.gateway.marking import N_
from services.gateway.visit import Visit
from shared.contracts import aftercare as c
from shared.contracts import bad_news as n
from shared.contracts.cases import DossierRef, DossierView


@dataclass(frozen=True)
class Ask:
    """One field. `family` and `codes` are the words and values of a choice, unless the page `offers` its own."""

    kind: str
    name: str
    label: str
    optional: bool = False
    family: str = ""
    codes: tuple[str, ...] = ()
    offers: str = ""


@dataclass(frozen=True)
class Act:
    """What can be done: where it is told, what is asked, and the command that the answers make."""

    title: str
    path: str
    asks: tuple[Ask, ...]
    command: Callable[[Form, Visit, DossierView], msgspec.Struct]
    answer: type[Any]
    explains: str = ""


def _choice(name: str, label: str, family: str, codes: tuple[str, ...]) -> Ask:
    return Ask("radios", name, label, family=family, codes=codes)


def _uuids(form: Form, *names: str) -> list[UUID]:
    return [each for each in (form.uuid(name) for name in names) if each is not None]


RECIPIENT_ROWS: Final = ("", "_2", "_3", "_4")
"""Rows of the form for who must hear the bad news; the first is always there."""


def _recipients(f: Form) -> list[n.BadNewsRecipient]:
    """Each row with a name; a row that says anything else without a name asks for it."""
    found = []
    for row in RECIPIENT_ROWS:
        name, relation, address = (f.text(f"{each}{row}") for each in ("recipient", "relation", "address"))
        age = f.number(f"age{row}")
        if name:
            found.append(n.BadNewsRecipient(name=name, relation=relation, age=age, address=address))
        elif relation or address or age is not None:
            f.error(f"recipient{row}", "required")
    return found


def _receive(f: Form, visit: Visit, dossier: DossierView) -> msgspec.Struct:
    return n.ReceiveBadNews(
        about=f.text("about"),
        recipients=_recipients(f),
        kind=f.text("news_kind"),
        source=f.text("source"),
        way=f.text("way"),
        requester=f.text("requester"),
        reference=f.text("reference"),
        dossier_id=dossier.dossier_id,
    )


def who_goes(news: n.BadNewsView, reader: UUID) -> dict[str, str]:
    """Who brings it, as the form holds it: whoever was named before, else who fills it in."""
    first, *others = news.deliverers or [reader]
    return {
        "first": str(first),
        "colleague": str(others[0]) if others else "",
        "others": news.others,
        "alone_because": news.alone_because,
    }


def _deliver(f: Form, visit: Visit, dossier: DossierView) -> msgspec.Struct:
    return n.DeliverBadNews(
        recipient=f.number("heard_first") or 0,
        at=f.moment("at"),
        place=f.text("place"),
        deliverers=_uuids(f, "first", "colleague"),
        others=f.text("others"),
        alone_because=f.text("alone_because"),
        minor_because=f.text("minor_because"),
        reaction=f.text("reaction"),
        children_informed_by=f.text("children_informed_by"),
        network_called=f.text("network_called"),
        goodbye_wish=f.text("goodbye_wish") or "not_asked",
        donation_told=f.text("donation_told") == "1",
        autopsy_told=f.text("autopsy_told") == "1",
        belongings=f.text("belongings"),
        lift_embargo=f.text("lift_embargo") == "1",
    )


def _goodbye(f: Form, visit: Visit, dossier: DossierView) -> msgspec.Struct:
    return c.GoodbyeFacts(
        permission=f.text("permission"),
        permission_on=f.day("permission_on"),
        autopsy_on=f.day("autopsy_on"),
        place_kind=f.text("place_kind"),
        place=f.text("place"),
        planned_at=f.moment("planned_at"),
        held_at=f.moment("held_at"),
        preparation=f.text("preparation"),
        attendees=f.text("attendees"),
        present=[visit.who.id] if f.text("spot_present") == "1" else [],
        object_wishes=f.text("object_wishes"),
    )


_WITH_WHOM: Final = (
    Ask("select", "colleague", N_("Samen met collega"), optional=True, offers="staff"),
    Ask("field", "others", N_("Of samen met iemand anders"), optional=True),
    Ask("field", "alone_because", N_("Alleen? Waarom?"), optional=True),
)

_GOODBYE_ASKS: Final = (
    _choice("permission", N_("Toestemming van het parket"), "goodbye_permission", c.GOODBYE_PERMISSIONS),
    Ask("day", "permission_on", N_("Datum van de beslissing"), optional=True),
    Ask("day", "autopsy_on", N_("Datum van de autopsie"), optional=True),
    _choice("place_kind", N_("Waar?"), "goodbye_place", c.GOODBYE_PLACES),
    Ask("field", "place", N_("Plaats"), optional=True),
    Ask("moment", "planned_at", N_("Gepland op"), optional=True),
    Ask("moment", "held_at", N_("Gehouden op"), optional=True),
    Ask("field", "preparation", N_("Voorbereiding van het lichaam"), optional=True),
    Ask("field", "attendees", N_("Wie was erbij"), optional=True),
    Ask("checkbox", "spot_present", N_("Ik was erbij")),
    Ask("field", "object_wishes", N_("Wensen over voorwerpen"), optional=True),
)

_GOODBYE_EXPLAINS: Final = N_("Besliste het parket al? Noteer dan ook de datum van de beslissing.")

ACTS: Final[Mapping[str, Act]] = {
    "bad-news": Act(
        N_("Slecht nieuws noteren"), "/bad-news",
        (
            Ask("field", "about", N_("Over wie gaat het?")),
            _choice("news_kind", N_("Wat is er gebeurd?"), "bad_news_kind", n.BAD_NEWS_KINDS),
            Ask("recipients", "recipient", N_("Wie moet het horen?")),
            _choice("source", N_("Wie vraagt het?"), "bad_news_source", n.BAD_NEWS_SOURCES),
            _choice("way", N_("Hoe kwam de vraag binnen?"), "bad_news_way", n.BAD_NEWS_WAYS),
            Ask("field", "requester", N_("Naam van de aanvrager"), optional=True),
            Ask("field", "reference", N_("Kenmerk"), optional=True),
        ),
        _receive, n.BadNewsRef,
        explains=N_("Komt de vraag van elders? Noteer dan ook wie ze stelt en het kenmerk: die krijgt de bevestiging."),
    ),
    "bad-news-verify": Act(
        N_("Bron nakijken"), "/bad-news/{of}/verify",
        (Ask("field", "how", N_("Bij wie hebt u het nagekeken, en hoe?")),),
        lambda f, _visit, dossier: n.VerifyBadNews(how=f.text("how")), n.BadNewsRef,
    ),
    "bad-news-assign": Act(
        N_("Noteren wie gaat"), "/bad-news/{of}/assign",
        (Ask("select", "first", N_("Wie gaat?"), offers="staff"), *_WITH_WHOM),
        lambda f, _visit, dossier: n.AssignBadNews(
            deliverers=_uuids(f, "first", "colleague"), others=f.text("others"), alone_because=f.text("alone_because"),
        ),
        n.BadNewsRef,
        explains=N_("Ga met twee, best samen met iemand in uniform. Alleen kan enkel met een reden."),
    ),
    "bad-news-attempt": Act(
        N_("Poging noteren"), "/bad-news/{of}/attempts",
        (
            _choice("outcome", N_("Hoe liep het?"), "attempt_outcome", n.ATTEMPT_OUTCOMES),
            _choice("neighbours", N_("De buren"), "neighbours", n.NEIGHBOURS),
            Ask("moment", "next_at", N_("Volgende poging"), optional=True),
            Ask("field", "note", N_("Wat wilt u onthouden?"), optional=True),
        ),
        lambda f, _visit, dossier: n.TryBadNews(
            outcome=f.text("outcome"), neighbours=f.text("neighbours"), next_at=f.moment("next_at"), note=f.text("note")
        ),
        n.BadNewsRef,
    ),
    "bad-news-deliver": Act(
        N_("Noteren dat het slecht nieuws gebracht is"), "/bad-news/{of}/deliver",
        (
            Ask("select", "heard_first", N_("Wie hoorde het eerst?"), offers="recipients"),
            Ask("moment", "at", N_("Wanneer?"), optional=True),
            Ask("field", "place", N_("Plaats"), optional=True),
            Ask("select", "first", N_("Wie bracht het?"), offers="staff"),
            *_WITH_WHOM,
            Ask("field", "minor_because", N_("Een minderjarige hoorde het eerst? Waarom?"), optional=True),
            Ask("field", "reaction", N_("Reactie, kort en feitelijk"), optional=True),
            Ask("field", "children_informed_by", N_("Wie vertelde het aan de kinderen?"), optional=True),
            Ask("field", "network_called", N_("Wie is erbij gehaald?"), optional=True),
            _choice("goodbye_wish", N_("Afscheid gewenst?"), "goodbye_wish", n.GOODBYE_WISHES),
            Ask("checkbox", "donation_told", N_("Uitleg over orgaandonatie gegeven")),
            Ask("checkbox", "autopsy_told", N_("Uitleg over autopsie gegeven")),
            Ask("field", "belongings", N_("Bezittingen"), optional=True),
            Ask("checkbox", "lift_embargo", N_("De familie weet het: de pers mag ingelicht worden")),
        ),
        _deliver, n.BadNewsRef,
    ),
    "bad-news-give-up": Act(
        N_("Noteren dat het niet te brengen is"), "/bad-news/{of}/not-deliverable",
        (_choice("reason", N_("Waarom?"), "not_deliverable", n.NOT_DELIVERABLE_REASONS),),
        lambda f, _visit, dossier: n.GiveUpBadNews(reason=f.text("reason")), n.BadNewsRef,
    ),
    "bad-news-confirm": Act(
        N_("Aanvrager inlichten"), "/bad-news/{of}/confirm",
        (
            Ask("field", "to", N_("Wie hebt u ingelicht?")),
            _choice("way", N_("Hoe?"), "bad_news_way", n.BAD_NEWS_WAYS),
        ),
        lambda f, _visit, dossier: n.ConfirmBadNews(to=f.text("to"), way=f.text("way")), n.BadNewsRef,
    ),
    "goodbye": Act(
        N_("Afscheid plannen"), "/dossiers/{dossier}/goodbyes", _GOODBYE_ASKS, _goodbye, c.GoodbyeRef,
        explains=_GOODBYE_EXPLAINS,
    ),
    "goodbye-change": Act(
        N_("Afscheid aanpassen"), "/goodbyes/{of}", _GOODBYE_ASKS, _goodbye, c.GoodbyeRef, explains=_GOODBYE_EXPLAINS,
    ),
    "practical-help": Act(
        N_("Praktische hulp noteren"), "/dossiers/{dossier}/practical-help",
        (
            Ask("select", "help_kind", N_("Welke hulp?"), family="practical", codes=c.PRACTICAL_KINDS),
            Ask("number", "minutes", N_("Minuten")),
            _choice("result", N_("Hoe liep het?"), "practical_result", c.PRACTICAL_RESULTS),
            Ask("day", "done_on", N_("Wanneer?"), optional=True),
        ),
        lambda f, _visit, dossier: c.NotePracticalHelp(
            kind=f.text("help_kind"), minutes=f.number("minutes") or 0, result=f.text("result"),
            done_on=f.day("done_on"),
        ),
        c.PracticalHelpRef,
    ),
    "home-ban": Act(
        N_("Huisverbod noteren"), "/dossiers/{dossier}/home-bans",
        (
            Ask("moment", "notified_at", N_("Mondeling meegedeeld op")),
            Ask("number", "days", N_("Aantal dagen")),
            Ask("field", "ordered_by", N_("Opgelegd door"), optional=True),
            Ask("field", "reference", N_("Kenmerk"), optional=True),
            Ask("field", "address", N_("Adres"), optional=True),
            Ask("select", "banned_person_id", N_("Wie mag er niet binnen?"), optional=True, offers="persons"),
        ),
        lambda f, _visit, dossier: c.OrderHomeBan(
            notified_at=f.moment("notified_at") or dossier.opened_at, days=f.number("days") or 14,
            ordered_by=f.text("ordered_by"), reference=f.text("reference"), address=f.text("address"),
            banned_person_id=f.uuid("banned_person_id"),
        ),
        c.HomeBanRef,
        explains=N_("De termijn loopt vanaf de mondelinge kennisgeving, hoogstens 14 dagen."),
    ),
    "home-ban-hearing": Act(
        N_("Zitting noteren"), "/home-bans/{of}/hearing",
        (Ask("moment", "hearing_at", N_("Zitting op")), Ask("field", "court", N_("Rechtbank"), optional=True)),
        lambda f, _visit, dossier: c.SetHearing(
            hearing_at=f.moment("hearing_at") or dossier.opened_at, court=f.text("court")
        ),
        c.HomeBanRef,
    ),
    "home-ban-extend": Act(
        N_("Verlenging noteren"), "/home-bans/{of}/extend",
        (Ask("day", "decided_on", N_("Beslist op")), Ask("day", "until", N_("Verlengd tot en met"))),
        lambda f, _visit, dossier: c.ExtendHomeBan(
            decided_on=f.day("decided_on") or dossier.opened_at.date(), until=f.day("until") or dossier.opened_at.date()
        ),
        c.HomeBanRef,
        explains=N_("De familierechtbank kan een keer verlengen, met hoogstens drie maanden."),
    ),
    "home-ban-end": Act(
        N_("Huisverbod beëindigen"), "/home-bans/{of}/end",
        (_choice("reason", N_("Waarom?"), "home_ban_end", c.HOME_BAN_END_REASONS),),
        lambda f, _visit, dossier: c.EndHomeBan(reason=f.text("reason")), c.HomeBanRef,
    ),
    "home-ban-inform": Act(
        N_("Slachtoffer inlichten"), "/home-bans/{of}/victim-informed",
        (
            _choice("about", N_("Waarover?"), "victim_told", c.VICTIM_TOLD_OF),
            _choice("way", N_("Hoe?"), "told_by", c.TOLD_BY),
        ),
        lambda f, _visit, dossier: c.InformVictim(of=f.text("about"), way=f.text("way")), c.HomeBanRef,
    ),
    "consent": Act(
        N_("Toestemming noteren"), "/dossiers/{dossier}/consents",
        (
            Ask("select", "person_id", N_("Over wie gaat het?"), offers="persons"),
            _choice("purpose", N_("Waarvoor?"), "consent_purpose", c.CONSENT_PURPOSES),
            _choice("state", N_("Antwoord"), "consent", ("given", "refused", "pending")),
            Ask("select", "given_by", N_("Gegeven door, bij een minderjarige"), optional=True, offers="persons"),
            _choice("way", N_("Hoe?"), "consent_way", c.CONSENT_WAYS),
        ),
        lambda f, _visit, dossier: c.RecordConsent(
            purpose=f.text("purpose"), person_id=f.uuid("person_id") or dossier.dossier_id, state=f.text("state"),
            given_by=f.uuid("given_by"), way=f.text("way"),
        ),
        c.ConsentRef,
        explains=N_("Bij een weigering bewaren we enkel dat het aangeboden is, en wanneer."),
    ),
    "consent-withdraw": Act(
        N_("Toestemming intrekken"), "/consents/{of}/withdraw", (),
        lambda f, _visit, dossier: c.WithdrawConsent(), c.ConsentRef,
        explains=N_("De toestemming geldt vanaf nu niet meer. Dat ze gegeven was, blijft staan."),
    ),
    "risk": Act(
        N_("Risicotaxatie noteren"), "/dossiers/{dossier}/risk-assessments",
        (
            _choice("level", N_("Niveau"), "risk_level", c.RISK_LEVELS),
            _choice("instrument", N_("Formulier"), "risk_instrument", c.RISK_INSTRUMENTS),
            Ask("day", "assessed_on", N_("Datum")),
            Ask("field", "assessed_by", N_("Ingevuld door")),
            Ask("field", "reference", N_("Kenmerk"), optional=True),
        ),
        lambda f, _visit, dossier: c.RecordRisk(
            level=f.text("level"), instrument=f.text("instrument"), assessed_by=f.text("assessed_by"),
            assessed_on=f.day("assessed_on") or dossier.opened_at.date(), reference=f.text("reference"),
        ),
        c.RiskRef,
        explains=N_("Enkel waar het officiële formulier staat en wat het niveau is; nooit een kopie."),
    ),
    "type": Act(
        N_("Soort feiten wijzigen"), "/dossiers/{dossier}/type",
        (Ask("select", "incident_type", N_("Nieuwe soort"), offers="incident_types"),),
        lambda f, _visit, dossier: c.ChangeIncidentType(
            incident_type=f.text("incident_type"), version=f.number("version") or 0
        ),
        DossierRef,
        explains=N_("Het dossier blijft hetzelfde. De hercontacten worden opnieuw gepland; verplichte blijven staan."),
    ),
}  # fmt: skip
