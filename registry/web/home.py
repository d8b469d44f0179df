"""The first page: for each role what waits, and the one thing to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template

from registry.domain import streams
from registry.domain.parties import Actor
from registry.extensions import db
from registry.http.auth import current_actor, keeper
from registry.http.panels import panels
from registry.services import holdings, inventory
from registry.services.holdings import Holding
from registry.services.inventory import BatchLine, Shipment
from registry.web import products
from registry.web.batches import OVERSEERS
from registry.web.words import N_

pages = Blueprint("home", __name__)

RECENT = 5


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """The main action of a role."""

    path: str
    label: str
    icon: str


_INVITES: Mapping[str, Invitation] = {
    "collector": Invitation(path="/collect", label=N_("登记收集"), icon="plus"),
    "operator": Invitation(path="/scan", label=N_("扫码办理"), icon="scan"),
    "inspector": Invitation(path="/scan", label=N_("扫码检测"), icon="scan"),
    "producer": Invitation(path="/reports", label=N_("查看报告"), icon="report"),
    "pro": Invitation(path="/reports", label=N_("查看报告"), icon="report"),
    "regulator": Invitation(path="/reports", label=N_("查看回收率报告"), icon="report"),
    "administrator": Invitation(path="/organisations", label=N_("组织与站点"), icon="building"),
}
_WAITING = Invitation(path="/incoming", label=N_("接收来货"), icon="truck")


@pages.get("/")
@keeper("read.public")
def index() -> str:
    """What waits for the person; for a visitor, what this is."""
    actor = current_actor()
    if actor.role == "anonymous":
        return render_template("pages/welcome.html", streams=streams.streams())
    arriving = inventory.incoming(db.session, actor=actor)
    leaving = inventory.outgoing(db.session, actor=actor)
    held = holdings.holdings(db.session, actor=actor)
    return render_template(
        "pages/home.html",
        panels=panels(actor),
        invitation=_invitation(actor, arriving),
        arriving=arriving[:RECENT],
        arriving_count=sum(len(load.batches) for shipment in arriving for load in shipment.loads),
        arriving_g=sum(shipment.mass_g for shipment in arriving),
        leaving_count=sum(len(load.batches) for shipment in leaving for load in shipment.loads),
        stock_count=sum(each.batches for each in held if each.status == "stock"),
        stock_g=sum(each.mass_g for each in held if each.status == "stock"),
        by_stream=by_stream(held),
        recent=_recent(actor),
        products=products.some(None, RECENT) if actor.role == "producer" else (),
    )


def _recent(actor: Actor) -> list[BatchLine]:
    """The latest that are still open: what was used up needs nobody's eye."""
    scope = "all" if actor.role in OVERSEERS else "holding"
    lines = inventory.my_batches(db.session, actor=actor, scope=scope, limit=RECENT * RECENT).items
    return [line for line in lines if line.status in holdings.OPEN][:RECENT]


def _invitation(actor: Actor, arriving: tuple[Shipment, ...]) -> Invitation:
    """A plant's first business is what stands at its gate."""
    if arriving and actor.role == "operator":
        return _WAITING
    return _INVITES[actor.role]


def by_stream(held: Any) -> list[dict[str, Any]]:
    """One row per stream, largest first, with the masses of its states; `width` is the share of the largest row."""
    rows: dict[str, dict[str, Any]] = {}
    each: Holding
    for each in held:
        row = rows.setdefault(each.stream, {"stream": each.stream, "mass_g": 0, "batches": 0})
        row["mass_g"] += each.mass_g
        row["batches"] += each.batches
    ordered = sorted(rows.values(), key=lambda row: -row["mass_g"])
    largest = ordered[0]["mass_g"] if ordered else 0
    return [row | {"width": f"{100 * row['mass_g'] / largest if largest else 0:.2f}%"} for row in ordered]
