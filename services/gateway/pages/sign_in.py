"""Signing in: organisation, address and password; then the second factor, or making one the first time."""

import contextlib
import io
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import segno
from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromQuery
from markupsafe import Markup

from services.gateway.forms import Form, read_form
from services.gateway.rendering import AnyRequest, Pages, go_to, own_path
from services.gateway.sign_in import step_up as show_second_factor
from services.gateway.visit import Visit
from shared.contracts.identity import (
    Accepted,
    ConfirmEnrolment,
    PublicTenant,
    ShowSecondFactor,
    SignedIn,
    SignIn,
    SignInStep,
    StartEnrolment,
    TotpEnrolment,
)
from shared.errors import Problem, Unavailable

TENANT_COOKIE: Final = "vangnet_tenant"
_CHALLENGE_SECONDS: Final = 300
_A_YEAR: Final = 31_536_000


@get("/sign-in", include_in_schema=False)
async def sign_in_page(
    request: AnyRequest,
    guest: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    next: FromQuery[str] = "/",
) -> Response[str]:
    if guest.person is not None:
        return go_to(request, own_path(next))
    form = Form(guest, {"tenant": request.cookies.get(TENANT_COOKIE, ""), "next": own_path(next)})
    return await _show(pages, guest, form)


@post("/sign-in", include_in_schema=False)
async def sign_in(
    request: AnyRequest, guest: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, guest)
    if not form.needs("tenant", "email", "password"):
        return await _show(pages, guest, form)
    command = SignIn(
        tenant=form.text("tenant"),
        email=form.text("email"),
        password=form.values["password"],
        source=request.client.host if request.client else "",
    )
    try:
        step = await guest.services.tell("identity", "/sign-in", command, SignInStep, key=form.key)
    except Problem as problem:
        form.refused(problem)
        return await _show(pages, guest, form)
    cookies = request.app.state.cookies
    page = "/sign-in/enrolment" if step.step == "enrolment" else "/sign-in/code"
    return go_to(
        request,
        _with_next(page, form),
        cookies=[
            cookies.make(cookies.challenge, step.challenge, seconds=_CHALLENGE_SECONDS),
            cookies.make(TENANT_COOKIE, command.tenant, seconds=_A_YEAR),
        ],
    )


@get("/sign-in/code", include_in_schema=False)
async def code_page(
    request: AnyRequest,
    guest: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    next: FromQuery[str] = "/",
) -> Response[str]:
    if not _challenge(request):
        return go_to(request, "/sign-in")
    return pages.show("sign_in/code.html", guest, f=Form(guest, {"next": own_path(next)}))


