"""The page that brings in another device's outbox, off its screen or out of its file. The API's door does the work."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from registry.http.auth import keeper
from registry.web.outbox import shell

pages = Blueprint("carrying", __name__)


@pages.get("/outbox/carry")
@keeper("event.capture")
def carry() -> Response:
    """Film the codes or choose the file; the events stay their author's."""
    return shell(render_template("pages/carry.html"))
