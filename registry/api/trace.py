"""The product chain of a batch, backward and forward, with the mass of every step."""

from __future__ import annotations

from typing import Any

from registry.api import shown
from registry.api.answers import problems
from registry.api.batch_schemas import TraceQuery, TraceSchema
from registry.api.batches import named
from registry.extensions import db
from registry.http.auth import current_actor, keeper
from registry.http.blueprint import API_PREFIX, Blueprint
from registry.services import trace

blp = Blueprint("Trace", __name__, url_prefix=API_PREFIX, description="产品链 Trace: which batch became which")


@blp.route("/batches/<batch>/trace", methods=["GET"])
@keeper("read.own")
@blp.doc(summary="What a batch was made of, or what became of it")
@blp.arguments(TraceQuery, location="query")
@blp.response(200, TraceSchema, example=shown.TRACE)
@problems(blp, 401, 404, 422)
def get_trace(query: dict[str, Any], batch: str) -> trace.Trace:
    """Nodes and edges with mass. Beyond the caller's sight a node shows outcome, month and area only."""
    return trace.trace(
        db.session,
        actor=current_actor(),
        batch_id=named(batch),
        direction=query["direction"],
        depth=query["depth"],
    )
