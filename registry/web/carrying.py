"""The page that brings in another device's outbox by its file. The API's door does the work."""

from __future__ import annotations

from flask import Blueprint, render_template

from registry.http.auth import keeper

pages = Blueprint("carrying", __name__)


@pages.get("/outbox/carry")
@keeper("event.capture")
def carry() -> str:
    """Choose the file; the events stay their author's."""
    return render_template("pages/carry.html")
