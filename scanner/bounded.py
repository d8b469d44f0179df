"""Photos are unpacked in processes of their own, two seconds and 256 MB each: a bad file costs a child, not a server.

The children are started when the first photo comes, wait for work, and are replaced when one has to be killed.
"""

from __future__ import annotations

import atexit
import json
import os
import queue
import select
import subprocess
import sys
import threading
import time
from typing import IO, Any, Final, cast

from registry.config import PROJECT
from registry.domain.refusals import Refusal
from scanner.decode import MOST_BYTES, Decoded
from scanner.decode_child import asked
from scanner.engines import Read

LIMIT_S: Final = 1.9
"""From the question to its answer, the wait for a free child included; what is left of two seconds is the way's."""
WAIT_SHARE: Final = 0.5
"""How much of that may go by waiting."""
LAST_LOOK_S: Final = 0.8
"""Before its time is over by this much the ladder takes no further look: the last one begun fits into what is left."""
MEMORY_BYTES: Final = 256 * 1024 * 1024
START_S: Final = 15.0
CHILDREN: Final = 2


class _Child:
    """One process. Not shared between threads: whoever took it from the queue has it."""

    def __init__(self, memory_bytes: int) -> None:
        self.process = subprocess.Popen(  # noqa: S603  # our own module, nothing of the photo is in the command
            [sys.executable, "-m", "scanner.decode_child", str(memory_bytes)],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        self._inward = cast("IO[bytes]", self.process.stdin)
        self._outward = cast("IO[bytes]", self.process.stdout)
        # A child that stopped reading must not stop us as well.
        os.set_blocking(self._inward.fileno(), False)
        self._ready = False

    def ask(self, data: bytes, *, limit_s: float) -> dict[str, Any] | None:
        """The child's answer; None when it died or took too long."""
        if not self._ready:
            self._ready = self._line(time.monotonic() + START_S) == b"ready"
        until = time.monotonic() + limit_s
        if not self._send(asked(data, budget_s=max(0.0, limit_s - LAST_LOOK_S)), until):
            return None
        line = self._line(until)
        return None if line is None else cast("dict[str, Any]", json.loads(line))

    def _send(self, data: bytes, until: float) -> bool:
        left = memoryview(data)
        while left:
            _, writable, _ = select.select([], [self._inward], [], max(0.0, until - time.monotonic()))
            if not writable:
                return False
            try:
                left = left[os.write(self._inward.fileno(), left) :]
            except OSError:
                return False
        return True

    def _line(self, until: float) -> bytes | None:
        found = b""
        while not found.endswith(b"\n"):
            readable, _, _ = select.select([self._outward], [], [], max(0.0, until - time.monotonic()))
            more = os.read(self._outward.fileno(), 65536) if readable else b""
            if not more:
                return None
            found += more
        return found[:-1]

    def end(self) -> None:
        """Kill it and let go of its pipes."""
        self.process.kill()
        self.process.wait()
        self._inward.close()
        self._outward.close()


class Decoders:
    """A few children and the queue of those that are free."""

    def __init__(self, *, count: int = CHILDREN, limit_s: float = LIMIT_S, memory_bytes: int = MEMORY_BYTES) -> None:
        self._limit_s = limit_s
        self._memory_bytes = memory_bytes
        self._free: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        self._all: set[_Child] = set()
        self._lock = threading.Lock()
        for _ in range(count):
            self._free.put(None)

    def decode(self, data: bytes) -> Decoded:
        """The marks in a photo. Refusals of `scanner.decode`, and image_too_hard, decoder_busy."""
        if len(data) > MOST_BYTES:
            raise Refusal("image_too_large", bytes=len(data), most_bytes=MOST_BYTES)
        began = time.monotonic()
        try:
            child = self._free.get(timeout=self._limit_s * WAIT_SHARE)
        except queue.Empty:
            raise Refusal("decoder_busy") from None
        waited_s = time.monotonic() - began
        answer = None
        try:
            child = child if child is not None and child.process.poll() is None else self._born(child)
            answer = child.ask(data, limit_s=self._limit_s - waited_s)
        finally:
            self._free.put(child if answer is not None else None)
            if answer is None:
                self._bury(child)
        return _said(answer)

    def _born(self, dead: _Child | None) -> _Child:
        self._bury(dead)
        child = _Child(self._memory_bytes)
        with self._lock:
            self._all.add(child)
        return child

    def _bury(self, child: _Child | None) -> None:
        if child is not None:
            child.end()
            with self._lock:
                self._all.discard(child)

    def close(self) -> None:
        """End every child."""
        for child in list(self._all):
            self._bury(child)


def _said(answer: dict[str, Any] | None) -> Decoded:
    if answer is None:
        raise Refusal("image_too_hard", limit_s=LIMIT_S, memory_mb=MEMORY_BYTES // 1024**2)
    if "refusal" in answer:
        raise Refusal(answer["refusal"], **answer["facts"])
    found = answer["decoded"]
    marks = tuple(
        Read(
            text=mark["text"],
            format=mark["format"],
            engine=mark["engine"],
            corners=tuple((x, y) for x, y in mark["corners"]),
        )
        for mark in found.pop("marks")
    )
    return Decoded(marks=marks, **found)


decoders: Final = Decoders()
"""Those of this server process. A forked worker finds them empty, for nothing was decoded before the fork."""
atexit.register(decoders.close)
