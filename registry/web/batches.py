"""The list of batches and the page of one: what it is, where, how much, its story, and what may be done next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from registry.domain import mass, streams
from registry.domain.parties import Actor
from registry.domain.refusals import Refusal
from registry.extensions import db
from registry.http.auth import current_actor, keeper
from registry.services import custody, inventory
from registry.services.actions import Action, actions
from registry.services.custody import BatchView
from registry.services.inventory import BatchLine
from registry.services.stories import story
from registry.services.trace import Trace, trace
from registry.web import products, words
from registry.web.files import csv_response

pages = Blueprint("batches", __name__)

FILTERS = ("status", "stream", "site_id", "text", "scope")
SCOPES = {"holding": words.N_("我方持有"), "all": words.N_("全部可见")}
OVERSEERS = frozenset({"regulator", "administrator"})
"""roles that look after what others hold"""
_MAIN = {
    "collector": ("receive", "dispatch", "retire"),
    "operator": ("receive", "process", "dispatch", "retire"),
    "inspector": ("inspect",),
}
"""role → the one main action, the first of these that may be done"""
_NOT_HERE = frozenset({"collect", "unload"})
"""kinds that are not done from the page of a batch: it is collected already; a container is emptied on its own page"""
EXPORT_MOST = 10_000
_FULL_LEGEND = 7


@dataclass(frozen=True, kw_only=True)
class Slice:
    """One piece of the bar of origins: where it starts and how wide it is, in percent of the bar."""

    start: str
    width: str
    shade: int
    share: custody.OriginShare
    mass_g: int


@pages.get("/batches")
@keeper("read.own")
def index() -> str:
    """Filtered, latest touched first, by keyset pages."""
    if current_actor().role == "producer":
        return products.index()
    chosen = _chosen()
    page = inventory.my_batches(db.session, actor=current_actor(), after=_cursor(), **chosen)
    own = {name: value for name, value in chosen.items() if value}
    return render_template(
        "pages/batches.html",
        lines=page.items,
        values=chosen,
        filtered=bool(own.keys() - {"scope"}),
        streams=streams.streams(),
        statuses=words.STATUSES,
        scopes=SCOPES,
        next_href=url_for("batches.index", **own, after=",".join(page.next_key)) if page.next_key else None,
        first_href=url_for("batches.index", **own) if _cursor() else None,
        csv_href=url_for("batches.export", **own),
    )


def _chosen() -> dict[str, Any]:
    found: dict[str, Any] = {name: request.args.get(name, "").strip()[:120] or None for name in FILTERS}
    if found["scope"] not in SCOPES:
        found["scope"] = "all" if current_actor().role in OVERSEERS else "holding"
    return found


def _cursor() -> tuple[str, ...] | None:
    after = request.args.get("after", "")
    return tuple(after.split(",")) if after else None


@pages.get("/batches.csv")
@keeper("read.own")
def export() -> Response:
    """The same list as a file: ids as text, grams written as exact kilograms, a mark so that spreadsheets see UTF-8."""
    if current_actor().role == "producer":
        return csv_response("products", products.COLUMNS, products.every())
    return csv_response("batches", _COLUMNS, _all_lines(current_actor(), _chosen()))


_COLUMNS: Mapping[str, Any] = {
    words.N_("编码"): lambda line: line.code or line.id,
    words.N_("物料"): lambda line: words.stream_name(line.stream),
    words.N_("品类"): lambda line: words.product_name(line.product),
    words.N_("状态"): lambda line: words.said(words.STATUSES, line.status),
    words.N_("地点"): lambda line: words.named(line.place),
    words.N_("行政区"): lambda line: words.division_name(line.place.division_code),
    words.N_("发往"): lambda line: words.named(line.to) if line.to else "",
    words.N_("质量（公斤）"): lambda line: mass.kg_text(line.mass_g),
    words.N_("批次标识"): lambda line: line.id,
}


def _all_lines(actor: Actor, chosen: Mapping[str, Any]) -> Iterator[BatchLine]:
    after: tuple[str, ...] | None = None
    for _ in range(EXPORT_MOST // inventory.PAGE_MOST):
        page = inventory.my_batches(db.session, actor=actor, after=after, limit=inventory.PAGE_MOST, **chosen)
        yield from page.items
        after = page.next_key
        if after is None:
            return


@pages.get("/batches/<batch_id>")
@keeper("read.own")
def show(batch_id: str) -> str:
    """One batch as far as this reader may see it; any of its codes stands for its id. Refusal not_found."""
    actor = current_actor()
    view = view_of(batch_id, actor)
    if view.sight != "full":
        return render_template("pages/batch_fate.html", batch=view)
    doable = [action for action in actions(db.session, actor=actor, batch_id=view.id) if action.kind not in _NOT_HERE]
    main = main_action(actor, doable)
    return render_template(
        "pages/batch.html",
        batch=view,
        chapters=list(reversed(story(db.session, actor=actor, batch_id=view.id))),
        main=main,
        open_actions=[action for action in doable if action.allowed and action is not main],
        closed_actions=[action for action in doable if not action.allowed],
        slices=slices(view),
        made_of=links(trace(db.session, actor=actor, batch_id=view.id, direction="backward", depth=1)),
        became=links(trace(db.session, actor=actor, batch_id=view.id, direction="forward", depth=1)),
        acts=actor.may("event.capture"),
    )


def view_of(text: str, actor: Actor) -> BatchView:
    """The batch an id or a code names, as the actor sees it. Refusal not_found."""
    named = custody.find(db.session, text_or_id=text)
    if named is None or named.kind != "batch" or named.id is None:
        raise Refusal("not_found", what="batch")
    return custody.batch_view(db.session, actor=actor, batch_id=named.id)


def main_action(actor: Actor, doable: Sequence[Action]) -> Action | None:
    """The one thing to do next; None where nothing may be done."""
    allowed = {action.kind: action for action in doable if action.allowed}
    return next((allowed[kind] for kind in _MAIN.get(actor.role, ()) if kind in allowed), None)


def slices(view: BatchView) -> list[Slice]:
    """The origins of the mass as pieces of a bar, largest first; the small rest is told in words below it."""
    shares = [(share, share.amounts.get("mass", 0)) for share in view.origins]
    whole = sum(grams for _, grams in shares) or 1
    found: list[Slice] = []
    start = 0
    for number, (share, grams) in enumerate(shares):
        found.append(
            Slice(
                start=f"{100 * start / whole:.3f}%",
                width=f"{100 * grams / whole:.3f}%",
                shade=min(number, _FULL_LEGEND),
                share=share,
                mass_g=grams,
            )
        )
        start += grams
    return found


def links(found: Trace) -> list[dict[str, Any]]:
    """The neighbours of a batch in the chain with the mass that passed between them."""
    nodes = {node.key: node for node in found.nodes}
    own = next((node.key for node in found.nodes if node.batch_id == found.batch_id), "")
    return [
        {"node": nodes[edge.target if edge.source == own else edge.source], "edge": edge}
        for edge in found.edges
        if own in (edge.source, edge.target)
    ]
