"""The door for the SMS provider's delivery reports: handed on as they came; notifications checks the signature."""

from http import HTTPStatus
from typing import Final

from litestar import Response, post

from services.gateway.rendering import AnyRequest
from shared.client import Refused, ServiceClient
from shared.contracts.notifications import ReportTaken, SmsReport
from shared.errors import Unavailable

_MOST_BYTES: Final = 2000
_MOST_SIGNATURE: Final = 100


@post("/sms-reports", include_in_schema=False, request_max_body_size=_MOST_BYTES)
async def sms_report(request: AnyRequest) -> Response[str]:
    """No session and no form: the signature over the body is the only proof, and the answer says little."""
    timestamp, signature = (
        request.headers.get(name, "")[:_MOST_SIGNATURE] for name in ("Vangnet-Timestamp", "Vangnet-Signature")
    )
    try:
        body = (await request.body()).decode()
    except UnicodeDecodeError:
        return _answer(HTTPStatus.BAD_REQUEST)
    client: ServiceClient = request.app.state.client
    report = SmsReport(timestamp=timestamp[:20], signature=signature, body=body)
    try:
        await client.tell("notifications", "/sms-reports", report, ReportTaken, token="")
    except Refused as refusal:
        return _answer(refusal.status)
    except Unavailable:
        return _answer(HTTPStatus.SERVICE_UNAVAILABLE)
    return _answer(HTTPStatus.OK)


def _answer(status: int) -> Response[str]:
    return Response("", status_code=status, media_type="text/plain")


ROUTES = [sms_report]
