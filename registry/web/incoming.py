"""Shipments on their way: what arrives is taken over here, whole as it was sent, or batch by batch on its own form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from registry.domain import events, mass
from registry.domain.refusals import Refusal
from registry.extensions import db
from registry.http.auth import current_actor, keeper
from registry.services import inventory
from registry.services.inventory import BatchLine, Shipment
from registry.web import amounts, words
from registry.web.captures import new_event_id, send, thank
from registry.web.files import csv_response
from registry.web.typed import Typed

pages = Blueprint("incoming", __name__)


@pages.get("/incoming")
@keeper("read.own")
def index() -> str:
    """Arriving first, then what was sent and is not yet received."""
    return _page(errors={})


@pages.post("/incoming/receive")
@keeper("event.capture")
def receive() -> BaseResponse | tuple[str, int]:
    """Take over the chosen batches of one shipment as they were sent."""
    typed = Typed(request.form)
    chosen = typed.many("batch")
    shipment = _arriving(typed.text("shipment") or "", chosen)
    if not chosen:
        typed.refuse("", Refusal("field_missing", field="batch"))
    lines = tuple(events.ReceiveLine(batch=each) for each in chosen)
    sent = send(typed, kind="receive", site_id=shipment.receiver.site_id, details=lambda _: events.Receive(lines=lines))
    if sent.errors:
        return _page(errors=sent.errors), 422
    thank(sent)
    return redirect("/incoming", 303)


def _arriving(event_id: str, _chosen: tuple[str, ...]) -> Shipment:
    found = inventory.incoming(db.session, actor=current_actor())
    shipment = next((each for each in found if each.event_id == event_id), None)
    if shipment is None:
        raise Refusal("not_found", what="shipment")
    return shipment


def _page(*, errors: Mapping[str, str]) -> str:
    actor = current_actor()
    arriving = inventory.incoming(db.session, actor=actor)
    return render_template(
        "pages/incoming.html",
        arriving=arriving,
        leaving=inventory.outgoing(db.session, actor=actor),
        event_ids={shipment.event_id: new_event_id() for shipment in arriving},
        errors=errors,
        may_receive=actor.may("event.receive"),
    )


@pages.get("/incoming.csv")
@keeper("read.own")
def export() -> Response:
    """Both directions as one file."""
    return csv_response("shipments", _COLUMNS, _rows())


_COLUMNS: Mapping[str, Any] = {
    words.N_("方向"): lambda row: gettext(row[0]),
    words.N_("发运时间"): lambda row: amounts.moment(row[1].occurred_at),
    words.N_("从"): lambda row: words.named(row[1].sender),
    words.N_("发往"): lambda row: words.named(row[1].receiver),
    words.N_("编码"): lambda row: row[2].code or row[2].id,
    words.N_("物料"): lambda row: words.stream_name(row[2].stream),
    words.N_("质量（公斤）"): lambda row: mass.kg_text(row[2].mass_g),
}


def _rows() -> Iterator[tuple[str, Shipment, BatchLine]]:
    actor = current_actor()
    for direction, shipments in (
        (words.N_("待接收"), inventory.incoming(db.session, actor=actor)),
        (words.N_("已发出"), inventory.outgoing(db.session, actor=actor)),
    ):
        for shipment in shipments:
            for load in shipment.loads:
                yield from ((direction, shipment, line) for line in load.batches)
