"""The public map of the network: who takes what, and where. No account, no outside tiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext

from registry.domain import streams
from registry.domain.parties import SITE_KINDS
from registry.extensions import db
from registry.http.auth import keeper
from registry.services import network
from registry.services.network import Node
from registry.services.sights import area
from registry.web import words
from registry.web.drawing import draw
from registry.web.files import csv_response

pages = Blueprint("network", __name__)


@pages.get("/map")
@keeper("read.public")
def index() -> str:
    """Map and list, filtered by stream and kind of site."""
    chosen = {name: request.args.get(name, "") for name in ("stream", "kind")}
    found = _found(chosen)
    placed = [node for node in found if node.longitude is not None and node.latitude is not None]
    drawing = draw(
        {node.id: (float(node.longitude or 0), float(node.latitude or 0)) for node in placed},
        {node.id: area(node.division_code) for node in placed},
    )
    return render_template(
        "pages/map.html",
        drawing=drawing,
        marks=[(node, drawing.places[node.id], SITE_KINDS.index(node.kind)) for node in placed],
        areas=[(code, list(nodes)) for code, nodes in groupby(found, key=lambda node: area(node.division_code))],
        kinds=[(number, code) for number, code in enumerate(SITE_KINDS) if any(node.kind == code for node in found)],
        all_kinds=SITE_KINDS,
        streams=streams.streams(),
        values=chosen,
        count=len(found),
        illustrative=any(node.illustrative for node in found),
        csv_href=f"/map.csv?{urlencode(chosen)}",
    )


def _found(chosen: Mapping[str, str]) -> Sequence[Node]:
    found = network.nodes(db.session, stream=chosen["stream"] or None)
    return [node for node in found if not chosen["kind"] or node.kind == chosen["kind"]]


@pages.get("/map.csv")
@keeper("read.public")
def export() -> Response:
    """The list as a file."""
    chosen = {name: request.args.get(name, "") for name in ("stream", "kind")}
    return csv_response("network", _COLUMNS, _found(chosen))


_COLUMNS: Mapping[str, Any] = {
    words.N_("站点"): words.named,
    words.N_("类型"): lambda node: words.said(words.SITE_KINDS, node.kind),
    words.N_("组织"): lambda node: words.named(node.organisation),
    words.N_("行政区"): lambda node: words.division_name(node.division_code),
    words.N_("接收物料"): lambda node: " ".join(words.stream_name(code) for code in node.streams),
    words.N_("经度"): lambda node: node.longitude if node.longitude is not None else "",
    words.N_("纬度"): lambda node: node.latitude if node.latitude is not None else "",
    words.N_("位置仅为示意"): lambda node: gettext("是") if node.illustrative else gettext("否"),
}
