"""Who asks: the selection of a request's values, as far as the person or key at the door may see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from registry.http.auth import current_actor
from reports.selection import Selection, reader_of, selection_of


def asked_selection(values: Mapping[str, str | None]) -> Selection:
    """The selection of these query values. Refusals as `selection_of` and `reader_of`."""
    return selection_of(values, reader=reader_of(current_actor()), now=datetime.now(UTC))
