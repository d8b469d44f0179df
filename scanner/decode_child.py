"""The process in which photos are unpacked: `python -m scanner.decode_child BYTES`. It may be killed at any time.

Reads a question (`asked`), answers with one line of JSON, and so on until its input ends. Its own address space may
grow by BYTES over what the libraries took.
"""

from __future__ import annotations

import dataclasses
import json
import resource
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

from registry.domain.refusals import Refusal
from scanner.decode import decode

_HEAD = struct.Struct(">QI")
"""Length of the photo in bytes, time for the ladder in milliseconds."""


def asked(data: bytes, *, budget_s: float) -> bytes:
    """The question as it goes over the pipe."""
    return _HEAD.pack(len(data), round(budget_s * 1000)) + data


def answer(data: bytes, *, budget_s: float) -> dict[str, Any]:
    """What `decode` says, as JSON can carry it."""
    try:
        return {"decoded": dataclasses.asdict(decode(data, budget_s=budget_s))}
    except Refusal as refusal:
        return {"refusal": refusal.code, "facts": refusal.facts}
    except MemoryError:
        return {"refusal": "image_too_hard", "facts": {}}


def bound_memory(more_bytes: int) -> None:
    """Let the address space grow by `more_bytes` from here, where the system knows such a limit."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + more_bytes
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def serve(inward: BinaryIO, outward: BinaryIO) -> None:
    """Answer until the input ends."""
    outward.write(b"ready\n")
    outward.flush()
    while len(head := inward.read(_HEAD.size)) == _HEAD.size:
        length, budget_ms = _HEAD.unpack(head)
        data = inward.read(length)
        outward.write(json.dumps(answer(data, budget_s=budget_ms / 1000)).encode() + b"\n")
        outward.flush()


if __name__ == "__main__":
    if Path("/proc/self/statm").exists():
        bound_memory(int(sys.argv[1]))
    serve(sys.stdin.buffer, sys.stdout.buffer)
