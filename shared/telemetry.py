"""Traces, metrics and JSON logs: which tenant and which trace, never whom it was about."""

import json
import logging
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.propagate import extract, inject
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import SpanKind, StatusCode
from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Histogram(
    "vangnet_request_seconds",
    "Requests answered, by operation and status",
    ["service", "operation", "status"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
TRANSACTIONS = Histogram(
    "vangnet_transaction_seconds",
    "Database transactions, from entering the tenant to the commit",
    ["service", "outcome"],
    buckets=(0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)
POOL_CONNECTIONS = Gauge("vangnet_database_connections", "Connections in use of the pool", ["service"])
OUTBOX_DEPTH = Gauge("vangnet_outbox_depth", "Events that wait to be sent", ["service"])
OUTBOX_AGE = Gauge("vangnet_outbox_age_seconds", "Age of the oldest event that waits to be sent", ["service"])
EVENTS_PUBLISHED = Counter("vangnet_events_published", "Events sent and acknowledged", ["service"])
EVENTS_HANDLED = Counter(
    "vangnet_events_handled",
    "Messages dealt with: handled, duplicate, retried or parked",
    ["service", "event", "outcome"],
)
CONSUMER_LAG = Gauge("vangnet_consumer_lag", "Messages of a stream not yet handled", ["service", "stream"])
PARKED = Gauge("vangnet_parked_messages", "Messages set aside that wait for an operator", ["service"])
TIMERS_LATE = Gauge("vangnet_timer_delay_seconds", "How late the most overdue timer is", ["service"])
WORKER_RESTARTS = Counter(
    "vangnet_worker_restarts", "Background workers started again", ["service", "worker"]
)

_TRACE_HEADERS = (b"traceparent", b"tracestate")
_CALLBACK = "Exception in callback"
_tracer = trace.get_tracer("vangnet")


def start(service: str, *, otlp_endpoint: str, trace_ratio: float, log_level: str) -> TracerProvider | None:
    """Set up logging, and tracing when there is a collector to send to."""
    start_logging(service, log_level)
    if not otlp_endpoint:
        return None
    # half a second of imports that only those with a collector need
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

    provider = TracerProvider(
        resource=Resource.create({"service.name": f"vangnet-{service}"}),
        sampler=ParentBased(TraceIdRatioBased(trace_ratio)),
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{otlp_endpoint}/v1/traces")))
    trace.set_tracer_provider(provider)
    return provider


@contextmanager
def span(
    name: str,
    attributes: Mapping[str, str | int] | None = None,
    *,
    kind: SpanKind = SpanKind.INTERNAL,
    parent: Context | None = None,
) -> Iterator[trace.Span]:
    """A span around a piece of work. Attributes are codes and ids; an exception leaves its type, not its text."""
    # What `start_as_current_span` does, at half its price: it stacks two context managers of its own.
    current = _tracer.start_span(
        name,
        context=parent,
        kind=kind,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    )
    token = otel_context.attach(trace.set_span_in_context(current, parent))
    try:
        yield current
    except BaseException as failure:
        current.set_status(StatusCode.ERROR, type(failure).__name__)
        raise
    finally:
        otel_context.detach(token)
        current.end()


@contextmanager
def child_span(name: str, attributes: Mapping[str, str | int] | None = None) -> Iterator[None]:
    """A span only inside a trace that is being recorded, so that unsampled work pays almost nothing."""
    if not trace.get_current_span().is_recording():
        yield
        return
    with span(name, attributes, kind=SpanKind.CLIENT):
        yield


def trace_headers() -> dict[str, str]:
    """The W3C headers that carry the current trace to the next process."""
    headers: dict[str, str] = {}
    inject(headers)
    return headers


def trace_of(headers: Mapping[str, str] | None) -> Context:
    """The trace that a request or a message belongs to."""
    return extract(headers or {}, context=otel_context.Context())


def trace_id() -> str:
    """The current trace's id in hex, empty outside a trace."""
    current = trace.get_current_span().get_span_context()
    return f"{current.trace_id:032x}" if current.is_valid else ""


class JsonFormatter(logging.Formatter):
    """One JSON object a line. Messages are constants; `extra={"facts": {...}}` carries codes and ids.

    An exception is its type and where it happened. Its text stays out: it may quote what somebody typed
    or what a row held.
    """

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name,
            "message": _constant_part(str(record.msg)),
        }
        trace_now = trace_id()
        if trace_now:
            line["trace_id"] = trace_now
        facts = getattr(record, "facts", None)
        if isinstance(facts, dict):
            line.update({name: str(value) for name, value in facts.items()})
        if record.exc_info and record.exc_info[1] is not None:
            failure = record.exc_info[1]
            frames = traceback.extract_tb(failure.__traceback__)[-12:]
            line["exception"] = f"{type(failure).__module__}.{type(failure).__qualname__}"
            cause = failure.__cause__ or failure.__context__
            if cause is not None:
                line["cause"] = f"{type(cause).__module__}.{type(cause).__qualname__}"
            line["where"] = [
                f"{frame.filename.rsplit('/', 3)[-1]}:{frame.lineno}:{frame.name}" for frame in frames
            ]
        return json.dumps(line, ensure_ascii=False)


def _constant_part(message: str) -> str:
    """asyncio writes what failed below its first line, and the callback with its arguments on it: both hold data."""
    first = message.partition("\n")[0]
    return _CALLBACK if first.startswith(_CALLBACK) else first


def start_logging(service: str, level: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(service))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("aiohttp.access", "asyncio", "nats"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class RequestTelemetry:
    """A span and a duration for each request, named by its operation and never by its path."""

    def __init__(self, app: ASGIApp, *, service: str, measured: bool) -> None:
        self._app = app
        self._service = service
        self._measured = measured

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["path"].startswith(("/health", "/metrics")):
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500
        headers = {
            name.decode(): value.decode("latin-1")
            for name, value in scope["headers"]
            if name in _TRACE_HEADERS
        }

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with span(f"{scope['method']} request", kind=SpanKind.SERVER, parent=trace_of(headers)) as current:
            await self._app(scope, receive, note_status)
            operation = _operation(scope)
            if current.is_recording():
                current.update_name(f"{scope['method']} {operation}")
                current.set_attribute("http.response.status_code", status)
        if self._measured:
            REQUESTS.labels(self._service, operation, str(status)).observe(time.perf_counter() - started)


def _operation(scope: Scope) -> str:
    handler = scope.get("route_handler")
    operation = getattr(handler, "operation_id", None)
    return operation if isinstance(operation, str) else getattr(handler, "handler_name", None) or "unknown"
