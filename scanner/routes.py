"""The doors of the mark on the crate, bound to the application by the roof."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Flask

from scanner import pages
from scanner.api import blueprint
from scanner.cli import labels
from scanner.engines import available


def register(app: Flask, api: Any) -> None:
    """Pages of scanning and labels, and their part of the API."""
    app.register_blueprint(pages.pages)
    api.register_blueprint(blueprint)
    app.cli.add_command(labels)
    if not available()["zbar"]:
        structlog.get_logger().warning("libzbar is missing: photos are read by zxing-cpp alone")
