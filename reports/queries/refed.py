"""What a selection fed to its processes that its processes had made themselves: no input of the whole."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
from sqlalchemy import ColumnElement, literal, select
from sqlalchemy.orm import Session, aliased

from registry.domain.ledger import STOCK
from registry.domain.substances import MASS
from registry.store.batches import BatchRow
from registry.store.events import EventRow
from registry.store.parties import SiteRow
from registry.store.recount import local_month, process_in
from reports.queries.lines import COLLECTED, frame_of, lines_of, total
from reports.selection import NO_PROCESS, Selection

COLUMNS: Final = ("bucket", "made_place", "made_month", "amount")
_Maker = aliased(EventRow, name="maker")
_Workshop = aliased(SiteRow, name="workshop")
_PLACES: Final = {"site": _Workshop.id, "organisation": _Workshop.organisation_id, "area": _Workshop.division_code}


def refed(session: Session, selection: Selection) -> pd.DataFrame:
    """COLUMNS: grams of collected mass fed to a process as the very batch that a process of the selection put out.

    `made_place`: site, organisation or division where it was made, by the selection's breakdown; `made_month`: when.
    What was split or merged in between counts as new input. One SELECT.
    """
    lines = lines_of(selection)
    place: Any = _PLACES.get(selection.by, literal(""))
    inner = (
        select(
            lines.c.bucket,
            place.label("made_place"),
            local_month(_Maker.occurred_at_utc).label("made_month"),
            (-lines.c.amount).label("amount"),
        )
        .join(BatchRow, BatchRow.id == lines.c.batch_id)
        .join(_Maker, _Maker.seq == BatchRow.created_seq)
        .join(_Workshop, _Workshop.id == _Maker.site_id)
        .where(
            *(lines.c[name] == value for name, value in _FED.items()),
            _Maker.kind == "process",
            *_made_inside(selection),
        )
        .subquery("refed")
    )
    keys = [inner.c[name] for name in COLUMNS[:3]]
    return frame_of(session.execute(select(*keys, total(inner.c.amount)).group_by(*keys)), COLUMNS, whole=("amount",))


_FED: Final = {"source": COLLECTED, "kind": "process", "account": STOCK, "direction": -1, "substance": MASS}


def _made_inside(selection: Selection) -> list[ColumnElement[bool]]:
    """It was made within the selection too: there, then, by the process asked for."""
    found: list[ColumnElement[bool]] = []
    if selection.basis == "flow":
        found += [
            _Maker.occurred_at_utc >= selection.period.start_at_utc,
            _Maker.occurred_at_utc < selection.period.end_at_utc,
            _Workshop.division_code.in_(sorted(selection.divisions)),
        ]
    if selection.site:
        found.append(_Workshop.id == selection.site)
    own = selection.organisation or selection.reader.organisation_id
    if own:
        found.append(_Workshop.organisation_id == own)
    if selection.process and selection.process != NO_PROCESS:
        found.append(process_in(_Maker.body) == selection.process)
    return found
