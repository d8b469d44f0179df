"""Which language the answer speaks: Chinese, unless the person chose English."""

from __future__ import annotations

from flask import Response, after_this_request, g, has_request_context, request

LANGUAGES = ("zh", "en")
DEFAULT = "zh"
COOKIE = "lang"
_YEAR_S = 365 * 24 * 3600


def language() -> str:
    """zh or en: `?lang=` (which is remembered), else the cookie, else the account's setting, else the header of a
    caller that accepts no HTML, else Chinese.
    """
    if not has_request_context():
        return DEFAULT
    if "language" not in g:
        g.language = _chosen() or DEFAULT
    return str(g.language)


def _chosen() -> str | None:
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        remember(asked)
        return asked
    kept = request.cookies.get(COOKIE)
    if kept in LANGUAGES:
        return kept
    actor = g.get("actor")
    if actor is not None and actor.kind == "user":
        return str(actor.language)
    # Browsers abroad say English by habit; the product's first language is the province's. A machine that names a
    # language means it.
    if request.path.startswith("/api/"):
        return request.accept_languages.best_match(LANGUAGES)
    return None


def remember(code: str) -> None:
    """Keep the choice on this device."""

    @after_this_request
    def _keep(response: Response) -> Response:
        response.set_cookie(
            COOKIE, code, max_age=_YEAR_S, samesite="Lax", httponly=True, secure=request.is_secure, path="/"
        )
        return response
