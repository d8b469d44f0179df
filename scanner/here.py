"""What of this installation the marks depend on: its addresses and its fonts."""

from __future__ import annotations

from typing import Final

from registry.config import PROJECT, Settings
from scanner.digital_link import hosts_of
from scanner.labels import short_url

FONTS: Final = PROJECT / "static" / "vendor" / "fonts"
"""Noto Sans SC, installed at set-up."""


def our_hosts(settings: Settings) -> frozenset[str]:
    """The hosts whose addresses are ours: the public one and the former ones (DOMAIN §3)."""
    return hosts_of(settings.public_url, *settings.former_urls)


def text_of(settings: Settings, code: str) -> str:
    """What the QR of a registry code holds here."""
    return short_url(public_url=settings.public_url, code=code)
