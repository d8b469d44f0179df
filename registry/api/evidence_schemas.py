"""Evidence as JSON: schemas, examples, and the way from rows to bodies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marshmallow import Schema, fields, validate

from registry.domain import evidence as domain
from registry.domain.schemes import FIRST_YEAR, LAST_YEAR
from registry.http.fields import MassKg, Moment
from registry.services.evidence import note_of
from registry.services.evidence_pools import Backing, PoolBalance

_PLANT = "0198c000-0000-7000-8000-0000000000b1"
_MAKER = "0198c000-0000-7000-8000-0000000000a0"
_ID = "0198c000-0000-7000-8000-0000000000e1"
_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z"
_POOL = {"site": _PLANT, "stream": "tyre", "outcome": "recycle", "month": "2025-03"}
_AT = "2025-04-02T01:30:00.000Z"

ASKED_DRAFT = {**_POOL, "holder": _MAKER, "mass_kg": "12500"}
ASKED_CLAIM = {**_POOL, "mass_kg": "800"}
ASKED_RELEASE = {**_POOL, "mass_kg": "100"}
ASKED_ACTION = {"action": "retire", "scheme": "guizhou-demo", "material": "tyre", "year": 2025}
NOTE = {
    "id": _ID,
    **_POOL,
    "producer": None,
    "issuer": "0198c000-0000-7000-8000-0000000000a1",
    "holder": _MAKER,
    "parent": None,
    "mass_kg": "12500",
    "state": "draft",
    "paused_in": None,
    "scheme": None,
    "material": None,
    "year": None,
    "created_at": _AT,
    "changed_at": _AT,
}
NOTE_WHOLE = {
    **NOTE,
    "history": [{"id": _ID, "action": "draft", "state": "draft", "reason": None, "at": _AT}],
    "behind": [
        {
            "batch": "0198c000-0000-7000-8000-0000000000c1",
            "code": "7K3M9PQRT2",
            "event": "0198c000-0000-7000-8000-0000000000d1",
            "mass_kg": "25000",
        }
    ],
}
POOLS = {
    "items": [
        {
            **_POOL,
            "producer": None,
            "counted_kg": "25000",
            "withdrawn_kg": "0",
            "unlicensed_kg": "0",
            "total_kg": "25000",
            "available_kg": "12500",
            "ring_fenced_kg": "12500",
            "gone_kg": "0",
            "undercut_kg": "0",
        }
    ]
}


def _word(example: str, most: int, **more: Any) -> fields.String:
    return fields.String(validate=validate.Length(min=1, max=most), metadata={"example": example}, **more)


class _PoolArgs(Schema):
    """Where the grams lie. `id`: made by the client before the first send; the same again changes nothing."""

    id = fields.String(load_default=None, validate=validate.Regexp(_UUID), metadata={"example": _ID})
    site = _word(_PLANT, 36, required=True)
    stream = _word("tyre", 64, required=True)
    outcome = _word("recycle", 64, required=True)
    month = _word("2025-03", 7, required=True)
    mass_kg = MassKg(required=True, metadata={"example": "12500"})


class ClaimArgs(_PoolArgs):
    """Grams of one's own by origin."""


class DraftArgs(_PoolArgs):
    """A note to draft. `holder`: the producer, PRO or consortium it is made out to."""

    holder = _word(_MAKER, 36, required=True)


class ActionArgs(Schema):
    """An action. `to`: of a transfer; `mass_kg`: of a split; scheme, material, year: the obligation retired against."""

    action = fields.String(required=True, validate=validate.OneOf(domain.ACTIONS), metadata={"example": "retire"})
    id = fields.String(load_default=None, validate=validate.Regexp(_UUID), metadata={"example": _ID})
    reason = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=500))
    to = _word(_MAKER, 36, load_default=None, allow_none=True)
    mass_kg = MassKg(load_default=None, allow_none=True, metadata={"example": "100"})
    scheme = _word("guizhou-demo", 64, load_default=None, allow_none=True)
    material = _word("tyre", 64, load_default=None, allow_none=True)
    year = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        validate=validate.Range(min=FIRST_YEAR, max=LAST_YEAR),
        metadata={"example": 2025},
    )


