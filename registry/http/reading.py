"""How request bodies are read: JSON without surprises, and limits per door.

Numbers with a point become Decimal, never float; a key that comes twice, a lone surrogate, a NUL or a depth that would
exhaust the stack is broken JSON here, because no database would take it later.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from json import JSONDecodeError
from typing import Any, TypeVar

from flask import Flask, Request, abort, current_app, request
from webargs import core
from webargs.flaskparser import FlaskParser, is_json_request

_View = TypeVar("_View", bound=Callable[..., Any])


class JsonParser(FlaskParser):
    """webargs' parser, stricter about JSON."""

    def _raw_load_json(self, req: Request) -> Any:
        if not is_json_request(req):
            return core.missing
        return parse_json(req.get_data(cache=True))


def parse_json(data: bytes) -> Any:
    """The value of a JSON text. Raises JSONDecodeError for everything that is not one (see above)."""
    try:
        text = data.decode("utf-8-sig")
        value = json.loads(text, parse_float=Decimal, parse_constant=Decimal, object_pairs_hook=_once)
        if "\\u" in text:
            # Only an escape can bring these in: the bytes themselves were UTF-8.
            json.dumps(value, ensure_ascii=False, default=str).encode("utf-8")
    except JSONDecodeError:
        raise
    except (ValueError, RecursionError) as wrong:
        raise JSONDecodeError(str(wrong), "", 0) from None
    if "\x00" in text or "\\u0000" in text:
        raise JSONDecodeError("NUL", text[:20], 0)
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def body_limit(most_bytes: int) -> Callable[[_View], _View]:
    """Let a view take larger (or only smaller) bodies than the rest. Stand above or below the keeper, no matter."""

    def dress(view: _View) -> _View:
        view.body_limit_bytes = most_bytes  # type: ignore[attr-defined]
        return view

    return dress


def register(app: Flask) -> None:
    """Bind the limits, and refuse addresses that no database could be asked for."""
    app.before_request(_apply_limit)
    app.before_request(_refuse_unprintable)


def _apply_limit() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    most_bytes = getattr(view, "body_limit_bytes", None)
    if most_bytes is not None:
        request.max_content_length = most_bytes
        request.max_form_memory_size = most_bytes


def _refuse_unprintable() -> None:
    if "\x00" in request.path or "%00" in request.query_string.decode("latin-1"):
        abort(404 if "\x00" in request.path else 400)
