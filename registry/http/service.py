"""The doors of the house itself: alive and ready, the browser's files, the explanation of problems, the API's pages."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from flask import Flask, jsonify, render_template, request, send_from_directory
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from registry.config import PROJECT
from registry.domain.refusals import Refusal
from registry.extensions import db
from registry.http.auth import keeper
from registry.http.blueprint import documented
from registry.http.language import language
from registry.http.problems import catalogue
from registry.services import upkeep

STATIC = PROJECT / "static"
ROOMS = frozenset({"css", "js", "img", "vendor"})
"""What of the folder is served: not the tools and locks that fill it."""
_PACKED = frozenset({".css", ".mjs", ".svg", ".wasm"})
"""Kinds that shrink. They are the same for everybody, so packing them tells nobody anything (BREACH)."""
_DAY_S = 24 * 3600


def register(app: Flask, api: Any) -> None:
    """Bind these doors."""
    rules: Mapping[str, tuple[str, Callable[..., Any]]] = {
        "/static/<path:filename>": ("static", static),
        "/healthz": ("healthz", healthz),
        "/readyz": ("readyz", readyz),
        "/problems/": ("problems", problems),
        "/problems/<code>": ("problem", problem),
    }
    for rule, (endpoint, view) in rules.items():
        app.add_url_rule(rule, endpoint, view)

    @app.get("/api/docs")
    @keeper("read.public")
    def api_docs() -> str:
        return render_template("service/api.html", spec=documented(api))

    # The library serves the description itself; its door has a keeper like any other.
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith("api-docs."):
            app.view_functions[endpoint] = keeper("read.public")(view)


@keeper("read.public")
def static(filename: str) -> Response:
    """A file of the browser's."""
    room, _, rest = filename.partition("/")
    if room not in ROOMS:
        raise Refusal("not_found")
    # From the room itself, so that no `..` leads out of it.
    answer = send_from_directory(STATIC / room, rest, max_age=_DAY_S if room == "vendor" else 0)
    return _packed(answer, STATIC / room / rest) if Path(rest).suffix in _PACKED else answer


def _packed(answer: Response, path: Path) -> Response:
    """The same file gzipped for a browser that takes it: a third of the bytes over a village's network."""
    answer.vary.add("Accept-Encoding")
    etag, _ = answer.get_etag()
    if etag is not None:
        # The same content in two encodings: RFC 9110 section 8.8.3 leaves such a pair a weak tag only.
        answer.set_etag(etag, weak=True)
    if answer.status_code == 200 and request.accept_encodings["gzip"] > 0:
        found = path.stat()
        answer.direct_passthrough = False
        answer.set_data(_gzipped(path, found.st_mtime_ns, found.st_size))
        answer.content_encoding = "gzip"
        answer.headers.pop("Accept-Ranges", None)
    return answer


@lru_cache(maxsize=256)
def _gzipped(path: Path, _changed_ns: int, _size: int) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)


@keeper("read.public")
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@keeper("read.public")
def readyz() -> tuple[Response, int]:
    """Whether work can be sent here: the database answers and stands at the newest step. Optional parts are named."""
    try:
        revision, head = upkeep.revisions(db.session)
        database = "ok" if revision == head else f"at {revision or 'nothing'}, not at {head}: run the upgrade"
    except SQLAlchemyError:
        database = "not reachable"
    ready = database == "ok"
    checks = {
        "database": database,
        "photo_decoder": "zxing-cpp, pyzbar" if _zbar() else "zxing-cpp (libzbar is missing)",
    }
    return jsonify(status="ok" if ready else "unavailable", checks=checks), 200 if ready else 503


def _zbar() -> bool:
    """pyzbar needs the system's libzbar; it is optional."""
    if find_spec("pyzbar") is None:
        return False
    from ctypes.util import find_library  # noqa: PLC0415  # asks the system by running programs: only when asked

    return find_library("zbar") is not None


@keeper("read.public")
def problems() -> str:
    """Every code there is."""
    return render_template("service/problems.html", problems=catalogue().values(), in_language=language())


@keeper("read.public")
def problem(code: str) -> str:
    """What a code means and what to do."""
    if code not in catalogue():
        raise Refusal("not_found")
    return render_template("service/problems.html", problems=[catalogue()[code]], in_language=language())
