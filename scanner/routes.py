"""The doors of the mark on the crate, bound to the application by the roof."""

from __future__ import annotations

from typing import Any

from flask import Flask

from scanner import pages
from scanner.api import blueprint
from scanner.cli import labels


def register(app: Flask, api: Any) -> None:
    """Pages of scanning and labels, and their part of the API."""
    app.register_blueprint(pages.pages)
    api.register_blueprint(blueprint)
    app.cli.add_command(labels)