class NoteSchema(Schema):
    """A note as it stands."""

    id = fields.String()
    site = fields.String()
    stream = fields.String()
    outcome = fields.String()
    month = fields.String()
    producer = fields.String(allow_none=True, metadata={"description": "whose own grams; null: traded"})
    issuer = fields.String()
    holder = fields.String()
    parent = fields.String(allow_none=True, metadata={"description": "the note it was split off"})
    mass_kg = MassKg()
    state = fields.String()
    paused_in = fields.String(allow_none=True, metadata={"description": "the state before its suspension"})
    scheme = fields.String(allow_none=True)
    material = fields.String(allow_none=True)
    year = fields.Integer(allow_none=True)
    created_at = Moment()
    changed_at = Moment()


class NotesSchema(Schema):
    """A page of notes."""

    items = fields.List(fields.Nested(NoteSchema))
    next = fields.String(allow_none=True)


class NoteStepSchema(Schema):
    """One action on a note."""

    id = fields.String()
    action = fields.String()
    state = fields.String(metadata={"description": "afterwards"})
    reason = fields.String(allow_none=True)
    at = Moment()


class NoteBackingSchema(Schema):
    """Grams of a batch that count in the note's pool; negative: came back."""

    batch = fields.String()
    code = fields.String(allow_none=True)
    event = fields.String()
    mass_kg = MassKg()


class NoteWholeSchema(NoteSchema):
    """A note with its history and what stands behind it."""

    history = fields.List(fields.Nested(NoteStepSchema))
    behind = fields.List(fields.Nested(NoteBackingSchema))


class PoolSchema(Schema):
    """What there is. total = counted − withdrawn − gone; available = total − ring-fenced; never below nothing."""

    site = fields.String()
    stream = fields.String()
    outcome = fields.String()
    month = fields.String()
    producer = fields.String(allow_none=True)
    counted_kg = MassKg()
    withdrawn_kg = MassKg(metadata={"description": "came back from a second life"})
    unlicensed_kg = MassKg(metadata={"description": "done without a licence in force: earns nothing"})
    total_kg = MassKg()
    available_kg = MassKg()
    ring_fenced_kg = MassKg()
    gone_kg = MassKg(metadata={"description": "issued, held or retired"})
    undercut_kg = MassKg(metadata={"description": "notes above what a correction left"})


class PoolsSchema(Schema):
    """All of them."""

    items = fields.List(fields.Nested(PoolSchema))


def pool_json(found: PoolBalance) -> dict[str, Any]:
    """A pool as the schema dumps it: grams inside."""
    pool, balance = found.pool, found.balance
    return {
        "site": pool.site_id,
        "stream": pool.stream,
        "outcome": pool.outcome,
        "month": pool.month,
        "producer": pool.producer_id or None,
        "counted_kg": balance.counted_g,
        "withdrawn_kg": balance.withdrawn_g,
        "unlicensed_kg": found.unlicensed_g,
        "total_kg": balance.total_g,
        "available_kg": balance.available_g,
        "ring_fenced_kg": balance.ring_fenced_g,
        "gone_kg": balance.gone_g,
        "undercut_kg": balance.undercut_g,
    }


def _note_values(row: Any) -> dict[str, Any]:
    note = note_of(row)
    return {
        "id": note.id,
        "site": note.pool.site_id,
        "stream": note.pool.stream,
        "outcome": note.pool.outcome,
        "month": note.pool.month,
        "producer": note.pool.producer_id or None,
        "issuer": note.issuer_id,
        "holder": note.holder_id,
        "parent": row.parent_id,
        "mass_kg": note.mass_g,
        "state": note.state,
        "paused_in": note.paused_in or None,
        "scheme": row.scheme or None,
        "material": row.material or None,
        "year": row.year,
        "created_at": row.created_at_utc,
        "changed_at": row.changed_at_utc,
    }


def note_json(row: Any) -> dict[str, Any]:
    """A note as JSON."""
    body: dict[str, Any] = NoteSchema().dump(_note_values(row))
    return body


def whole_json(row: Any, *, history: Sequence[Any], behind: Sequence[tuple[Backing, str | None]]) -> dict[str, Any]:
    """A note with its history and what stands behind it, as the schema dumps it."""
    steps = [
        {
            "id": each.id,
            "action": each.action,
            "state": each.state,
            "reason": each.reason or None,
            "at": each.recorded_at_utc,
        }
        for each in history
    ]
    batches = [
        {"batch": each.batch_id, "code": code, "event": each.event_id, "mass_kg": each.grams} for each, code in behind
    ]
    return {**_note_values(row), "history": steps, "behind": batches}