@post("/sign-in/code", include_in_schema=False)
async def show_code(
    request: AnyRequest, guest: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, guest)
    challenge = _challenge(request)
    if not challenge:
        return go_to(request, "/sign-in", note="note.sign_in_again")
    if form.needs("code"):
        command = ShowSecondFactor(challenge=challenge, code=form.text("code").replace(" ", ""))
        try:
            signed_in = await guest.services.tell(
                "identity", "/sign-in/second-factor", command, SignedIn, key=form.key
            )
        except Problem as problem:
            if problem.code == "challenge_over":
                return go_to(request, "/sign-in", note="note.sign_in_again")
            form.refused(problem)
        else:
            return go_to(request, own_path(form.text("next")), cookies=_session_cookies(request, signed_in))
    form.values["code"] = ""
    return pages.show("sign_in/code.html", guest, f=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@get("/sign-in/enrolment", include_in_schema=False)
async def enrolment_page(
    request: AnyRequest,
    guest: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    next: FromQuery[str] = "/",
) -> Response[str]:
    if not _challenge(request):
        return go_to(request, "/sign-in")
    return await _show_enrolment(request, pages, guest, Form(guest, {"next": own_path(next)}))


@post("/sign-in/enrolment", include_in_schema=False)
async def confirm_enrolment(
    request: AnyRequest, guest: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, guest)
    challenge = _challenge(request)
    if not challenge:
        return go_to(request, "/sign-in", note="note.sign_in_again")
    if form.needs("code"):
        command = ConfirmEnrolment(challenge=challenge, code=form.text("code").replace(" ", ""))
        try:
            signed_in = await guest.services.tell(
                "identity", "/sign-in/enrolment/confirm", command, SignedIn, key=form.key
            )
        except Problem as problem:
            if problem.code == "challenge_over":
                return go_to(request, "/sign-in", note="note.sign_in_again")
            form.refused(problem)
        else:
            answer = pages.show(
                "sign_in/recovery_codes.html",
                guest,
                codes=signed_in.recovery_codes,
                onward=own_path(form.text("next")),
            )
            for cookie in _session_cookies(request, signed_in):
                answer.set_cookie(cookie)
            return answer
    return await _show_enrolment(request, pages, guest, form)


@post("/sign-out", include_in_schema=False)
async def sign_out(request: AnyRequest, guest: NamedDependency[Visit]) -> Response[str]:
    await read_form(request, guest)
    cookies = request.app.state.cookies
    if guest.person is not None:
        request.app.state.sign_ins.forget_session(guest.session_token)
        # Whether identity answers or not, this browser forgets its session; what is left of it then lapses by itself.
        with contextlib.suppress(Unavailable):
            await guest.services.tell("identity", "/sign-out", None, Accepted, key=Form(guest).key)
    return go_to(request, "/sign-in", note="note.signed_out", cookies=[cookies.drop(cookies.session)])


@get("/step-up", include_in_schema=False)
async def step_up_page(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    next: FromQuery[str] = "/",
) -> Response[str]:
    return pages.show("sign_in/step_up.html", visit, f=Form(visit, {"next": own_path(next)}))


@post("/step-up", include_in_schema=False)
async def step_up(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    if form.needs("step_up_code"):
        try:
            await show_second_factor(request, visit, form)
        except Problem as problem:
            form.refused(problem)
        else:
            return go_to(request, own_path(form.text("next")))
    form.values["step_up_code"] = ""
    return pages.show("sign_in/step_up.html", visit, f=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


async def _show(pages: Pages, guest: Visit, form: Form) -> Response[str]:
    tenants = await guest.services.ask("identity", "/tenants/public", list[PublicTenant])
    options = sorted(((tenant.key, tenant.name) for tenant in tenants), key=lambda option: option[1])
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or form.problem else HTTPStatus.OK
    return pages.show("sign_in/sign_in.html", guest, f=form, tenants=options, status=status)


async def _show_enrolment(request: AnyRequest, pages: Pages, guest: Visit, form: Form) -> Response[str]:
    command = StartEnrolment(challenge=_challenge(request))
    try:
        enrolment = await guest.services.tell(
            "identity", "/sign-in/enrolment", command, TotpEnrolment, key=Form(guest).key
        )
    except Problem:
        return go_to(request, "/sign-in", note="note.sign_in_again")
    form.values["code"] = ""
    secret = " ".join(enrolment.secret[i : i + 4] for i in range(0, len(enrolment.secret), 4))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or form.problem else HTTPStatus.OK
    picture = qr_code(enrolment.uri)
    return pages.show("sign_in/enrolment.html", guest, f=form, secret=secret, picture=picture, status=status)


def qr_code(text: str) -> Markup:
    """A QR code as inline SVG, with colours as attributes: the page's policy allows no inline style."""
    drawn = io.BytesIO()
    segno.make(text, error="m").save(drawn, kind="svg", xmldecl=False, svgns=False, omitsize=True, border=2)
    return Markup(drawn.getvalue().decode())  # noqa: S704 - drawn here, from squares


def _challenge(request: AnyRequest) -> str:
    return request.cookies.get(request.app.state.cookies.challenge, "")


def _session_cookies(request: AnyRequest, signed_in: SignedIn) -> list[Cookie]:
    cookies = request.app.state.cookies
    return [cookies.make(cookies.session, signed_in.session_token), cookies.drop(cookies.challenge)]


def _with_next(page: str, form: Form) -> str:
    onward = own_path(form.text("next"))
    return page if onward == "/" else page + "?next=" + quote(onward, safe="/")


ROUTES = [
    sign_in_page, sign_in, code_page, show_code, enrolment_page, confirm_enrolment, sign_out, step_up_page, step_up,
]  # fmt: skip
