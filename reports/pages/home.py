"""What the reports hang on the first page, by role: a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from registry.domain.parties import Actor
from registry.http.panels import Panel
from reports.pages import overview, own

PANELS: Mapping[str, Callable[[], Panel | None]] = MappingProxyType(
    {
        "regulator": overview.panel,
        "administrator": overview.panel,
        "producer": own.fate,
        "pro": own.fate,
        "operator": own.yields,
        "collector": own.collected,
    }
)
"""an inspector's first page is what waits for inspection: no sums"""


def panel(actor: Actor) -> Panel | None:
    """What there is for this role."""
    draw = PANELS.get(actor.role)
    return draw() if draw else None
