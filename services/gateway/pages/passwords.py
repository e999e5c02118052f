"""A forgotten password: ask for a link, and choose a new one with it. Also how a new colleague chooses the first."""

from http import HTTPStatus

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.forms import Form, read_form
from services.gateway.rendering import AnyRequest, Pages, go_to
from services.gateway.visit import Visit
from shared.contracts.identity import Accepted, CompletePasswordReset, PublicTenant, RequestPasswordReset
from shared.errors import Problem


@get("/password-reset", include_in_schema=False)
async def reset_request_page(guest: NamedDependency[Visit], pages: NamedDependency[Pages]) -> Response[str]:
    return await _show_request(pages, guest, Form(guest))


@post("/password-reset", include_in_schema=False)
async def request_reset(
    request: AnyRequest, guest: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, guest)
    if not form.needs("tenant", "email"):
        return await _show_request(pages, guest, form)
    command = RequestPasswordReset(tenant=form.text("tenant"), email=form.text("email"))
    try:
        await guest.services.tell("identity", "/password-resets", command, Accepted, key=form.key)
    except Problem as problem:
        form.refused(problem)
        return await _show_request(pages, guest, form)
    return pages.show("sign_in/reset_request.html", guest, f=form, sent=True, tenants=[])


@get("/password-reset/{token:str}", include_in_schema=False)
async def reset_page(
    guest: NamedDependency[Visit], pages: NamedDependency[Pages], token: FromPath[str]
) -> Response[str]:
    return pages.show("sign_in/reset.html", guest, f=Form(guest), token=token)


@post("/password-reset/{token:str}", include_in_schema=False)
async def complete_reset(
    request: AnyRequest, guest: NamedDependency[Visit], pages: NamedDependency[Pages], token: FromPath[str]
) -> Response[str]:
    form = await read_form(request, guest)
    if form.needs("password"):
        command = CompletePasswordReset(token=token, password=form.values["password"])
        try:
            await guest.services.tell(
                "identity", "/password-resets/complete", command, Accepted, key=form.key
            )
        except Problem as problem:
            form.refused(problem)
        else:
            return go_to(request, "/sign-in", note="note.password_changed")
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return pages.show("sign_in/reset.html", guest, f=form, token=token, status=status)


async def _show_request(pages: Pages, guest: Visit, form: Form) -> Response[str]:
    tenants = await guest.services.ask("identity", "/tenants/public", list[PublicTenant])
    options = sorted(((tenant.key, tenant.name) for tenant in tenants), key=lambda option: option[1])
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or form.problem else HTTPStatus.OK
    return pages.show("sign_in/reset_request.html", guest, f=form, sent=False, tenants=options, status=status)


ROUTES = [reset_request_page, request_reset, reset_page, complete_reset]
