"""Containers of the organisation: what they carry, and emptying them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from registry.domain import events, mass
from registry.extensions import db
from registry.http.auth import current_actor, keeper
from registry.services import custody, holdings
from registry.web import sites, words
from registry.web.captures import new_event_id, send, thank
from registry.web.files import csv_response
from registry.web.typed import Typed

pages = Blueprint("containers", __name__)


@pages.get("/containers")
@keeper("event.load")
def index() -> str:
    """Newest first."""
    return render_template("pages/containers.html", carriers=holdings.containers(db.session, actor=current_actor()))


@pages.get("/containers.csv")
@keeper("event.load")
def export() -> Response:
    """The same list as a file."""
    return csv_response("containers", _COLUMNS, holdings.containers(db.session, actor=current_actor()))


_COLUMNS: Mapping[str, Any] = {
    words.N_("编码"): lambda carrier: carrier.code or carrier.id,
    words.N_("批数"): lambda carrier: carrier.batches,
    words.N_("质量（公斤）"): lambda carrier: mass.kg_text(carrier.mass_g),
}


@pages.get("/containers/<container_id>")
@keeper("event.load")
def show(container_id: str) -> str:
    """One container, by its id or its code, and what is in it. Refusal not_found."""
    return _page(container_id, {})


@pages.post("/containers/<container_id>/unload")
@keeper("event.unload")
def unload(container_id: str) -> BaseResponse | tuple[str, int]:
    """Take out the chosen batches; none chosen: all."""
    actor = current_actor()
    carrier, inside = holdings.carried(db.session, actor=actor, container_id=container_id)
    sent = send(
        Typed(request.form),
        kind="unload",
        site_id=_site(inside),
        details=lambda typed: events.Unload(container=carrier.id, batches=typed.many("batch")),
    )
    if sent.errors:
        return _page(container_id, sent.errors), 422
    thank(sent)
    return redirect(url_for("containers.show", container_id=container_id), 303)


def _site(inside: Any) -> str:
    actor = current_actor()
    if inside:
        view = custody.batch_view(db.session, actor=actor, batch_id=inside[0])
        if view.place is not None:
            return view.place.site_id
    return actor.site_id or next((site.id for site in sites.own(actor)), "")


def _page(container_id: str, errors: Mapping[str, str]) -> str:
    actor = current_actor()
    named = custody.find(db.session, text_or_id=container_id)
    own_id = named.id if named is not None and named.kind == "container" else None
    carrier, inside = holdings.carried(db.session, actor=actor, container_id=own_id or "")
    return render_template(
        "pages/container.html",
        carrier=carrier,
        batches=[custody.batch_view(db.session, actor=actor, batch_id=each) for each in inside],
        errors=errors,
        event_id=new_event_id(),
    )
