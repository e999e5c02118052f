"""Everything that notifications can be made to do: keep contact points, tell people, send what is queued."""

from services.notifications.commands.outside import deliver_outside, queue_outside
from services.notifications.commands.own import (
    add_device,
    change_message_settings,
    read_all_messages,
    read_message,
    remove_device,
)
from services.notifications.commands.recipients import ask_contact, holders_of
from services.notifications.commands.reports import take_report
from services.notifications.commands.self_tests import (
    change_self_test_plan,
    close_self_test,
    confirm_receipt,
    resolve_missed,
    start_self_test,
    start_weekly_test,
)
from services.notifications.commands.sending import deliver
from services.notifications.commands.telling import (
    notify,
    queue_contact_code,
    queue_link,
    queue_old_address,
    stop_ringing,
)

__all__ = [
    "add_device",
    "ask_contact",
    "change_message_settings",
    "change_self_test_plan",
    "close_self_test",
    "confirm_receipt",
    "deliver",
    "deliver_outside",
    "holders_of",
    "notify",
    "queue_contact_code",
    "queue_link",
    "queue_old_address",
    "queue_outside",
    "read_all_messages",
    "read_message",
    "remove_device",
    "resolve_missed",
    "start_self_test",
    "start_weekly_test",
    "stop_ringing",
    "take_report",
]
