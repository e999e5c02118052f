"""When something is wrong: a page in the person's language that says what to do, or a banner for a fragment."""

import logging
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, urlsplit

from litestar import Response
from litestar.exceptions import HTTPException

from services.gateway.marking import N_
from services.gateway.rendering import AnyRequest, go_to
from services.gateway.sign_in import visit_so_far
from shared.errors import Problem, StepUpNeeded, Unauthenticated
from shared.telemetry import trace_id

TITLES: Final = {
    400: N_("Dit kunnen we niet lezen"),
    403: N_("Dit mag u niet openen"),
    404: N_("Dit vinden we niet"),
    409: N_("Dit kan nu niet"),
    429: N_("Even wachten"),
    500: N_("Er liep iets mis"),
    503: N_("Even niet bereikbaar"),
}
TEXTS: Final = {
    400: N_("Ga terug en probeer opnieuw. Blijft het zo, geef dan het nummer hieronder aan uw beheerder."),
    403: N_("Uw rol laat dit niet toe. Hebt u het nodig voor uw werk, vraag het dan aan uw coördinator."),
    404: N_("De pagina bestaat niet, of u kunt ze niet zien."),
    409: N_("De toestand is intussen veranderd. Ververs de pagina en kijk wat er nu staat."),
    429: N_("U probeerde dit te vaak na elkaar. Wacht enkele minuten."),
    500: N_("Dat ligt aan ons. Probeer opnieuw; blijft het zo, geef dan het nummer hieronder door."),
    503: N_(
        "Een onderdeel antwoordt nu niet. Wat u bewaarde, is niet weg. Probeer het over een minuut opnieuw."
    ),
}

log = logging.getLogger(__name__)


def answer_problem(request: AnyRequest, problem: Problem) -> Response[str]:
    """A refusal of ours or of a service."""
    if problem.status == Unauthenticated.status:
        return go_to(request, f"/sign-in{_next(request)}")
    if problem.code == StepUpNeeded.code:
        return go_to(request, f"/step-up{_next(request)}")
    return show_error(request, problem.status, code=problem.code, trace=getattr(problem, "trace_id", ""))


def answer_http_exception(request: AnyRequest, failure: HTTPException) -> Response[str]:
    """What Litestar refuses: no such page, a wrong method, a parameter that cannot be read."""
    status = HTTPStatus(failure.status_code)
    unknown = status in (HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.BAD_REQUEST) and request.method == "GET"
    return show_error(request, HTTPStatus.NOT_FOUND if unknown else status)


def answer_failure(request: AnyRequest, failure: Exception) -> Response[str]:
    """What nobody foresaw: logged with where it happened, never shown."""
    log.error("page failed", exc_info=failure)
    return show_error(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def show_error(request: AnyRequest, status: int, *, code: str = "", trace: str = "") -> Response[str]:
    visit = visit_so_far(request)
    known = status if status in TITLES else (400 if status < HTTPStatus.INTERNAL_SERVER_ERROR else 500)
    text = visit.language.text(TEXTS[known])
    if status in (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY):
        text = visit.language.word_or(f"error.{code}", text)
    fragment = request.headers.get("HX-Request") == "true"
    again = request.url.path if request.method == "GET" and known in (500, 503) else ""
    answer: Response[str] = request.app.state.pages.show(
        "_error.html" if fragment else "error.html",
        visit,
        status=status,
        title=visit.language.text(TITLES[known]),
        text=text,
        again=again,
        trace_id=trace or trace_id(),
    )
    if fragment:
        answer.headers["HX-Retarget"] = "#problem"
        answer.headers["HX-Reswap"] = "innerHTML"
    return answer


def _next(request: AnyRequest) -> str:
    """Where to go on afterwards: the page asked for, or the page whose form was sent."""
    if request.method == "GET" and request.headers.get("HX-Request") != "true":
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    else:
        came_from = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "")
        path = came_from.path or "/"
    return f"?next={quote(path, safe='/')}" if path not in ("", "/") else ""
