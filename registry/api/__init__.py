"""The doors of machines: one noun per file, all under /api/v1."""

from __future__ import annotations

from typing import Any

from registry.api.accounts import blp as accounts
from registry.api.batches import blp as batches
from registry.api.calculators import blp as calculators
from registry.api.carrying import blp as carrying
from registry.api.detail_schemas import DETAILS
from registry.api.event_export import blp as event_export
from registry.api.event_schemas import envelope_of
from registry.api.events import blp as events
from registry.api.evidence import blp as evidence
from registry.api.ledger import blp as ledger
from registry.api.market import blp as market
from registry.api.obligations import blp as obligations
from registry.api.parties import blp as parties
from registry.api.photos import blp as photos
from registry.api.reference import blp as reference
from registry.api.sites import blp as sites
from registry.api.trace import blp as trace

NOUNS = (
    *(events, batches, trace, ledger, reference, parties, sites, accounts),
    *(calculators, obligations, evidence, carrying, market, event_export, photos),
)


def register(api: Any) -> None:
    """Bind every noun, and describe each kind of event as a schema of its own."""
    for kind in DETAILS:
        api.spec.components.schema(f"Event-{kind}", schema=envelope_of(kind))
    for noun in NOUNS:
        api.register_blueprint(noun)
