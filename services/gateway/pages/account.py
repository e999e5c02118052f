"""One's own account: language and theme, password, recovery codes, and the sessions that are open."""

from http import HTTPStatus
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.forms import Form, read_form
from services.gateway.language import LANGUAGES
from services.gateway.rendering import AnyRequest, Pages, go_to, own_path
from services.gateway.sign_in import LANGUAGE_COOKIE, step_up
from services.gateway.visit import Visit
from shared.contracts.identity import Accepted, ChangePassword, ChangePreferences, OwnSession, RecoveryCodes
from shared.errors import Problem

_A_YEAR = 31_536_000
_THEMES = ("auto", "light", "dark")


@get("/account", include_in_schema=False)
async def account_page(visit: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    return await _show(pages, visit)


@post("/account/preferences", include_in_schema=False)
async def change_preferences(request: AnyRequest, visit: NamedDependency[Visit]) -> Response[str]:
    form = await read_form(request, visit)
    await _prefer(request, visit, form, form.text("language"), form.text("theme"))
    return go_to(request, "/account", note="note.saved")


@post("/account/password", include_in_schema=False)
async def change_password(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    if form.needs("current", "new"):
        command = ChangePassword(current=form.values["current"], new=form.values["new"])
        try:
            await step_up(request, visit, form)
            await visit.services.tell("identity", "/me/password", command, Accepted, key=form.key)
        except Problem as problem:
            form.refused(problem)
        else:
            return go_to(request, "/account", note="note.password_changed")
    return await _show(pages, visit, password=form)


@post("/account/sessions/{session_id:uuid}/revoke", include_in_schema=False)
async def revoke_session(
    request: AnyRequest, visit: NamedDependency[Visit], session_id: FromPath[UUID]
) -> Response[str]:
    form = await read_form(request, visit)
    await visit.services.tell("identity", f"/me/sessions/{session_id}/revoke", None, Accepted, key=form.key)
    request.app.state.sign_ins.forget(visit.who.id, session_id)
    return go_to(request, "/account", note="note.session_ended")


@post("/account/recovery-codes", include_in_schema=False)
async def renew_recovery_codes(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    try:
        await step_up(request, visit, form)
        fresh = await visit.services.tell("identity", "/me/recovery-codes", None, RecoveryCodes, key=form.key)
    except Problem as problem:
        form.refused(problem)
        return await _show(pages, visit, recovery=form)
    return pages.show("sign_in/recovery_codes.html", visit, codes=fresh.recovery_codes, onward="/account")


@post("/language", include_in_schema=False)
async def change_language(request: AnyRequest, guest: NamedDependency[Visit]) -> Response[str]:
    """From the menu or the foot of a page, signed in or not."""
    form = await read_form(request, guest)
    wish = form.text("language")
    language = wish if wish in LANGUAGES else guest.language.code
    cookie = request.app.state.cookies.make(LANGUAGE_COOKIE, language, seconds=_A_YEAR)
    if guest.person is not None:
        await _prefer(request, guest, form, language, guest.theme)
    return go_to(request, own_path(form.text("back")), cookies=[cookie])


async def _prefer(request: AnyRequest, visit: Visit, form: Form, language: str, theme: str) -> None:
    command = ChangePreferences(
        language=language if language in LANGUAGES else visit.language.code,
        theme=theme if theme in _THEMES else "auto",
    )
    await visit.services.tell("identity", "/me/preferences", command, Accepted, key=form.key)
    await request.app.state.sign_ins.renew(visit.session_token)


async def _show(
    pages: Pages, visit: Visit, *, password: Form | None = None, recovery: Form | None = None
) -> Response[str]:
    sessions = await visit.services.ask("identity", "/me/sessions", list[OwnSession])
    wrong = password is not None or recovery is not None
    return pages.show(
        "account/account.html",
        visit,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        preferences=Form(visit, {"language": visit.language.code, "theme": visit.theme or "auto"}),
        password=password or Form(visit),
        recovery=recovery or Form(visit),
        act=Form(visit),
        sessions=sorted(sessions, key=lambda session: (not session.current, -session.seen_at.timestamp())),
    )


ROUTES = [
    account_page, change_preferences, change_password, revoke_session, renew_recovery_codes, change_language,
]  # fmt: skip
