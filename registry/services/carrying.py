"""An outbox that travels as a file: who may bring it in, and for whom it then speaks.

A phone signs what it could not send with a key that never leaves it. The key is enrolled while its account is signed
in; afterwards a colleague may bring the file in, and the events are the author's. A key nobody enrolled, or one
enrolled before the author's sessions were ended, proves nothing: then the author signs in and brings the file in.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.parties import Actor
from registry.domain.refusals import Refusal
from registry.services.accounts import actor_of
from registry.services.capture import ItemResult
from registry.services.references import is_id
from registry.services.signing import PublicKey, is_signed, public_key
from registry.store.carrying import DeviceKeyRow, EventCarrierRow
from registry.store.parties import UserRow

FORMAT = "huiliu-outbox/1"
EVENTS_MOST = 1000
KEYS_MOST = 20
"""of one account; the oldest gives way"""
_PROOF = "huiliu-device/1 {user}"
"""what a key signs to be enrolled: else one could enrol a key one has only seen"""


@dataclass(frozen=True, kw_only=True)
class OutboxFile:
    """A file whose signature is right. `events` are the frozen texts, in the order they were captured."""

    owner_id: str
    key: PublicKey
    events: tuple[str, ...]
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Admitted:
    """For whom a file speaks, and by what that is known: key or author."""

    author: Actor
    vouched_by: str


def enrol(session: Session, *, actor: Actor, jwk: object, proof: object, now: datetime) -> str:
    """The id of a device's key that counts from now on for this account. Again: the same, until sessions are ended.

    Refusals: device_key_malformed, device_key_unproven, device_key_taken, unknown_user (a machine has no device).
    """
    key = public_key(jwk)
    user = session.get(UserRow, actor.id) if actor.kind == "user" else None
    if user is None:
        raise Refusal("unknown_user", user=actor.id)
    if not is_signed(key, _PROOF.format(user=user.id), proof):
        raise Refusal("device_key_unproven")
    known = session.get(DeviceKeyRow, key.thumbprint)
    if known is None:
        _make_room(session, user.id)
        known = DeviceKeyRow(id=key.thumbprint, user_id=user.id, x=key.x, y=key.y)
        session.add(known)
    elif known.user_id != user.id:
        raise Refusal("device_key_taken")
    known.session_salt, known.enrolled_at_utc = user.session_salt, now
    session.flush()
    return known.id


def _make_room(session: Session, user_id: str) -> None:
    query = select(DeviceKeyRow).where(DeviceKeyRow.user_id == user_id).order_by(DeviceKeyRow.enrolled_at_utc)
    enrolled = session.scalars(query).all()
    for old in enrolled[: max(0, len(enrolled) - KEYS_MOST + 1)]:
        session.delete(old)


def read_file(value: object) -> OutboxFile:
    """What is in a file, once its signature was found right. Of its claims only the signature is believed here.

    Refusals: carried_file_malformed, carried_signature_wrong, carried_too_many.
    """
    if not isinstance(value, Mapping) or value.get("format") != FORMAT or not isinstance(value.get("body"), str):
        raise Refusal("carried_file_malformed")
    key, body = public_key(value.get("public_key")), value["body"]
    if key.thumbprint != value.get("key_id") or not is_signed(key, body, value.get("signature")):
        raise Refusal("carried_signature_wrong")
    owner, events = _written(body)
    if len(events) > EVENTS_MOST:
        raise Refusal("carried_too_many", most=EVENTS_MOST)
    return OutboxFile(owner_id=owner, key=key, events=events, sha256=hashlib.sha256(body.encode()).hexdigest())


def _written(body: str) -> tuple[str, tuple[str, ...]]:
    """The owner and the frozen events. What the owner had given up (`archive`) stays given up."""
    try:
        told: Any = json.loads(body)
        owner, events = told["owner"], tuple(each["event"] for each in told["events"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refusal("carried_file_malformed") from None
    if not isinstance(owner, str) or not is_id(owner) or not all(isinstance(event, str) for event in events):
        raise Refusal("carried_file_malformed")
    return owner, events


def admit(session: Session, *, carrier: Actor, file: OutboxFile) -> Admitted:
    """For whom the file speaks when this carrier brings it in.

    Refusals: carried_key_foreign (the key is another account's), carried_key_unknown (the author must sign in),
    carrier_not_of_organisation.
    """
    known = session.get(DeviceKeyRow, file.key.thumbprint)
    if known is not None and known.user_id != file.owner_id:
        raise Refusal("carried_key_foreign")
    if carrier.kind == "user" and carrier.id == file.owner_id:
        return Admitted(author=carrier, vouched_by="author")
    owner = session.get(UserRow, file.owner_id) if known is not None else None
    if known is None or owner is None or owner.disabled_at_utc is not None or not _counts(known, owner):
        raise Refusal("carried_key_unknown")
    if carrier.organisation_id != owner.organisation_id:
        raise Refusal("carrier_not_of_organisation")
    return Admitted(author=actor_of(owner), vouched_by="key")


def _counts(key: DeviceKeyRow, owner: UserRow) -> bool:
    return secrets.compare_digest(key.session_salt, owner.session_salt)


def note_carrier(
    session: Session,
    *,
    carrier: Actor,
    admitted: Admitted,
    file: OutboxFile,
    results: Iterable[ItemResult],
    now: datetime,
) -> None:
    """Write down who brought in those events that came in by this file; one that was there before has no carrier."""
    session.add_all(
        EventCarrierRow(
            seq=result.receipt.seq,
            carrier_id=carrier.id,
            key_id=file.key.thumbprint,
            vouched_by=admitted.vouched_by,
            file_sha256=file.sha256,
            carried_at_utc=now,
        )
        for result in results
        if result.status == "created" and result.receipt is not None
    )
    session.flush()


@dataclass(frozen=True, kw_only=True)
class Carriage:
    """How an event came in by a file."""

    carrier_id: str
    vouched_by: str
    carried_at: datetime


def carriage(session: Session, *, actor: Actor, seq: int, organisation_id: str) -> Carriage | None:
    """Who brought in an event; None where nobody did, and to readers outside the author's organisation."""
    row = session.get(EventCarrierRow, seq)
    if row is None or not (actor.role == "administrator" or actor.organisation_id == organisation_id):
        return None
    return Carriage(carrier_id=row.carrier_id, vouched_by=row.vouched_by, carried_at=row.carried_at_utc)
