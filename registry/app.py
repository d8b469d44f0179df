"""The roof: one application out of settings, extensions, furniture and faces."""

from __future__ import annotations

from datetime import timedelta
from inspect import iscoroutinefunction

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from registry import api as registry_api
from registry.cli import commands
from registry.config import Settings
from registry.extensions import babel, db, limiter
from registry.http import auth, blueprint, errors, headers, logs, reading, service
from registry.http.language import language
from registry.services.transactions import harden
from registry.web import pages, session
from reports import routes as report_routes
from scanner import routes as scanner_routes

SESSION_LIFETIME = timedelta(days=30)
BODY_LIMIT_BYTES = 5_000_000
"""A thousand events fit many times; a door that takes photos says so itself."""


def create_app(settings: Settings | None = None) -> Flask:
    """The application. Without settings, those of the environment."""
    settings = settings or Settings.from_env()
    logs.configure()
    app = Flask("registry", static_folder=None, template_folder="web/templates")
    _configure(app, settings)
    _bind_extensions(app, settings)
    api = blueprint.make_api(app)
    errors.register(app)
    reading.register(app)
    auth.register(app)
    headers.register(app, secure=settings.secure)
    registry_api.register(api)
    pages.register(app)
    session.register(app)
    scanner_routes.register(app, api)
    report_routes.register(app, api)
    commands.register(app)
    service.register(app, api)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        TESTING=settings.testing,
        SQLALCHEMY_ENGINES={"default": {"url": settings.database_url} | _pool(settings)},
        MAX_CONTENT_LENGTH=BODY_LIMIT_BYTES,
        MAX_FORM_MEMORY_SIZE=BODY_LIMIT_BYTES,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=SESSION_LIFETIME,
        WTF_CSRF_CHECK_DEFAULT=False,
        # A form may lie open for a shift; its mark lives as long as the session.
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_ENABLED=settings.limits,
        RATELIMIT_STORAGE_URI=settings.limits_storage,
        RATELIMIT_HEADERS_ENABLED=True,
        BABEL_DEFAULT_LOCALE="zh",
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        BABEL_TRANSLATION_DIRECTORIES="web/translations",
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]


def _pool(settings: Settings) -> dict[str, object]:
    if settings.database_url in ("sqlite://", "sqlite:///:memory:"):
        return {}
    # A server may have closed a connection meanwhile; a file has not.
    ping = not settings.database_url.startswith("sqlite")
    # A busy thread holds one connection, and a second one while it notes a refusal.
    return {"pool_size": settings.pool_size, "max_overflow": 4 * settings.pool_size, "pool_pre_ping": ping}


def _bind_extensions(app: Flask, settings: Settings) -> None:
    db.init_app(app)
    # The library also closes asynchronous sessions, of which there are none, and would start a thread with an event
    # loop at the end of every request to do so: half of the time of a small answer.
    app.teardown_appcontext_funcs = [each for each in app.teardown_appcontext_funcs if not iscoroutinefunction(each)]
    with app.app_context():
        harden(db.engine)
    babel.init_app(app, locale_selector=language)
    limiter.init_app(app)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
