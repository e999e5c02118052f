"""The whole platform as `make up` starts it, in a folder of the test's own; and an ear for its traces."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.request import urlopen

import pyotp
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 180


@dataclass(frozen=True)
class Span:
    """What a collector learns of a span."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, str]


class Traces:
    """An OTLP/HTTP collector that keeps what it is sent."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        collector = self

        class Collector(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.keep(ExportTraceServiceRequest.FromString(_plain(body, self.headers)))
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def keep(self, request: ExportTraceServiceRequest) -> None:
        for resource in request.resource_spans:
            names = {each.key: each.value.string_value for each in resource.resource.attributes}
            for scope in resource.scope_spans:
                for span in scope.spans:
                    self.spans.append(
                        Span(
                            names.get("service.name", "").removeprefix("vangnet-"),
                            span.name,
                            span.trace_id.hex(),
                            span.span_id.hex(),
                            span.parent_span_id.hex(),
                            {each.key: each.value.string_value for each in span.attributes},
                        )
                    )

    @contextmanager
    def listening(self) -> Iterator[None]:
        thread = Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._server.shutdown()
            self._server.server_close()


def _plain(body: bytes, headers: Any) -> bytes:
    if headers.get("Content-Encoding") == "gzip":
        import gzip

        return gzip.decompress(body)
    return body


class RunningPlatform:
    """A platform that runs, with its demo accounts."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes], traces: Traces) -> None:
        self.folder = folder
        self.process = process
        self.traces = traces
        self.facts: dict[str, Any] = json.loads((folder / "platform.json").read_text())
        self.url: str = self.facts["gateway_url"]

    def account(self, tenant: str, role: str) -> "Account":
        """The first demo account of a role."""
        for each in self.facts["accounts"]:
            if each["tenant"] == tenant and each["role"] == role:
                return Account(**each)
        raise LookupError(f"no {role} in {tenant}")

    def accounts(self, tenant: str, role: str) -> list["Account"]:
        return [
            Account(**each)
            for each in self.facts["accounts"]
            if (each["tenant"], each["role"]) == (tenant, role)
        ]

    def mails(self) -> list[dict[str, Any]]:
        """What the development postbox caught, newest first."""
        with urlopen(f"{self.facts['postbox_url']}/messages", timeout=5) as answer:
            found: list[dict[str, Any]] = json.load(answer)
        return found

    def texts(self) -> list[dict[str, Any]]:
        """The SMS that the development provider took, newest first."""
        with urlopen(f"{self.facts['postbox_url']}/sms/messages", timeout=5) as answer:
            found: list[dict[str, Any]] = json.load(answer)
        return found

    def logs(self) -> str:
        """Every line that every process wrote."""
        return "\n".join(
            path.read_text(errors="replace") for path in sorted(Path(self.facts["logs"]).glob("*.log*"))
        )


_USED: dict[str, str] = {}


@dataclass(frozen=True)
class Account:
    tenant: str
    role: str
    name: str
    email: str
    password: str
    totp_secret: str

    def code(self) -> str:
        """A code that was not used yet: identity takes each only once, so wait for the next when it must be."""
        totp = pyotp.TOTP(self.totp_secret)
        while (code := totp.now()) == _USED.get(self.email):
            time.sleep(0.5)
        _USED[self.email] = code
        return code


@contextmanager
def platform(folder: Path) -> Iterator[RunningPlatform]:
    """Start it, wait until its accounts are known, and stop it as a service manager does."""
    traces = Traces()
    environment = {
        **os.environ,
        "VANGNET_OTLP_ENDPOINT": traces.url,
        "VANGNET_TRACE_RATIO": "1",
        "OTEL_BSP_SCHEDULE_DELAY": "200",
    }
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "deploy.local", "--folder", str(folder), "up"]
    with traces.listening(), (folder / "console.log").open("wb") as console:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=console, stderr=subprocess.STDOUT
        )
        try:
            _wait_until_announced(folder, process)
            yield RunningPlatform(folder, process, traces)
        finally:
            # not Ctrl-C's signal: who runs in the background of a shell is deaf to that one
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def _wait_until_announced(folder: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    console = folder / "console.log"
    while time.monotonic() < deadline:
        said = console.read_text(errors="replace")
        if "Vangnet runs at" in said and "Ctrl-C stops" in said:
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"the platform did not start:\n{console.read_text(errors='replace')}")
