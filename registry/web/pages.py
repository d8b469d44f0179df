"""The pages of the registry: what every one of them needs, and the list of the nouns they show."""

from __future__ import annotations

from typing import Any

from flask import Flask, request

from registry.http.auth import current_actor
from registry.web import (
    account,
    amounts,
    batches,
    calculators,
    captures,
    carrying,
    collecting,
    containers,
    exports,
    home,
    incoming,
    market,
    navigation,
    network,
    organisations,
    outbox,
    refusals,
    words,
)
from registry.web.catalogue import Catalogue


def _context() -> dict[str, Any]:
    """What base.html shows on every page."""
    actor = current_actor()
    return {
        "actor": actor,
        "navigation": navigation.places(navigation.MAIN, actor, request.path),
        "menu": navigation.places(navigation.MENU, actor, request.path),
        "language_now": words.language_now(),
        "other_language": navigation.other_language(),
    }


_NOUNS = (
    home,
    collecting,
    batches,
    captures,
    incoming,
    containers,
    network,
    account,
    organisations,
    outbox,
    carrying,
    calculators,
    market,
    exports,
)


def register(app: Flask) -> None:
    """Dress the application: filters, catalogue, context, and the pages of each noun."""
    amounts.register(app)
    words.register(app)
    refusals.register(app)
    app.extensions["babel"].instance.domain_instance = Catalogue()
    app.context_processor(_context)
    for noun in _NOUNS:
        app.register_blueprint(noun.pages)
