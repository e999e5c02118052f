"""A closed-loop HTTP load generator, a process of its own: `python -m tests.load.generator < job > outcome`.

Each connection sends the next request when the last answer is whole. Plain sockets and one selector, because an
HTTP client library would cost more than the service that it measures; the outcome says what it cost itself.
"""

import random
import selectors
import socket
import sys
import time
from collections.abc import Iterator

import msgspec

from tests.load.arithmetic import percentile

_READ = 1 << 16
_OK = b"200"


class Job(msgspec.Struct, frozen=True):
    """Where to, and what: `requests` are a path and a header line each, taken in a shuffled order."""

    port: int
    requests: list[tuple[str, str]]
    connections: int
    warm_seconds: float
    seconds: float


class Outcome(msgspec.Struct, frozen=True):
    """What was answered after the warm-up; `own_cpu` is the generator's share of one core."""

    per_second: float
    p50_ms: float
    p99_ms: float
    answers: int
    bytes_each: int
    own_cpu: float


class WrongAnswer(Exception):
    """An answer that is not 200: the figures of such a run would mean nothing."""


class Connection:
    """One client: a request on its way, the answer so far."""

    def __init__(self, port: int, requests: Iterator[bytes]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._requests = requests
        self._answer = b""
        self._length = 0
        self.sent_at = 0.0

    def send(self) -> None:
        self._answer, self._length = b"", 0
        self.sent_at = time.perf_counter()
        self.socket.sendall(next(self._requests))

    def receive(self) -> int:
        """The size of the answer once it is whole, 0 before."""
        piece = self.socket.recv(_READ)
        if not piece:
            raise WrongAnswer("the server closed the connection")
        self._answer = self._answer + piece if self._answer else piece
        if not self._length:
            end = self._answer.find(b"\r\n\r\n")
            if end < 0:
                return 0
            self._length = end + 4 + self._content_length(self._answer[:end])
        return self._length if len(self._answer) >= self._length else 0

    def _content_length(self, head: bytes) -> int:
        if head[9:12] != _OK:
            raise WrongAnswer(self._answer[:600].decode(errors="replace"))
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                return int(value)
        raise WrongAnswer("an answer without Content-Length")


def endless(job: Job) -> Iterator[bytes]:
    """The requests as bytes, over and over in a new order."""
    ready = [
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{header}\r\nAccept: application/json\r\n\r\n"
        .encode()
        for path, header in job.requests
    ]  # fmt: skip
    shuffle = random.Random(1).shuffle
    while True:
        shuffle(ready)
        yield from ready


def run(job: Job) -> Outcome:
    """Load the server for the time given."""
    requests = endless(job)
    connections = [Connection(job.port, requests) for _ in range(job.connections)]
    durations: list[float] = []
    sizes = 0
    with selectors.DefaultSelector() as selector:
        for each in connections:
            selector.register(each.socket, selectors.EVENT_READ, each)
            each.send()
        begin = time.perf_counter() + job.warm_seconds
        end = begin + job.seconds
        cpu = 0.0
        while (now := time.perf_counter()) < end:
            if not cpu and now >= begin:
                cpu = time.process_time()
            for key, _ in selector.select(timeout=5):
                connection: Connection = key.data
                size = connection.receive()
                if not size:
                    continue
                done = time.perf_counter()
                if begin <= done < end:
                    durations.append(done - connection.sent_at)
                    sizes += size
                connection.send()
        cpu = time.process_time() - cpu
    for each in connections:
        each.socket.close()
    return Outcome(
        per_second=len(durations) / job.seconds,
        p50_ms=percentile(durations, 0.5) * 1000,
        p99_ms=percentile(durations, 0.99) * 1000,
        answers=len(durations),
        bytes_each=sizes // len(durations),
        own_cpu=cpu / job.seconds,
    )


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(run(msgspec.json.decode(sys.stdin.buffer.read(), type=Job))))
