"""The reports there are, and any of them as a page."""

from __future__ import annotations

from flask import Blueprint, redirect
from werkzeug.wrappers import Response

from registry.http.auth import keeper
from reports.pages import recovery

pages = Blueprint("catalogue_pages", __name__, template_folder="../templates")


@pages.get("/reports")
@keeper("report.read")
def index() -> Response:
    """The first report there is."""
    return redirect(recovery.PATH)
