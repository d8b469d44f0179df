"""The page from which the list of events is taken away, with a bar that says how far it is."""

from __future__ import annotations

from flask import Blueprint, render_template

from registry.domain.events import KINDS
from registry.http.auth import keeper
from registry.web.words import kind_name

pages = Blueprint("exports", __name__)


@pages.get("/exports/events")
@keeper("read.own")
def events() -> str:
    """The form; its file comes from the API, and without a script the browser shows its own progress."""
    return render_template("pages/exports.html", kinds=[(code, kind_name(code)) for code in KINDS], values={})
