"""The lines that always help somebody on, for everybody, signed in or not; and also while referrals does not answer."""

from itertools import groupby
from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency

from services.gateway.rendering import AnyRequest, Pages
from services.gateway.visit import Visit
from shared.contracts.service_search import HelpLine, HelpLines

GROUPS: Final = ("emergency", "violence", "suicide", "children", "listening", "welfare", "health")
_NONE: Final = HelpLines(lines=[])


class HelpLinesKept:
    """What referrals answered last, for when it does not."""

    def __init__(self) -> None:
        self.lines = _NONE


@get("/help-lines", include_in_schema=False)
async def help_lines_page(
    request: AnyRequest, guest: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    kept: HelpLinesKept = request.app.state.help_lines
    # while nobody answers, the numbers of a moment ago are still the numbers
    kept.lines = await guest.services.ask_or(kept.lines, "referrals", "/help-lines", HelpLines)
    if guest.person is not None:
        await request.app.state.shell.fill(guest)
    return pages.show("help_lines.html", guest, groups=_grouped(kept.lines.lines or list(EMERGENCY)))


@get("/no-connection", include_in_schema=False)
async def no_connection_page(guest: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    """What a browser that knows us shows in place of a page that it cannot reach (static/sw.js)."""
    return pages.show("no_connection.html", guest)


def _grouped(lines: list[HelpLine]) -> list[tuple[str, list[HelpLine]]]:
    """In the order of need; a group that we do not know comes last."""

    def place(line: HelpLine) -> int:
        return GROUPS.index(line.group) if line.group in GROUPS else len(GROUPS)

    ordered = sorted(lines, key=place)
    return [(group, list(found)) for group, found in groupby(ordered, key=lambda each: each.group)]


def _emergency(number: str, name: dict[str, str], what: dict[str, str]) -> HelpLine:
    return HelpLine(
        code=number,
        number=number,
        dial=number,
        group="emergency",
        always_open=True,
        names=name,
        what=what,
        for_whom={"nl": "Voor iedereen", "fr": "Pour tout le monde", "de": "Für alle", "en": "For everybody"},
        when={"nl": "Dag en nacht", "fr": "Jour et nuit", "de": "Tag und Nacht", "en": "Day and night"},
        languages=["nl", "fr", "de", "en"],
        cost="free",
        website="",
    )


EMERGENCY: Final = (
    _emergency(
        "112",
        {"nl": "Noodnummer", "fr": "Numéro d'urgence", "de": "Notruf", "en": "Emergency number"},
        {
            "nl": "Ziekenwagen, brandweer of politie",
            "fr": "Ambulance, pompiers ou police",
            "de": "Rettungsdienst, Feuerwehr oder Polizei",
            "en": "Ambulance, fire brigade or police",
        },
    ),
    _emergency(
        "101",
        {"nl": "Politie dringend", "fr": "Police urgente", "de": "Polizeinotruf", "en": "Police emergency"},
        {
            "nl": "Dringende hulp van de politie",
            "fr": "Aide urgente de la police",
            "de": "Dringende Hilfe der Polizei",
            "en": "Urgent help of the police",
        },
    ),
)
"""What stands on the page of a gateway that has just started while referrals is away: better two than none."""

ROUTES = [help_lines_page, no_connection_page]
