"""The outbox and the cart of a phone: their pages, who is signed in, and what makes the product installable.

The events themselves never pass here: the phone sends them to the list door of the API.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, make_response, render_template, request, url_for
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf

from registry.config import PROJECT
from registry.domain import streams
from registry.http.auth import current_actor, keeper
from registry.web import sites, words
from registry.web.collecting import CHEMISTRIES

pages = Blueprint("outbox", __name__)

SERVICE = "huiliu"
"""By this word the phone knows our answer from that of a portal in between."""
STATIC = PROJECT / "static"
SHELL_HEADER = "X-Huiliu-Shell"
"""Marks a page that the service worker may keep; what a portal sends lacks it."""
SHELL_PAGES = ("/scan/cart", "/outbox", "/outbox/carry", "/offline")
_SHELL_FILES = ("css/*.css", "js/outbox/*.mjs", "js/cart/*.mjs", "js/scan/*.mjs", "js/web/*.mjs", "img/*")
_SHELL_VENDOR = ("vendor/bootstrap.min.css", "vendor/idb.mjs", "vendor/qr.mjs")
DECODER_FILES = ("vendor/barcode_detector.mjs", "vendor/zxing_reader.wasm")
"""Half a megabyte that only a camera needs: kept when it was first used."""
_INK, _PAPER = "#1b6b4d", "#f3f4ec"


def shell(page: str) -> Response:
    """The page with the mark by which the service worker keeps it; packed, for it is most of what a village loads.

    Such a page says nothing of what its address asked, so that packing it tells nobody its secrets (BREACH); where the
    address asks anything it is left as it is.
    """
    answer = make_response(page)
    answer.headers[SHELL_HEADER] = "1"
    answer.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] > 0 and not request.query_string:
        answer.set_data(gzip.compress(answer.get_data(), mtime=0))
        answer.content_encoding = "gzip"
    return answer


@pages.get("/outbox")
@keeper("read.public")
def outbox() -> Response:
    """What this phone has not sent, what needs attention, and the last receipts. The phone fills it in."""
    return shell(render_template("pages/outbox.html", streams=streams.streams()))


@pages.get("/offline")
@keeper("read.public")
def offline() -> Response:
    """The last known state of my batches and incoming shipments, out of the phone's own memory."""
    return shell(render_template("pages/offline.html", streams=streams.streams()))


@pages.get("/outbox/session")
@keeper("read.public")
def session() -> Response:
    """Who is signed in on this device, the mark its posts must carry, and the time. Asked before every sending."""
    actor = current_actor()
    answer = jsonify(
        service=SERVICE,
        user=actor.id if actor.kind == "user" else None,
        token=generate_csrf(),
        now=datetime.now(UTC).isoformat(),
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@pages.get("/scan/cart")
@keeper("event.collect")
def cart() -> Response:
    """Many codes, one place, one submit."""
    actor = current_actor()
    own = sites.own(actor)
    return shell(
        render_template(
            "pages/cart.html",
            streams=streams.streams(),
            products=[(code, f"{words.product_name(code)} {code}") for code in CHEMISTRIES],
            own_sites=sites.options(own),
            here=actor.site_id or next((site.id for site in own), ""),
            hosts=_hosts(),
        )
    )


def _hosts() -> str:
    settings = current_app.config["SETTINGS"]
    return " ".join(filter(None, (settings.public_url, *settings.former_urls)))


# --- installable ----------------------------------------------------------------------------------------------------


@pages.get("/manifest.webmanifest")
@keeper("read.public")
def manifest() -> Response:
    """Name, icons and first page of the installed product."""
    icons = [
        {"src": url_for("static", filename=f"img/{name}.png"), "sizes": f"{size}x{size}", "type": "image/png"}
        | ({"purpose": "maskable"} if "maskable" in name else {})
        for name, size in (("icon-192", 192), ("icon-512", 512), ("icon-maskable-512", 512))
    ]
    body: dict[str, Any] = {
        "id": "/",
        "name": gettext("回流 Huiliu"),
        "short_name": gettext("回流"),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": _PAPER,
        "theme_color": _INK,
        "icons": icons,
        "shortcuts": [
            {"name": gettext("连续扫码"), "url": "/scan/cart"},
            {"name": gettext("发件箱"), "url": "/outbox"},
        ],
    }
    return Response(json.dumps(body, ensure_ascii=False), content_type="application/manifest+json; charset=utf-8")


@pages.get("/service-worker.js")
@keeper("read.public")
def service_worker() -> Response:
    """The service worker with its list of files and their common digest in front: a new file makes a new worker."""
    files = shell_files()
    shell = {
        "version": _digest(tuple(files)),
        "files": [f"/static/{name}" for name in files],
        "pages": list(SHELL_PAGES),
        "header": SHELL_HEADER,
        "decoder": {"version": _digest(DECODER_FILES), "files": [f"/static/{name}" for name in DECODER_FILES]},
    }
    script = (STATIC / "service-worker" / "sw.js").read_text("utf-8")
    text = f"const SHELL = {json.dumps(shell)};\n{script}"
    return Response(text, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


def shell_files() -> list[str]:
    """Files that open the shell without a network, relative to static/. The decoder is kept when it was first used."""
    found = {path.relative_to(STATIC).as_posix() for pattern in _SHELL_FILES for path in STATIC.glob(pattern)}
    reports = {name for name in found if name.startswith("css/report")}
    return sorted(found - reports) + [name for name in _SHELL_VENDOR if (STATIC / name).is_file()]


@cache
def _digest(files: tuple[str, ...]) -> str:
    """Once a process: a deployment restarts it."""
    digest = hashlib.sha256()
    for name in files:
        digest.update(name.encode() + b"\0" + Path(STATIC / name).read_bytes())
    return digest.hexdigest()[:16]
