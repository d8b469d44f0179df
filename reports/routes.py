"""The doors of the reports: their API, their pages and their commands, bound by the roof."""

from __future__ import annotations

from typing import Any

from flask import Flask

from registry.http.panels import hang
from reports.api import blueprint
from reports.cli import group
from reports.pages import catalogue, figures, home, recovery, trace, why


def register(app: Flask, api: Any) -> None:
    """Bind them."""
    api.register_blueprint(blueprint)
    for door in (catalogue, recovery, why, trace, figures):
        app.register_blueprint(door.pages)
    app.cli.add_command(group)
    hang(app, home.panel)
