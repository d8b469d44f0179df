"""What every answer says to the browser: run nothing but our own files, be framed by nobody, guess no types."""

from __future__ import annotations

from flask import Flask, Response, request

_POLICY = {
    "default-src": "'none'",
    # The decoder of codes is WebAssembly; nothing else is evaluated.
    "script-src": "'self' 'wasm-unsafe-eval'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "media-src": "'self' blob:",
    "worker-src": "'self' blob:",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}

HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in _POLICY.items()),
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_YEAR_S = 365 * 24 * 3600


def register(app: Flask, *, secure: bool) -> None:
    """Bind the headers to every answer, errors and files included."""

    @app.after_request
    def _dress(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if secure:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR_S}; includeSubDomains")
        if request.endpoint != "static" and "Cache-Control" not in response.headers:
            # What one person may see must not be shown to the next one by a cache or a back button.
            response.headers["Cache-Control"] = "private, no-cache"
            response.headers.add("Vary", "Cookie, Authorization, Accept-Language")
        return response
