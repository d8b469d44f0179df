"""Since when a batch lies where it lies: the local day it came to its site, or set out from it.

Splitting and merging do not make stock younger: a part keeps the day of its whole, a load the earliest of its parts.
What a process makes is new. Taking an event back brings the old day back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from registry.domain.case import Decision

_SAME_THINGS: Final = frozenset({"split", "merge"})

Days = Mapping[str, date | None]
"""batch id → day; None: unknown"""


def arrivals(kind: str, decision: Decision, *, on: date, before: Days) -> dict[str, date]:
    """The day of every batch an event touched, after it. `on`: its local day; `before`: the days so far.

    Not for reversals: these bring back the days before their target.
    """
    found = {}
    for move in decision.moves:
        stayed = move.before is not None and (move.before.status, move.before.site_id) == (
            move.after.status,
            move.after.site_id,
        )
        known = [before.get(move.batch_id)] if stayed else []
        if move.before is None and kind in _SAME_THINGS:
            known = [before.get(edge.from_batch_id) for edge in decision.edges if edge.to_batch_id == move.batch_id]
        found[move.batch_id] = min((day for day in known if day), default=on)
    return found
