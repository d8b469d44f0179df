"""The process in which photos are unpacked: `python -m scanner.decode_child BYTES`. It may be killed at any time.

Reads an eight-byte length and as many bytes, answers with one line of JSON, and so on until its input ends. Its own
address space may grow by BYTES over what the libraries took.
"""

from __future__ import annotations

import dataclasses
import json
import resource
import sys
from pathlib import Path
from typing import Any, BinaryIO

from registry.domain.refusals import Refusal
from scanner.decode import decode

LENGTH_BYTES = 8


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


def serve(inward: BinaryIO, outward: BinaryIO, *, budget_s: float) -> None:
    """Answer until the input ends."""
    outward.write(b"ready\n")
    outward.flush()
    while len(head := inward.read(LENGTH_BYTES)) == LENGTH_BYTES:
        data = inward.read(int.from_bytes(head, "big"))
        outward.write(json.dumps(answer(data, budget_s=budget_s)).encode() + b"\n")
        outward.flush()


if __name__ == "__main__":
    if Path("/proc/self/statm").exists():
        bound_memory(int(sys.argv[1]))
    serve(sys.stdin.buffer, sys.stdout.buffer, budget_s=float(sys.argv[2]))
