"""The writing transaction of a door: the one thing of the store that doors take in hand themselves."""

from __future__ import annotations

from registry.store.base import contended, harden, writing

__all__ = ["contended", "harden", "writing"]
