"""Who asks: the selection of a request's values, as far as the person or key at the door may see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from registry.extensions import db
from registry.http.auth import current_actor
from reports.entry import Entry
from reports.queries.places import check_places
from reports.selection import Selection, reader_of, selection_of


def asked_selection(values: Mapping[str, str | None], entry: Entry | None = None) -> Selection:
    """The selection of these query values; an entry's own basis and breakdown where none is named.

    Refusals as `selection_of`, `reader_of` and `check_places`.
    """
    asked = values if entry is None else defaulted(values, entry)
    selection = selection_of(asked, reader=reader_of(current_actor()), now=datetime.now(UTC))
    check_places(db.session, selection)
    return selection


def defaulted(values: Mapping[str, str | None], entry: Entry) -> dict[str, str | None]:
    """The values with the entry's first basis and breakdown where they name none."""
    asked = dict(values)
    asked["basis"] = asked.get("basis") or entry.bases[0]
    asked["by"] = asked.get("by") or entry.breakdowns[0]
    return asked
