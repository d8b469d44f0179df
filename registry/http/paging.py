"""Keyset pages: a list is read onward from the last key seen, so that no page is ever counted from the beginning."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Response, jsonify, request
from marshmallow import Schema, fields, validate

from registry.domain.refusals import Refusal

PAGE = 50
PAGE_MOST = 200
_KEY_MOST = 1000

Key = tuple[str, ...]
_Item = TypeVar("_Item")


class PageArgs(Schema):
    """Where a page starts and how long it is."""

    after = fields.String(
        load_default=None,
        validate=validate.Length(max=_KEY_MOST),
        metadata={"description": "the `next` of the page before; absent: from the beginning"},
    )
    limit = fields.Integer(
        load_default=PAGE,
        validate=validate.Range(min=1, max=PAGE_MOST),
        metadata={"description": "how many at most", "example": PAGE},
    )


def encode(key: Key | None) -> str | None:
    """A key as text that means nothing to anybody else; None at the end of a list."""
    if key is None:
        return None
    return base64.urlsafe_b64encode(json.dumps(key, ensure_ascii=False).encode()).decode().rstrip("=")


def decode(text: str | None) -> Key | None:
    """The inverse. Refusal cursor_malformed."""
    if text is None:
        return None
    try:
        parts = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise Refusal("cursor_malformed") from None
    # No key of ours holds what no database could be asked for: NUL, half a character.
    if not isinstance(parts, list) or not all(isinstance(part, str) and part.isprintable() for part in parts):
        raise Refusal("cursor_malformed")
    return tuple(parts)


def page(items: Iterable[Mapping[str, Any]], next_key: Key | None) -> Response:
    """`{"items": […], "next": …}`, and the address of the following page as a `Link` header (RFC 8288)."""
    following = encode(next_key)
    response = jsonify({"items": list(items), "next": following})
    if following is not None:
        asked = [(name, value) for name, value in request.args.items(multi=True) if name != "after"]
        response.headers["Link"] = f'<{request.path}?{urlencode([*asked, ("after", following)])}>; rel="next"'
    return response


def part_of(items: Sequence[_Item], after: Key | None, limit: int) -> tuple[Sequence[_Item], Key | None]:
    """A page of a list that is at hand and grows at its end only; the key is the place. Refusal cursor_malformed."""
    start = 0
    if after is not None:
        if len(after) != 1 or not (after[0].isascii() and after[0].isdecimal()) or len(after[0]) > 9:
            raise Refusal("cursor_malformed")
        start = int(after[0])
    end = start + limit
    return items[start:end], (str(end),) if end < len(items) else None
