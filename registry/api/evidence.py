"""Evidence notes: what there is, notes made of it, and every action on them. States: draft → awaiting authorisation →
awaiting acceptance → accepted | rejected | cancelled; retired; suspended.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response, jsonify
from marshmallow import Schema, fields, validate

from registry.api.answers import problems
from registry.api.evidence_schemas import (
    ASKED_ACTION,
    ASKED_CLAIM,
    ASKED_DRAFT,
    ASKED_RELEASE,
    NOTE,
    NOTE_WHOLE,
    POOLS,
    ActionArgs,
    ClaimArgs,
    DraftArgs,
    NoteSchema,
    NotesSchema,
    NoteWholeSchema,
    PoolsSchema,
    note_json,
    pool_json,
    whole_json,
)
from registry.domain import evidence as domain
from registry.domain.evidence import Pool
from registry.domain.periods import parse_period
from registry.extensions import db
from registry.http.auth import current_actor, keeper
from registry.http.blueprint import API_PREFIX, Blueprint
from registry.http.paging import PageArgs, decode, page
from registry.http.transaction import transact
from registry.services import evidence, evidence_pools
from registry.services.evidence_booking import Asked

blp = Blueprint("Evidence", __name__, url_prefix=API_PREFIX, description="责任凭证 Evidence of recycling")


class PoolsQuery(Schema):
    """Which pools."""

    period = fields.String(required=True, metadata={"example": "2025-03", "description": "2025 · 2025-Q1 · 2025-03"})
    stream = fields.String(load_default=None, metadata={"example": "tyre"})


class NotesQuery(PageArgs):
    """Which notes."""

    state = fields.String(load_default=None, validate=validate.OneOf(domain.STATES), metadata={"example": "accepted"})


@blp.route("/evidence/pools", methods=["GET"])
@keeper("read.own")
@blp.doc(summary="What evidence there is: by plant, stream, outcome, month and producer")
@blp.arguments(PoolsQuery, location="query")
@blp.response(200, PoolsSchema, example=POOLS)
@problems(blp, 401, 422)
def get_pools(query: dict[str, Any]) -> dict[str, Any]:
    """A plant sees its own; a producer what is its own by origin, wherever it lies; a regulator its division's."""
    found = evidence_pools.pools(
        db.session, actor=current_actor(), period=parse_period(query["period"]), stream=query["stream"]
    )
    return {"items": [pool_json(each) for each in found]}


@blp.route("/evidence/notes", methods=["GET"])
@keeper("read.own")
@blp.doc(summary="Notes that one issued, holds, or oversees")
@blp.arguments(NotesQuery, location="query")
@blp.response(200, NotesSchema, example={"items": [NOTE], "next": None})
@problems(blp, 401, 422)
def get_notes(query: dict[str, Any]) -> Response:
    """The newest first; a holder sees a note from its issue on."""
    after, limit = decode(query["after"]), query["limit"]
    found = evidence.notes(
        db.session,
        actor=current_actor(),
        state=query["state"],
        after=after[0] if after else None,
        limit=limit + 1,
    )
    following = (found[limit - 1].id,) if len(found) > limit else None
    return page([note_json(each) for each in found[:limit]], following)


@blp.route("/evidence/notes/<note_id>", methods=["GET"])
@keeper("read.own")
@blp.doc(summary="A note, what was done with it, and the batches behind its pool")
@blp.response(200, NoteWholeSchema, example=NOTE_WHOLE)
@problems(blp, 401, 404)
def get_note(note_id: str) -> dict[str, Any]:
    """Of the batches: code, event and mass that count."""
    actor = current_actor()
    row = evidence.note(db.session, actor=actor, note_id=note_id)
    return whole_json(
        row,
        history=evidence.history(db.session, actor=actor, note_id=note_id),
        behind=evidence_pools.behind(db.session, evidence.note_of(row).pool),
    )


@blp.route("/evidence/notes", methods=["POST"])
@keeper("evidence.issue")
@blp.doc(summary="Draft a note of the plant's own evidence")
@blp.arguments(DraftArgs, example=ASKED_DRAFT)
@blp.response(201, NoteSchema, example=NOTE)
@problems(blp, 400, 401, 403, 409, 422)
def post_note(body: dict[str, Any]) -> tuple[Response, int]:
    """Nothing is taken from what is available before it is submitted."""
    asked = Asked(action="draft", id=body["id"], to=body["holder"], mass_g=body["mass_kg"])
    return _made(
        lambda session: evidence.draft(session, actor=current_actor(), pool=_pool(body), asked=asked, now=_now())
    )


@blp.route("/evidence/claims", methods=["POST"])
@keeper("evidence.hold")
@blp.doc(summary="Make a note of grams that are one's own by origin")
@blp.arguments(ClaimArgs, example=ASKED_CLAIM)
@blp.response(201, NoteSchema, example=NOTE)
@problems(blp, 400, 401, 403, 409, 422)
def post_claim(body: dict[str, Any]) -> tuple[Response, int]:
    """Accepted at once: nobody has to issue what is attributed."""
    asked = Asked(action="claim", id=body["id"], mass_g=body["mass_kg"])
    return _made(
        lambda session: evidence.claim(session, actor=current_actor(), pool=_pool(body), asked=asked, now=_now())
    )


@blp.route("/evidence/releases", methods=["POST"])
@keeper("evidence.hold")
@blp.doc(summary="Give grams that are one's own by origin to the trade")
@blp.arguments(ClaimArgs, example=ASKED_RELEASE)
@blp.response(204)
@problems(blp, 400, 401, 403, 409, 422)
def post_release(body: dict[str, Any]) -> None:
    """The plant may then issue them to anybody."""
    asked = Asked(action="release", id=body["id"], mass_g=body["mass_kg"])
    actor, now = current_actor(), _now()
    transact(lambda session: evidence.release(session, actor=actor, pool=_pool(body), asked=asked, now=now))


@blp.route("/evidence/notes/<note_id>/actions", methods=["POST"])
@keeper("evidence.act")
@blp.doc(summary="Submit, authorise, accept, reject, cancel, suspend, resume, transfer, split or retire a note")
@blp.arguments(ActionArgs, example=ASKED_ACTION)
@blp.response(200, NoteSchema, example={**NOTE, "state": "retired"})
@problems(blp, 400, 401, 403, 404, 409, 422)
def post_action(body: dict[str, Any], note_id: str) -> Response:
    """Each pair of action and state that cannot be has a code of its own: `evidence_accept_draft` …"""
    asked = Asked(
        action=body["action"],
        id=body["id"],
        reason=body["reason"] or "",
        to=body["to"] or "",
        mass_g=body["mass_kg"] or 0,
        scheme=body["scheme"] or "",
        material=body["material"] or "",
        year=body["year"],
    )
    actor, now = current_actor(), _now()
    return jsonify(
        transact(lambda session: note_json(evidence.act(session, actor=actor, note_id=note_id, asked=asked, now=now)))
    )


def _made(work: Any) -> tuple[Response, int]:
    return jsonify(transact(lambda session: note_json(work(session)))), 201


def _pool(body: dict[str, Any]) -> Pool:
    return Pool(site_id=body["site"], stream=body["stream"], outcome=body["outcome"], month=body["month"])


def _now() -> datetime:
    return datetime.now(UTC)
