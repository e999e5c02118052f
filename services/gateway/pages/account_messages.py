"""How one is reached: numbers and their proof, channels, quiet hours, and the devices that take push messages."""

from datetime import time
from http import HTTPStatus
from typing import Final
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.gateway.forms import Form, read_form
from services.gateway.rendering import AnyRequest, Pages, go_to, phone
from services.gateway.visit import Visit
from shared.contracts.identity import Accepted, ChangePhones, ConfirmContact, ContactPoint
from shared.contracts.notifications import (
    AddDevice,
    ChangeMessageSettings,
    DeviceRef,
    MessageSettingsView,
)
from shared.errors import Problem

_PAGE: Final = "/account/messages"
_DIGITS: Final = 6
_CHANNELS: Final = ("email", "push")
_AGENTS: Final = ("Firefox", "Edg", "OPR", "SamsungBrowser", "Chrome", "Safari")
_SYSTEMS: Final = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "Mac",
}
_NAMES: Final = {"Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet"}


@get(_PAGE, include_in_schema=False)
async def messages_settings_page(
    visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    return await _show(pages, visit)


@post(_PAGE, include_in_schema=False)
async def change_settings(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    quiet = bool(form.text("quiet"))
    begins, ends = (_minute(form, name) if quiet else None for name in ("quiet_begins", "quiet_ends"))
    if quiet:
        form.needs("quiet_begins", "quiet_ends")
    if not form.errors:
        command = ChangeMessageSettings(
            channels=[each for each in form.lists["channels"] if each in _CHANNELS],
            quiet_begins=begins,
            quiet_ends=ends,
        )
        try:
            await visit.services.tell(
                "notifications", "/message-settings", command, ChangeMessageSettings, key=form.key
            )
        except Problem as problem:
            form.refused(problem)
        else:
            return go_to(request, _PAGE, note="note.saved")
    return await _show(pages, visit, settings_form=form)


@post(f"{_PAGE}/phones", include_in_schema=False)
async def change_phones(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    form = await read_form(request, visit)
    command = ChangePhones(phone=form.text("phone")[:30], second_phone=form.text("second_phone")[:30])
    try:
        await visit.services.tell("identity", "/me/phones", command, Accepted, key=form.key)
    except Problem as problem:
        form.refused(problem)
        return await _show(pages, visit, phones=form)
    request.app.state.directory.forget(visit.who.tenant)
    return go_to(request, _PAGE, note="note.phones_saved")


@post(f"{_PAGE}/{{channel:str}}/code", include_in_schema=False)
async def send_code(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    channel: FromPath[str],
) -> Response[str]:
    form = await read_form(request, visit)
    try:
        await visit.services.tell("identity", f"/me/contacts/{channel}/code", None, Accepted, key=form.key)
    except Problem as problem:
        form.refused(problem)
        return await _show(pages, visit, confirm=form)
    return go_to(request, _PAGE, note="note.code_sent")


@post(f"{_PAGE}/{{channel:str}}/confirm", include_in_schema=False)
async def confirm_contact(
    request: AnyRequest,
    visit: NamedDependency[Visit],
    pages: NamedDependency[Pages],
    channel: FromPath[str],
) -> Response[str]:
    form = await read_form(request, visit)
    code = "".join(form.text("code").split())
    if form.needs("code"):
        if len(code) < _DIGITS:
            form.error("code", "contact_code_wrong")
        else:
            try:
                await visit.services.tell(
                    "identity",
                    f"/me/contacts/{channel}/confirm",
                    ConfirmContact(code=code[:30]),
                    Accepted,
                    key=form.key,
                )
            except Problem as problem:
                form.refused(problem)
            else:
                return go_to(request, _PAGE, note="note.contact_confirmed")
    return await _show(pages, visit, confirm=form, confirming=channel)


@post(f"{_PAGE}/devices", include_in_schema=False)
async def add_device(
    request: AnyRequest, visit: NamedDependency[Visit], pages: NamedDependency[Pages]
) -> Response[str]:
    """What static/push.js filled in when the browser had subscribed."""
    form = await read_form(request, visit)
    if form.needs("endpoint", "p256dh", "auth"):
        command = AddDevice(
            endpoint=form.text("endpoint")[:1000],
            p256dh=form.text("p256dh")[:100],
            auth=form.text("auth")[:32],
            label=device_label(request.headers.get("User-Agent", "")),
        )
        try:
            await visit.services.tell("notifications", "/push-devices", command, DeviceRef, key=form.key)
        except Problem as problem:
            form.refused(problem)
        else:
            return go_to(request, _PAGE, note="note.device_added")
    return await _show(pages, visit, device=form)


@post(f"{_PAGE}/devices/{{device_id:uuid}}/remove", include_in_schema=False)
async def remove_device(
    request: AnyRequest, visit: NamedDependency[Visit], device_id: FromPath[UUID]
) -> Response[str]:
    form = await read_form(request, visit)
    await visit.services.tell(
        "notifications", f"/push-devices/{device_id}/remove", None, DeviceRef, key=form.key
    )
    return go_to(request, _PAGE, note="note.device_removed")


def device_label(agent: str) -> str:
    """A browser by the name that its owner knows it by: `Firefox, Android`."""
    browser = next((each for each in _AGENTS if f"{each}/" in agent), "")
    system = next((name for part, name in _SYSTEMS.items() if part in agent), "")
    return ", ".join(part for part in (_NAMES.get(browser, browser), system) if part)


def clock_of(minute: int | None, otherwise: str) -> str:
    return otherwise if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"


def _minute(form: Form, name: str) -> int | None:
    try:
        wall = time.fromisoformat(form.text(name)) if form.text(name) else None
    except ValueError:
        form.error(name, "not_a_time")
        return None
    return None if wall is None else wall.hour * 60 + wall.minute


async def _show(
    pages: Pages,
    visit: Visit,
    *,
    settings_form: Form | None = None,
    phones: Form | None = None,
    confirm: Form | None = None,
    confirming: str = "",
    device: Form | None = None,
) -> Response[str]:
    points = await visit.services.ask("identity", "/me/contacts", list[ContactPoint])
    settings = await visit.services.ask("notifications", "/message-settings", MessageSettingsView)
    values = {point.channel: point.value for point in points}
    if settings_form is None:
        wishes = {
            "quiet": "" if settings.quiet_begins is None else "1",
            "quiet_begins": clock_of(settings.quiet_begins, "22:00"),
            "quiet_ends": clock_of(settings.quiet_ends, "07:00"),
        }
        shown = Form(visit, wishes)
        shown.lists["channels"] = settings.channels
    else:
        shown = settings_form
    given = (settings_form, phones, confirm, device)
    return pages.show(
        "account/messages.html",
        visit,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if any(given) else HTTPStatus.OK,
        points=points,
        settings=settings,
        f=shown,
        phones=phones
        or Form(visit, {name: phone(values.get(name, "")) for name in ("phone", "second_phone")}),
        confirm=confirm or Form(visit),
        confirming=confirming,
        device=device or Form(visit),
        blank=Form(visit),
        problems=[each for each in given if each is not None],
    )


ROUTES = [
    messages_settings_page, change_settings, change_phones, send_code, confirm_contact, add_device, remove_device,
]  # fmt: skip
