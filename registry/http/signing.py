"""With which key this installation signs what it hands out, and which keys it answers for."""

from __future__ import annotations

from functools import lru_cache

from flask import current_app

from registry.config import Settings
from registry.services.signatures import Key, Signer, signer_of


@lru_cache(maxsize=8)
def _signer(signing_key: str, secret_key: str) -> Signer:
    return signer_of(signing_key=signing_key, secret_key=secret_key)


def settings() -> Settings:
    """Those of the running application."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def signer() -> Signer:
    """The installation's."""
    return _signer(settings().signing_key, settings().secret_key)


def trusted_keys() -> tuple[Key, ...]:
    """The key in use, then the former ones."""
    return (signer().key, *(Key(x=x) for x in settings().former_signing_keys))
