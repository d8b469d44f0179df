"""Where a scan leads: one table for the page, the API and the phone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, urlencode

from registry.domain.parties import Actor
from scanner.digital_link import Scanned
from scanner.resolver import Resolution

_FIELDS: Final[Mapping[str, str]] = MappingProxyType({"registry": "code", "gb34014": "gb34014", "gs1": "gs1"})
"""scheme → the field of the collection form that takes such a name; everything else is a serial."""


def way(resolution: Resolution, actor: Actor) -> str | None:
    """The page to open after a scan; None where there is only something to say."""
    find = _WAYS.get(resolution.answer)
    return None if find is None else find(resolution, actor)


def _batch(resolution: Resolution, _actor: Actor) -> str:
    return f"/batches/{quote(resolution.standing.id or '', safe='')}"


def _container(resolution: Resolution, _actor: Actor) -> str:
    return f"/containers/{quote(resolution.standing.id or '', safe='')}"


def _collect(resolution: Resolution, actor: Actor) -> str | None:
    """The collection form with this name filled in, for who may collect."""
    return collect_way(resolution.scanned) if actor.may("event.collect") else _public(resolution, actor)


def _public(resolution: Resolution, _actor: Actor) -> str | None:
    """The page behind the QR: all that somebody else's code opens."""
    code = resolution.standing.code
    return f"/B/{quote(code, safe='')}" if code else None


def collect_way(scanned: Scanned) -> str:
    """The collection form with a scanned name filled in."""
    field = _FIELDS.get(scanned.scheme, "serial")
    return f"/collect?{urlencode({field: scanned.normalised or scanned.value})}"


_WAYS: Final[Mapping[str, Callable[[Resolution, Actor], str | None]]] = MappingProxyType(
    {"batch": _batch, "container": _container, "bind": _collect, "register": _collect, "not_yours": _public}
)
