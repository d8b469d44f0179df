"""A load of requests over kept connections, as cheap for the machine as Python allows: it shares the cores."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Barrier, Thread
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where to, and how one request is made: `request()` gives its bytes."""

    origin: str
    request: Callable[[], bytes]
    units: int = 1
    """events in one request"""


def http(method: str, path: str, body: bytes = b"", key: str | None = None) -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: bench", "Accept: application/json"]
    if key:
        lines.append(f"Authorization: Bearer {key}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def rate(target: Target, *, clients: int, seconds: float) -> float:
    """Units per second that `clients` get through, each waiting for its answer before the next request."""
    start, stop, done = Barrier(clients + 1), time.monotonic() + 3600, [0] * clients
    failed: list[str] = []

    def run(number: int) -> None:
        with _connected(target.origin) as connection:
            start.wait(60)
            while time.monotonic() < stop and not failed:
                status, answer = _ask(connection, target.request())
                if status not in (200, 201):
                    failed.append(f"{status} {answer[:300]!r}")
                done[number] += 1

    threads = [Thread(target=run, args=(number,), daemon=True) for number in range(clients)]
    for thread in threads:
        thread.start()
    start.wait(60)
    began = time.monotonic()
    stop = began + seconds
    for thread in threads:
        thread.join()
    if failed:
        raise SystemExit(f"a request failed: {failed[0]}")
    return sum(done) * target.units / (time.monotonic() - began)


@contextmanager
def _connected(origin: str) -> Iterator[socket.socket]:
    where = urlsplit(origin)
    with socket.create_connection((where.hostname, where.port), timeout=120) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield connection


def _ask(connection: socket.socket, request: bytes) -> tuple[int, bytes]:
    connection.sendall(request)
    got = b""
    while b"\r\n\r\n" not in got:
        got += _more(connection)
    head, _, body = got.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), None)
    if length is None:
        raise SystemExit(f"an answer without a length: {head!r}")
    parts, have = [body], len(body)
    while have < length:
        parts.append(_more(connection))
        have += len(parts[-1])
    return int(lines[0].split()[1]), b"".join(parts)


def _more(connection: socket.socket) -> bytes:
    got = connection.recv(1 << 18)
    if not got:
        raise SystemExit("the server hung up")
    return got
