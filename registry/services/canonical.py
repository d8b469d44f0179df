"""The canonical body of an event: what is hashed, and how erasable text is linked to it.

RFC 8785 over ids and quantities only. A note, a name, a position stands beside the event and is linked by
SHA-256(salt ‖ text): erasing text and salt breaks no hash, and the digest alone tells nothing.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785

from registry.domain.event_bodies import to_body
from registry.domain.events import Capture
from registry.domain.parties import Actor
from registry.domain.photos import announced
from registry.domain.refusals import Refusal

PRIVATE = frozenset({"note", "person", "vehicle", "position", "photo"})
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""as canonical JSON writes it"""


@dataclass(frozen=True, kw_only=True)
class Canonical:
    """The body as a dictionary and as text, its SHA-256 in hex, and the salted private texts."""

    body: dict[str, Any]
    text: str
    sha256: str
    private: Mapping[str, tuple[str, str]]
    """kind → (salt, text)"""


def moment_text(moment: datetime) -> str:
    """UTC with milliseconds, as the body writes it: 2025-03-01T01:30:00.000Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def digest(salt: str, text: str) -> str:
    """The link between a body and a private text."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def canonical(
    command: Capture, *, actor: Actor, salts: Mapping[str, str] | None = None, kept: Mapping[str, str] | None = None
) -> Canonical:
    """The canonical form of what was sent.

    `salts` (kind → salt) repeats the salting of the first receipt; `kept` (kind → digest) stands for erased texts.
    Refusal schema_invalid for what no engine keeps or no canonical form has: half characters, NUL, numbers too long.
    """
    for kind, text in command.private.items():
        if kind not in PRIVATE or "\0" in text or any("\ud800" <= each <= "\udfff" for each in text):
            raise Refusal("schema_invalid", path=f"private.{kind}"[:40])
    if "photo" in command.private:
        announced(command.private["photo"])
    private = {kind: ((salts or {}).get(kind) or secrets.token_hex(16), text) for kind, text in command.private.items()}
    digests = {kind: digest(salt, text) for kind, (salt, text) in private.items()} | dict(kept or {})
    body: dict[str, Any] = {
        "id": command.id,
        "kind": command.kind,
        "actor": actor.id,
        "organisation": actor.organisation_id,
        "site": command.site_id,
        "occurred_at": moment_text(command.occurred_at),
        "clock_offset_ms": command.clock_offset_ms,
        "details": to_body(command.details),
    }
    if command.after:
        body["after"] = sorted(command.after)
    if digests:
        body["private"] = digests
    try:
        raw = rfc8785.dumps(body)
    except rfc8785.CanonicalizationError:
        raise Refusal("schema_invalid", path="details") from None
    if _NUL.search(raw):
        raise Refusal("schema_invalid", path="details")
    return Canonical(body=body, text=raw.decode(), sha256=hashlib.sha256(raw).hexdigest(), private=private)
