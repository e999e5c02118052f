"""The doors of notifications: one's own messages, and how far their delivery got."""

from datetime import UTC, datetime
from typing import cast
from uuid import UUID

from litestar import get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from services.notifications import commands, queries
from services.notifications.channels import CHANNELS_KEY, Channels
from services.notifications.models import TestUnknown
from shared.app import Door
from shared.client import CLIENT
from shared.contracts.notifications import (
    AddDevice,
    AllRead,
    ChangeMessageSettings,
    ChangeSelfTestPlan,
    ConfirmReceipt,
    DeliveryLog,
    DeliveryView,
    DeviceRef,
    MessagePage,
    MessageRef,
    MessageSettingsView,
    ReceiptConfirmed,
    ReportTaken,
    SelfTestPage,
    SelfTestPlanView,
    SelfTestRef,
    SmsReport,
)
from shared.db import transaction
from shared.runtime import Runtime
from shared.tenancy import TenantNotReady

_NO_TOKEN: list[dict[str, list[str]]] = [{}]


@get("/messages", operation_id="ownMessages")
async def own_messages(door: NamedDependency[Door]) -> MessagePage:
    return await door.ask(queries.own_messages)


@post("/messages/{message_id:uuid}/read", operation_id="readMessage", status_code=200)
async def read_message(door: NamedDependency[Door], message_id: FromPath[UUID]) -> MessageRef:
    return await door.do(commands.read_message, None, message_id)


@post("/messages/read-all", operation_id="readAllMessages", status_code=200)
async def read_all_messages(door: NamedDependency[Door]) -> AllRead:
    return await door.do(commands.read_all_messages)


@get("/deliveries", operation_id="deliveriesAbout")
async def deliveries_about(door: NamedDependency[Door], ref: FromQuery[UUID]) -> list[DeliveryView]:
    return await door.ask(queries.deliveries_about, ref)


@get("/message-settings", operation_id="messageSettings")
async def message_settings(door: NamedDependency[Door]) -> MessageSettingsView:
    return await door.ask(queries.message_settings)


@post("/message-settings", operation_id="changeMessageSettings", status_code=200)
async def change_message_settings(
    door: NamedDependency[Door], data: JSONBody[ChangeMessageSettings]
) -> ChangeMessageSettings:
    return await door.do(commands.change_message_settings, data)


@post("/push-devices", operation_id="addDevice")
async def add_device(door: NamedDependency[Door], data: JSONBody[AddDevice]) -> DeviceRef:
    """Not even a hash of the subscription is kept with the request: its keys are the device's secret."""
    return await door.do(commands.add_device, data, private=True)


@post("/push-devices/{device_id:uuid}/remove", operation_id="removeDevice", status_code=200)
async def remove_device(door: NamedDependency[Door], device_id: FromPath[UUID]) -> DeviceRef:
    return await door.do(commands.remove_device, None, device_id)


@get("/delivery-log", operation_id="deliveryLog")
async def delivery_log(
    door: NamedDependency[Door],
    days: FromQuery[int] = 7,
    kind: FromQuery[str] = "",
    channel: FromQuery[str] = "",
    delivery_state: FromQuery[str] = "",
) -> DeliveryLog:
    return await door.ask(queries.delivery_log, days, kind, channel, delivery_state)


@post("/sms-reports", operation_id="takeSmsReport", status_code=200, security=_NO_TOKEN)
async def take_sms_report(state: State, data: JSONBody[SmsReport]) -> ReportTaken:
    """From the SMS provider, whose signature is its proof; the tenant stands in what it signed."""
    runtime: Runtime = state.runtime
    now = datetime.now(UTC)
    channels = cast("Channels", runtime.service.carries[CHANNELS_KEY])
    report = channels.sms.read_report(
        data.body.encode(), timestamp=data.timestamp, signature=data.signature, now=now
    )
    async with transaction(runtime.database, report.tenant) as session:
        session.info[CLIENT] = runtime.client
        return await commands.take_report(session, report, now=now)


@get("/self-tests", operation_id="selfTests")
async def self_tests(door: NamedDependency[Door]) -> SelfTestPage:
    return await door.ask(queries.self_tests)


@post("/self-tests", operation_id="startSelfTest")
async def start_self_test(door: NamedDependency[Door]) -> SelfTestRef:
    return await door.do(commands.start_self_test)


@post("/self-test-plan", operation_id="changeSelfTestPlan", status_code=200)
async def change_self_test_plan(
    door: NamedDependency[Door], data: JSONBody[ChangeSelfTestPlan]
) -> SelfTestPlanView:
    return await door.do(commands.change_self_test_plan, data)


@post(
    "/self-tests/{test_id:uuid}/people/{user_id:uuid}/resolve", operation_id="resolveMissed", status_code=200
)
async def resolve_missed(
    door: NamedDependency[Door], test_id: FromPath[UUID], user_id: FromPath[UUID]
) -> SelfTestRef:
    return await door.do(commands.resolve_missed, None, test_id, user_id)


@post("/self-test-receipts", operation_id="confirmReceipt", status_code=200, security=_NO_TOKEN)
async def confirm_receipt(state: State, data: JSONBody[ConfirmReceipt]) -> ReceiptConfirmed:
    """From whoever was called, without signing in: the link proves that it came, and gives nothing else."""
    runtime: Runtime = state.runtime
    try:
        async with transaction(runtime.database, data.tenant) as session:
            return await commands.confirm_receipt(session, data.token, now=datetime.now(UTC))
    except TenantNotReady as unknown:
        raise TestUnknown from unknown


ROUTES = [
    own_messages, read_message, read_all_messages, deliveries_about, message_settings, change_message_settings,
    add_device, remove_device, delivery_log, take_sms_report,
    self_tests, start_self_test, change_self_test_plan, resolve_missed, confirm_receipt,
]  # fmt: skip
