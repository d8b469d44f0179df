"""Cases in hand for decider tests: batches as they stand, at `here`, held by `us`; ledgers one can read aloud."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from registry.domain.case import Case, Decision, SiteFacts
from registry.domain.ledger import HOLDING_ACCOUNTS, MASS, BatchState, Place
from registry.domain.origins import Origin
from registry.domain.postings import decide
from registry.domain.refusals import Refusal

EVENT = "00000000-0000-4000-8000-000000000001"
APRIL = Origin("collected", "power_battery", "LFP", "", "520102", "2025-04")
MAY = Origin("collected", "power_battery", "NCM", "", "520103", "2025-05")
HERE = SiteFacts(id="here", organisation_id="us", division_code="520102")
THERE = SiteFacts(id="there", organisation_id="them", division_code="520103")


def batch(
    name: str,
    mass_g: int,
    *,
    status: str = "stock",
    stream: str = "power_battery",
    product: str | None = "LFP",
    site: str = "here",
    holder: str = "us",
    to: str | None = None,
    container: str | None = None,
    fit: bool = False,
    origin: Origin = APRIL,
    origins: Mapping[Origin, int] | None = None,
    **contents: int,
) -> BatchState:
    """A batch as it stands: all of one origin, unless its mass's `origins` are told."""
    holding = {MASS: dict(origins or {origin: mass_g}), **{name: {origin: amount} for name, amount in contents.items()}}
    place = Place(status=status, site_id=site, holder_id=holder, to_site_id=to, container_id=container, fit=fit)
    return BatchState(
        id=name,
        stream=stream,
        product=product,
        producer_id=None,
        place=place,
        holding_site_id=site,
        holding=holding if status in HOLDING_ACCOUNTS else {},
    )


def case(*batches: BatchState, role: str = "operator", site: SiteFacts = HERE, **more: Any) -> Case:
    """The case of an event at `site` that names these batches by their ids."""
    return Case(
        event_id=EVENT,
        organisation_id=site.organisation_id,
        role=role,
        site=site,
        month="2025-04",
        batches={each.id: each for each in batches},
        sites={each.id: each for each in (HERE, THERE)},
        **more,
    )


def ledger(decision: Decision, substance: str = MASS) -> dict[str, int]:
    """`account batch` → grams, what came to nothing left out; the batch is left out where the event made it unnamed."""
    sums: defaultdict[str, int] = defaultdict(int)
    for posting in decision.postings:
        if posting.substance == substance:
            sums[f"{posting.account} {posting.batch_id}"] += posting.amount
    return {line: amount for line, amount in sums.items() if amount}


def origins(decision: Decision, account: str, name: str, substance: str = MASS) -> dict[Origin, int]:
    """What each origin has of an account and batch."""
    sums: defaultdict[Origin, int] = defaultdict(int)
    for posting in decision.postings:
        if (posting.account, posting.batch_id, posting.substance) == (account, name, substance):
            for origin, part in posting.origins.items():
                sums[origin] += part
    return {origin: part for origin, part in sums.items() if part}


def places(decision: Decision) -> dict[str, str]:
    """Batch → status, and where it goes."""
    return {
        move.batch_id: move.after.status + (f" to {move.after.to_site_id}" if move.after.to_site_id else "")
        for move in decision.moves
    }


def refused(code: str, do: Callable[..., object], *args: Any, **facts: Any) -> Refusal:
    """It is refused with this code; the refusal for a closer look."""
    with pytest.raises(Refusal) as caught:
        do(*args, **facts)
    assert caught.value.code == code, caught.value
    return caught.value


__all__ = ["APRIL", "HERE", "MAY", "THERE", "batch", "case", "decide", "ledger", "origins", "places", "refused"]
