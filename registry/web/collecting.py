"""Register a collection in under a minute: what, how much, done. Everything else may stay empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from registry.domain import streams
from registry.domain.identifiers import normalise
from registry.extensions import db
from registry.http.auth import current_actor, keeper
from registry.services import inventory
from registry.web import entries, sites, words
from registry.web.captures import new_event_id, send, thank
from registry.web.typed import Typed

pages = Blueprint("collecting", __name__)

CHEMISTRIES = ("LFP", "NCM", "LMO")
_TAKEN = ("code", "stream", "product", "gb34014", "gs1", "serial")
"""what a scan, or the page one comes from, may fill in"""


@pages.get("/collect")
@keeper("event.collect")
def ask() -> str:
    """The form; `?code=` of a scanned label is filled in, and so is the stream of the last collection."""
    values = {name: value for name, value in request.args.items() if name in _TAKEN}
    values["code"] = normalise(values.get("code", ""))
    return _form(values, {})


@pages.post("/collect")
@keeper("event.collect")
def enter() -> Response | tuple[str, int]:
    """One batch enters the loop; its own page follows."""
    typed = Typed(request.form)
    sent = send(typed, kind="collect", site_id=_site(typed), details=entries.collect)
    if sent.errors or sent.result is None or sent.result.receipt is None:
        return _form(request.form, sent.errors), 422
    thank(sent)
    return redirect(url_for("batches.show", batch_id=sent.result.receipt.batches[0].batch_id, new=1), 303)


def _site(typed: Typed) -> str:
    return typed.text("site") or current_actor().site_id or next((site.id for site in sites.own(current_actor())), "")


def _form(values: Any, errors: Mapping[str, str]) -> str:
    actor = current_actor()
    last = inventory.my_batches(db.session, actor=actor, limit=1).items
    stream = values.get("stream") or (last[0].stream if last else "")
    return render_template(
        "forms/collect.html",
        values=values,
        errors=errors,
        stream=stream,
        streams=streams.streams(),
        products=[(code, f"{words.product_name(code)} {code}") for code in CHEMISTRIES],
        producers=sites.producers(),
        own_sites=sites.options(sites.own(actor)),
        here=values.get("site") or actor.site_id,
        event_id=values.get("event_id") or new_event_id(),
    )
