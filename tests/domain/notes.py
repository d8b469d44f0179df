"""Pools of one plant, and by hand what each state of a note allows."""

from __future__ import annotations

from dataclasses import replace

from registry.domain import evidence
from registry.domain.evidence import Pool

ALL = frozenset({evidence.ISSUER, evidence.HOLDER, evidence.REGULATOR})
RECYCLED = Pool(site_id="plant", stream="tyre", outcome="recycle", month="2025-03")
REUSED = replace(RECYCLED, outcome="retread")
OWN = replace(RECYCLED, producer_id="maker")
POOLS = (RECYCLED, REUSED, OWN)

BY_HAND = {
    "draft": "submit cancel",
    "awaiting_authorisation": "authorise cancel",
    "awaiting_acceptance": "accept reject cancel suspend",
    "accepted": "cancel suspend transfer split retire",
    "rejected": "",
    "cancelled": "",
    "retired": "",
    "suspended": "cancel resume",
}
