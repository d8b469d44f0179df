"""Placed on market: the list of what stands, the form that declares, corrects and withdraws, and the list as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response as BaseResponse

from registry.domain import divisions, mass, streams
from registry.domain.periods import local_date
from registry.domain.refusals import Refusal
from registry.extensions import db
from registry.http.auth import current_actor, keeper
from registry.http.transaction import transaction
from registry.services import market
from registry.services.market import Declaration
from registry.web import amounts, words
from registry.web.files import csv_response
from registry.web.refusals import say
from registry.web.typed import Typed

pages = Blueprint("market", __name__)

PAGE = 100
_FIELDS: Mapping[str, str] = {
    "unknown_organisation": "organisation",
    "declares_nothing": "organisation",
    "unknown_stream": "stream",
    "unknown_division": "division",
    "year_out_of_range": "year",
    "name_malformed": "product",
    "already_declared": "mass",
    "declaration_superseded": "mass",
}
"""refusal → the field beside which it is said"""


@pages.get("/placed-on-market")
@keeper("read.own")
def index() -> str:
    """What stands, the newest first, by keyset pages."""
    after = request.args.get("after", "")[:36] or None
    found = market.declarations(db.session, actor=current_actor(), after=after, limit=PAGE + 1)
    return render_template(
        "pages/market.html",
        declarations=found[:PAGE],
        next_href=f"/placed-on-market?after={found[PAGE - 1].id}" if len(found) > PAGE else None,
        first_href="/placed-on-market" if after else None,
        may_declare=current_actor().may("market.declare"),
    )


@pages.get("/placed-on-market.csv")
@keeper("read.own")
def export() -> Response:
    """All that stands, as a file."""
    return csv_response("placed-on-market", _COLUMNS, _all())


_COLUMNS: Mapping[str, Any] = {
    words.N_("组织"): lambda row: words.named(row.organisation),
    words.N_("物料"): lambda row: words.stream_name(row.stream),
    words.N_("品类"): lambda row: words.product_name(row.product),
    words.N_("行政区"): lambda row: words.division_name(row.division_code),
    words.N_("行政区代码"): lambda row: row.division_code,
    words.N_("年份"): lambda row: row.year,
    words.N_("投放量（吨）"): lambda row: mass.t_text(row.mass_g or 0),
    words.N_("申报时间"): lambda row: amounts.moment(row.recorded_at),
    words.N_("申报标识"): lambda row: row.id,
}


def _all() -> Sequence[Declaration]:
    found: list[Declaration] = []
    while True:
        page = market.declarations(db.session, actor=current_actor(), after=found[-1].id if found else None)
        found += page
        if len(page) < market.PAGE_MOST:
            return found


@pages.get("/placed-on-market/new")
@keeper("market.declare")
def ask() -> str:
    """The form; `?replaces=` fills in the declaration to correct."""
    old = _standing(request.args.get("replaces", "")[:36])
    last_year = str(local_date(datetime.now(UTC)).year - 1)
    return _form(_values(old) if old else {"year": last_year, "division": "520000"}, {})


def _standing(declaration_id: str) -> Declaration | None:
    """One of those the person sees. Refusal not_found."""
    if not declaration_id:
        return None
    return market.declaration(db.session, actor=current_actor(), declaration_id=declaration_id)


def _values(old: Declaration) -> dict[str, str]:
    return {
        "organisation": old.organisation.id,
        "stream": old.stream,
        "product": old.product,
        "division": old.division_code,
        "year": str(old.year),
        "mass": mass.t_text(old.mass_g or 0),
        "replaces": old.id,
    }


@pages.post("/placed-on-market/new")
@keeper("market.declare")
def enter() -> BaseResponse | tuple[str, int]:
    """Declare, correct, or withdraw; the list follows."""
    typed = Typed(request.form)
    withdrawn = typed.text("withdraw") is not None
    asked = {
        "organisation_id": typed.text("organisation", longest=36),
        "stream": typed.choice("stream", [each.code for each in streams.streams()], required=True) or "",
        "product": typed.text("product", longest=64),
        "division_code": typed.text("division", required=True, longest=6) or "",
        "year": typed.year("year", required=True) or 0,
        "mass_g": None if withdrawn else typed.tonnes("mass", required=True),
        "replaces": typed.text("replaces", longest=36),
    }
    if not typed.refusals:
        try:
            with transaction() as session:
                market.declare(session, actor=current_actor(), now=datetime.now(UTC), **asked)  # type: ignore[arg-type]
        except Refusal as refusal:
            return _conflicting(typed, refusal)
        flash(gettext("已撤回。") if withdrawn else gettext("已申报。"), "ok")
        return redirect("/placed-on-market", 303)
    return _form(typed.values, {name: say(refusal) for name, refusal in typed.refusals.items()}), 422


def _conflicting(typed: Typed, refusal: Refusal) -> tuple[str, int]:
    """The form again; where something stands already, with the way to correct it."""
    db.session.rollback()
    values = typed.values.to_dict()
    standing = refusal.facts.get("declaration") or refusal.facts.get("standing")
    page = _form(values, {_FIELDS.get(refusal.code, ""): say(refusal)}, standing=str(standing) if standing else None)
    return page, 409 if standing else 422


def _form(values: Mapping[str, str], errors: Mapping[str, str], standing: str | None = None) -> str:
    actor = current_actor()
    speaks_for_all = actor.role == "administrator"
    return render_template(
        "forms/market.html",
        values=values,
        errors=errors,
        standing=standing,
        organisations=[(each.id, words.named(each)) for each in market.declarers(db.session)] if speaks_for_all else [],
        streams=[(each.code, words.named(each)) for each in streams.streams()],
        divisions=[(each.code, words.division_name(each.code)) for each in divisions.divisions()],
    )
