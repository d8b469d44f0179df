"""Batches: what they are, where, how much, their story and origins, and what may be done with them."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from registry.api import shown
from registry.api.answers import problems
from registry.api.batch_schemas import (
    ActionsSchema,
    BatchesSchema,
    BatchLineSchema,
    BatchQuery,
    BatchSchema,
    ChapterSchema,
    OriginSchema,
    OriginsSchema,
    StorySchema,
)
from registry.domain.refusals import Refusal
from registry.extensions import db
from registry.http.auth import current_actor, keeper
from registry.http.blueprint import API_PREFIX, Blueprint
from registry.http.language import language
from registry.http.paging import PageArgs, decode, page, part_of
from registry.http.problems import detail_of
from registry.services import actions, custody, inventory, stories
from registry.services.stories import Happening

blp = Blueprint("Batches", __name__, url_prefix=API_PREFIX, description="批次 Batches: what carries a mark")


@blp.route("/batches", methods=["GET"])
@keeper("read.own")
@blp.doc(summary="List batches")
@blp.arguments(BatchQuery, location="query")
@blp.response(200, BatchesSchema, description="A page, latest touched first", example=shown.BATCHES_PAGE)
@problems(blp, 401, 422)
def get_batches(query: dict[str, Any]) -> Response:
    """Yours now, ever yours, on their way to you or from you. A regulator's: those that touched its division."""
    found = inventory.my_batches(
        db.session,
        actor=current_actor(),
        status=query.get("status"),
        stream=query.get("stream"),
        site_id=query.get("site"),
        text=query.get("text"),
        scope=query["scope"],
        after=decode(query["after"]),
        limit=query["limit"],
    )
    return page(BatchLineSchema(many=True).dump(found.items), found.next_key)


@blp.route("/batches/<batch>", methods=["GET"])
@keeper("read.own")
@blp.doc(summary="One batch, by id or by any code that names it")
@blp.response(200, BatchSchema, example=shown.BATCH)
@problems(blp, 401, 404)
def get_batch(batch: str) -> custody.BatchView:
    """As far as the caller may see; what it may not see is absent."""
    return custody.batch_view(db.session, actor=current_actor(), batch_id=named(batch))


def named(text: str) -> str:
    """The id of the batch a path names. Refusal not_found."""
    found = custody.find(db.session, text_or_id=text)
    if found is None or found.kind != "batch" or found.id is None:
        raise Refusal("not_found", what="batch")
    return found.id


@blp.route("/batches/<batch>/story", methods=["GET"])
@keeper("read.own")
@blp.doc(summary="What happened to a batch")
@blp.arguments(PageArgs, location="query")
@blp.response(200, StorySchema, description="In the order of the ledger", example=shown.STORY)
@problems(blp, 401, 404, 422)
def get_story(query: dict[str, Any], batch: str) -> Response:
    """In full while the caller or a neighbour in the chain held it; beyond, outcome, month and area."""
    chapters = stories.story(db.session, actor=current_actor(), batch_id=named(batch))
    shown, following = part_of(chapters, decode(query["after"]), query["limit"])
    return page([chapter_json(chapter) for chapter in shown], following)


def chapter_json(chapter: stories.Chapter) -> dict[str, Any]:
    """A chapter as JSON: `full` says which of the two shapes it has."""
    return {"full": isinstance(chapter, Happening), **ChapterSchema().dump(chapter)}


@blp.route("/batches/<batch>/origins", methods=["GET"])
@keeper("read.own")
@blp.doc(summary="Where the mass of a batch came from")
@blp.arguments(PageArgs, location="query")
@blp.response(200, OriginsSchema, description="Heaviest first, others last", example=shown.ORIGINS)
@problems(blp, 401, 404, 422)
def get_origins(query: dict[str, Any], batch: str) -> Response:
    """The shares sum to what the batch holds, substance by substance. Those of other producers are one row."""
    view = custody.batch_view(db.session, actor=current_actor(), batch_id=named(batch))
    shown, following = part_of(view.origins, decode(query["after"]), query["limit"])
    return page(OriginSchema(many=True).dump(shown), following)


@blp.route("/batches/<batch>/actions", methods=["GET"])
@keeper("read.own")
@blp.doc(summary="What the caller may do with a batch, and why not the rest")
@blp.response(200, ActionsSchema, example=shown.ACTIONS)
@problems(blp, 401, 404)
def get_actions(batch: str) -> Response:
    """A forecast: the event is judged again when it comes."""
    found = actions.actions(db.session, actor=current_actor(), batch_id=named(batch))
    return jsonify({"items": [_action(each) for each in found]})


def _action(action: actions.Action) -> dict[str, Any]:
    why = None if action.reason is None else Refusal(action.reason, **action.facts)
    return {
        "kind": action.kind,
        "name_zh": action.name_zh,
        "name_en": action.name_en,
        "allowed": action.allowed,
        "reason": action.reason,
        "detail": None if why is None else detail_of(why, language()),
        "facts": dict(action.facts),
        "choices": list(action.choices),
    }
