"""The writing transaction of a door: the one thing of the store that doors take in hand themselves."""

from __future__ import annotations

from registry.store.base import harden, writing

__all__ = ["harden", "writing"]
