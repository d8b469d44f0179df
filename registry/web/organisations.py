"""Organisations and their sites, for administrators."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from flask import Blueprint, Response, render_template

from registry.extensions import db
from registry.http.auth import keeper
from registry.services import network, parties
from registry.services.parties import Organisation
from registry.web import words
from registry.web.files import csv_response

pages = Blueprint("organisations", __name__)

_MOST = 5_000


def _everyone() -> list[Organisation]:
    """All organisations, page by page, grouped by what they are."""
    found: list[Organisation] = []
    after: str | None = None
    while len(found) < _MOST:
        page = list(islice(parties.organisations(db.session, after=after), parties.PAGE_MOST))
        found += page
        if len(page) < parties.PAGE_MOST:
            break
        after = page[-1].id
    return sorted(found, key=lambda each: (each.kind, each.name_zh))


def _sites() -> Mapping[str, list[network.Node]]:
    grouped: dict[str, list[network.Node]] = {}
    for node in network.nodes(db.session):
        grouped.setdefault(node.organisation.id, []).append(node)
    return grouped


@pages.get("/organisations")
@keeper("party.write")
def index() -> str:
    """Who takes part, and where they stand."""
    everyone = _everyone()
    return render_template("pages/organisations.html", organisations=everyone, sites=_sites(), count=len(everyone))


@pages.get("/organisations.csv")
@keeper("party.write")
def export() -> Response:
    """The same list as a file; credit codes stay text."""
    sites = _sites()
    rows = [(each, node) for each in _everyone() for node in sites.get(each.id) or _NO_SITE]
    return csv_response("organisations", _COLUMNS, rows)


_NO_SITE: tuple[network.Node | None, ...] = (None,)
_COLUMNS: Mapping[str, Any] = {
    words.N_("组织"): lambda row: words.named(row[0]),
    words.N_("信用代码"): lambda row: row[0].uscc or "",
    words.N_("类型"): lambda row: words.said(words.ORGANISATION_KINDS, row[0].kind),
    words.N_("站点"): lambda row: words.named(row[1]) if row[1] else "",
    words.N_("站点类型"): lambda row: words.said(words.SITE_KINDS, row[1].kind) if row[1] else "",
    words.N_("行政区"): lambda row: words.division_name(row[1].division_code) if row[1] else "",
    words.N_("站点标识"): lambda row: row[1].id if row[1] else "",
}
