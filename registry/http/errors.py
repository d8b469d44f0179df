"""What happens when something is refused or breaks: one handler for refusals, one for HTTP errors, one for the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import structlog
from flask import Flask, Response, current_app, redirect, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from registry.domain.refusals import Refusal
from registry.extensions import db
from registry.http.audit import note
from registry.http.language import language
from registry.http.problems import catalogue, detail_of, problem, problem_page

_log = structlog.get_logger()

_CODES: Mapping[int, str] = {
    400: "bad_request",
    401: "sign_in_needed",
    403: "role_may_not",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "body_too_large",
    415: "media_type_unsupported",
    422: "schema_invalid",
    429: "too_many_requests",
    500: "server_error",
    503: "service_unavailable",
}


def register(app: Flask) -> None:
    """Bind the handlers."""
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(OperationalError, database_error)
    app.register_error_handler(PoolTimeout, pool_exhausted)
    app.register_error_handler(Exception, broken)


def wants_json() -> bool:
    """Whether the caller reads problems rather than pages."""
    if request.path.startswith("/api/"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json", "application/problem+json"])
    return best is not None and best != "text/html"


def refused(refusal: Refusal) -> BaseResponse:
    """A refusal, as a problem or a page; people who are not signed in are first asked to."""
    db.session.rollback()
    note(refusal)
    if refusal.code not in catalogue():
        _log.error("refusal without words", code=refusal.code)
    if wants_json():
        return problem(refusal)
    if refusal.code == "sign_in_needed" and request.method in ("GET", "HEAD"):
        return redirect(f"/sign-in?next={quote(request.full_path.rstrip('?'), safe='')}")
    return problem_page(refusal)


def http_error(error: HTTPException) -> BaseResponse:
    """What Flask, Werkzeug and webargs raise, in our words. `headers` of webargs may be None."""
    if error.response is not None or error.code is None:
        return error.get_response()
    if error.code < 400:
        return error.get_response()
    errors = list(_errors(error))
    refusal = _refusal(error, errors)
    note(refusal)
    # A wrong field of a known refusal is answered with its own status and code; the path stands in `errors`.
    status = None if refusal.code not in _CODES.values() else error.code
    answer = _dressed(refusal, status, errors)
    _carry_over(error, answer)
    return answer


def _dressed(refusal: Refusal, status: int | None, errors: list[Mapping[str, object]]) -> Response:
    if wants_json():
        return problem(refusal, status=status, errors=errors)
    return problem_page(refusal, status=status)


def _carry_over(error: HTTPException, answer: Response) -> None:
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            answer.headers[name] = value
    for name, value in (getattr(error, "data", None) or {}).get("headers") or {}:
        answer.headers[name] = value


def _refusal(error: HTTPException, errors: list[Mapping[str, object]]) -> Refusal:
    status = error.code or 500
    messages = _messages(error)
    if status == 400 and messages.get("json") == ["Invalid JSON body."]:
        return Refusal("json_broken")
    if isinstance(error, CSRFError):
        return Refusal("csrf_failed")
    if isinstance(error, RequestEntityTooLarge):
        return Refusal(
            "body_too_large", most_bytes=request.max_content_length or current_app.config["MAX_CONTENT_LENGTH"]
        )
    code = _CODES.get(status, "bad_request" if status < 500 else "server_error")
    if code == "schema_invalid":
        return refusal_of(errors)
    return Refusal(code, **({"method": request.method} if status == 405 else {}))


def refusal_of(errors: Sequence[Mapping[str, object]]) -> Refusal:
    """What wrong places amount to: the one that has a refusal of its own, else `schema_invalid` with their paths."""
    if len(errors) == 1 and errors[0]["code"] != "schema_invalid":
        return Refusal(str(errors[0]["code"]), path=errors[0]["path"], **_facts(errors[0]))
    return Refusal("schema_invalid", path=", ".join(str(item["path"]) for item in errors[:5]))


def wrong_places(tree: object) -> list[Mapping[str, object]]:
    """One row per wrong place of marshmallow's messages: path, code, detail."""
    return list(_walk(tree, ""))


def _facts(item: Mapping[str, object]) -> dict[str, object]:
    found = item.get("facts")
    return {name: value for name, value in found.items() if name != "path"} if isinstance(found, Mapping) else {}


def _messages(error: HTTPException) -> dict[str, Any]:
    messages = (getattr(error, "data", None) or {}).get("messages")
    return messages if isinstance(messages, dict) else {}


def _errors(error: HTTPException) -> Iterator[Mapping[str, object]]:
    """Flatten {"json": {"details": {"mass_kg": [message]}}} into one row per wrong place; `json` itself is left out."""
    if error.code == 422:
        for tree in _messages(error).values():
            yield from _walk(tree, "")


def _walk(tree: object, path: str) -> Iterator[Mapping[str, object]]:
    if isinstance(tree, Mapping):
        for step, below in tree.items():
            name = "" if step == "_schema" else str(step)
            yield from _walk(below, ".".join(part for part in (path, name) if part))
    elif isinstance(tree, list):
        for message in tree:
            yield from _walk(message, path)
    elif isinstance(tree, Refusal):
        row = {"path": path, "code": tree.code, "detail": detail_of(tree, language())}
        yield row | ({"facts": dict(tree.facts)} if tree.facts else {})
    else:
        yield {"path": path, "code": "schema_invalid", "detail": _SAID.get(str(tree), {}).get(language(), str(tree))}


_SAID: Mapping[str, Mapping[str, str]] = {
    "Missing data for required field.": {"zh": "这一项必须填写。"},
    "Unknown field.": {"zh": "没有这一项。"},
    "Field may not be null.": {"zh": "不能为空值。"},
    "Not a valid string.": {"zh": "应为文字。"},
    "Not a valid integer.": {"zh": "应为整数。"},
    "Not a valid boolean.": {"zh": "应为 true 或 false。"},
    "Not a valid list.": {"zh": "应为列表。"},
    "Not a valid date.": {"zh": "日期应写成 YYYY-MM-DD。"},
    "Not a valid UUID.": {"zh": "应为 UUID。"},
    "Invalid input type.": {"zh": "应为 JSON 对象。"},
    "Not a valid mapping type.": {"zh": "应为 JSON 对象。"},
}


def database_error(error: OperationalError) -> BaseResponse:
    """A database that is locked or gone is no mistake of the request: 503, and the client sends it again."""
    said = str(error.orig)
    if db.engine.dialect.name == "sqlite" and "locked" not in said and "busy" not in said:
        return broken(error)  # SQLite gives a misspelt column the same class
    return _busy(said)


def pool_exhausted(error: PoolTimeout) -> BaseResponse:
    """More requests at once than connections: the client sends it again."""
    return _busy(str(error))


def _busy(said: str) -> BaseResponse:
    db.session.rollback()
    _log.warning("database unavailable", error=said)
    answer = _dressed(Refusal("database_busy"), None, [])
    answer.headers["Retry-After"] = "2"
    return answer


def broken(error: Exception) -> BaseResponse:
    """Something of ours broke: noted with its trace, answered without it. Tests see the exception itself."""
    if current_app.testing:
        raise error
    db.session.rollback()
    _log.exception("unhandled", path=request.path, method=request.method)
    return _dressed(Refusal("server_error"), None, [])
