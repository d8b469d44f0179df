"""The trace of one batch, forward and backward: as a graph, and as a list for who cannot see it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template

from registry.extensions import db
from registry.http.auth import current_actor, keeper
from registry.http.language import language
from registry.services.trace import BACKWARD, FORWARD, Node, Trace, trace
from reports import chain, words

pages = Blueprint("trace_page", __name__, template_folder="../templates")

_TITLE = {"zh": "从哪里来，到哪里去", "en": "Where it came from, and where it went"}


@pages.get("/reports/trace/<batch_id>")
@keeper("read.own")
def of_batch(batch_id: str) -> str:
    """What the batch was made of and what became of it. Refusal: not_found, also for what the reader may not see."""
    spoken = language()
    back, forth = (
        trace(db.session, actor=current_actor(), batch_id=batch_id, direction=direction)
        for direction in (BACKWARD, FORWARD)
    )
    return render_template(
        "reports/trace.html",
        batch=back.nodes[0],
        name=_named(back.nodes[0]),
        picture=chain.picture(back, forth, title=_TITLE[spoken], named=_named),
        ways=[(_rows(back), back.truncated), (_rows(forth), forth.truncated)],
    )


def _named(node: Node) -> str:
    """Its code in groups of four, else what became of it."""
    if node.batch_id is None:
        return str(current_app.jinja_env.filters["fate_name"](node.fate.outcome))
    code = current_app.jinja_env.filters["code4"](node.code) if node.code else f"…{node.batch_id[-8:]}"
    return f"{code} {_what(node)}"


def _what(node: Node) -> str:
    if node.product:
        return str(current_app.jinja_env.filters["product_name"](node.product))
    return words.stream_words(node.stream)[language()] if node.stream else ""


def _rows(found: Trace) -> list[dict[str, Any]]:
    """One row per batch beside the asked one, nearest first, with the kinds of event that link it."""
    sums = chain.masses(found)
    near = "source" if found.direction == BACKWARD else "target"
    rows = []
    for node in sorted(found.nodes[1:], key=lambda node: node.step):
        edges = [edge for edge in found.edges if getattr(edge, near) == node.key]
        rows.append(
            {
                "node": node,
                "mass_g": sums.get(node.key) or None,
                "kinds": list(dict.fromkeys(edge.kind for edge in edges if edge.kind)),
                "month": min((edge.occurred_month for edge in edges), default=""),
            }
        )
    return rows
