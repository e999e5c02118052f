"""A partner, landlord or relative asks after a client: what one says to everybody, and one tap to write it down."""

from typing import Final
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from services.gateway.forms import Form, read_form
from services.gateway.pages.dossier_sight import answer_out_of_sight, dossier_of, tell
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.contracts.cases import OUTSIDERS, DossierView, EntryRef, NoteOutsideQuestion
from shared.errors import Problem

SCRIPT: Final = {
    "nl": (
        (
            "Ik kan u niet zeggen of wij iemand kennen of helpen. Dat doen we bij niemand, "
            "zodat iedereen hier veilig terechtkan."
        ),
        "Hebt u een boodschap voor iemand? Zeg die dan zelf aan die persoon. Wie ons nodig heeft, belt ons zelf.",
        "Is er nu gevaar? Bel 112.",
    ),
    "fr": (
        (
            "Je ne peux pas vous dire si nous connaissons ou aidons quelqu'un. Nous ne le disons pour personne, "
            "afin que chacun puisse venir ici en toute sécurité."
        ),
        (
            "Vous avez un message pour quelqu'un ? Dites-le vous-même à cette personne. Qui a besoin de nous peut "
            "toujours nous appeler."
        ),
        "Y a-t-il un danger maintenant ? Appelez le 112.",
    ),
    "de": (
        (
            "Ich kann Ihnen nicht sagen, ob wir jemanden kennen oder unterstützen. Das tun wir bei niemandem, "
            "damit alle sicher zu uns kommen können."
        ),
        (
            "Haben Sie eine Nachricht für jemanden? Sagen Sie sie der Person bitte selbst. Wer uns braucht, kann uns "
            "jederzeit anrufen."
        ),
        "Besteht jetzt Gefahr? Rufen Sie 112 an.",
    ),
    "en": (
        (
            "I cannot tell you whether we know or help anyone. We do not say that about anybody, "
            "so that everyone can come to us safely."
        ),
        "Do you have a message for someone? Please tell that person yourself. Whoever needs us can always call us.",
        "Is there danger now? Call 112.",
    ),
}
"""What is said aloud, in the caller's language and not the reader's: so it stands in no catalogue."""


@get("/outside-question", include_in_schema=False)
async def what_to_say(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    """Without a dossier: only what to say, for whoever takes the call."""
    visit.who  # noqa: B018 - raises when nobody is signed in
    return _show(pages, visit, None, Form(visit))


@get("/dossiers/{dossier_id:uuid}/outside-question", include_in_schema=False)
async def asked_here(
    dossier_id: FromPath[UUID], visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    return _show(pages, visit, await dossier_of(visit, dossier_id), Form(visit))


@post("/dossiers/{dossier_id:uuid}/outside-question", include_in_schema=False)
async def note_question(
    request: AnyRequest,
    dossier_id: FromPath[UUID],
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
) -> Response[str]:
    """Each kind of asker is a button of its own."""
    form = await read_form(request, visit)
    if form.needs("asker"):
        command = NoteOutsideQuestion(asker=form.text("asker"), tell_client=bool(form.text("tell_client")))
        if await tell(visit, form, f"/dossiers/{dossier_id}/outside-questions", command, EntryRef):
            return go_to(request, f"/dossiers/{dossier_id}#timeline", note="note.outside_question")
    return _show(pages, visit, await dossier_of(visit, dossier_id), form)


def _show(pages: Pages, visit: Visit, dossier: DossierView | None, form: Form) -> Response[str]:
    own = visit.language.code
    script = sorted(SCRIPT.items(), key=lambda each: each[0] != own)
    return pages.show(
        "dossiers/outside_question.html",
        visit,
        f=form,
        dossier=dossier,
        script=script,
        askers=OUTSIDERS,
        status=422 if form.errors or form.problem else 200,
    )


ROUTES: list[ControllerRouterHandler] = [
    Router(
        path="",
        route_handlers=[what_to_say, asked_here, note_question],
        exception_handlers={Problem: answer_out_of_sight},
    ),
]
