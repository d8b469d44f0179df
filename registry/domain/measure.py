"""Weights and contents: what may be said of them, and how a difference is booked. DOMAIN §4."""

from __future__ import annotations

from collections.abc import Mapping

from registry.domain.case import Draft, shares_of
from registry.domain.ledger import DIFFERENCE_WEIGHING, MASS, BatchState
from registry.domain.origins import share_out
from registry.domain.refusals import Refusal
from registry.domain.substances import ENERGY, substance

MEASURED = frozenset({"weighed", "estimated"})
REASONS = frozenset({"scale", "missing", "found"})


def check_measured(word: str) -> None:
    """Refusal measured_unknown unless weighed or estimated."""
    if word not in MEASURED:
        raise Refusal("measured_unknown", measured=word)


def check_positive(mass_g: int) -> None:
    """Refusal mass_negative or mass_zero."""
    if mass_g < 0:
        raise Refusal("mass_negative", mass_g=mass_g)
    if mass_g == 0:
        raise Refusal("mass_zero")


def check_contents(contents: Mapping[str, int], mass_g: int) -> None:
    """Declared contents: known substances, not negative, the elements together within the mass.

    Refusals: unknown_substance, mass_negative, contents_above_mass.
    """
    for name, amount in contents.items():
        substance(name)
        if name == MASS:
            raise Refusal("unknown_substance", substance=name)
        if amount < 0:
            raise Refusal("mass_negative", substance=name, mass_g=amount)
    elements_g = sum(amount for name, amount in contents.items() if name != ENERGY)
    if elements_g > mass_g:
        raise Refusal("contents_above_mass", contents_g=elements_g, mass_g=mass_g)


def reweigh(draft: Draft, batch: BatchState, found_g: int, reason: str | None, *, difference_site_id: str) -> None:
    """Book the difference between what the ledger says a batch weighs and what was found.

    `scale`: the same things weigh otherwise, total mass only; `missing` / `found`: things, every substance pro rata.
    Refusals: mass_negative, mass_zero, difference_needs_reason, reason_unknown, reason_contradicts.
    """
    booked_g = batch.mass_g
    if found_g < 0:
        raise Refusal("mass_negative", mass_g=found_g)
    if found_g == booked_g:
        return
    if reason is None:
        raise Refusal("difference_needs_reason", booked_g=booked_g, found_g=found_g)
    if reason not in REASONS:
        raise Refusal("reason_unknown", reason=reason)
    if found_g == 0 and reason != "missing":
        raise Refusal("mass_zero")
    if (reason == "missing" and found_g > booked_g) or (reason == "found" and found_g < booked_g):
        raise Refusal("reason_contradicts", reason=reason, booked_g=booked_g, found_g=found_g)
    names = (MASS,) if reason == "scale" else batch.known()
    for name in names:
        held = batch.amount(name)
        target = found_g if name == MASS else (2 * held * found_g + booked_g) // (2 * booked_g)
        adjust(draft, batch, name, target - held, DIFFERENCE_WEIGHING, site_id=difference_site_id)
    draft.find("weight_difference", batch=batch.id, booked_g=booked_g, found_g=found_g, reason=reason)
    if reason == "scale":
        elements_g = sum(batch.amount(name) for name in batch.known() if name not in (MASS, ENERGY))
        if elements_g > found_g:
            draft.find("contents_above_mass", batch=batch.id, contents_g=elements_g, mass_g=found_g)


def adjust(draft: Draft, batch: BatchState, name: str, change: int, account: str, *, site_id: str) -> None:
    """Change what a batch holds of a substance against a difference account, by its own origin shares.

    A substance first known now starts by the mass shares.
    """
    if change == 0:
        return
    shares = shares_of(batch, name) or shares_of(batch, MASS)
    parts = share_out(abs(change), shares)
    signed = parts if change > 0 else {origin: -part for origin, part in parts.items()}
    draft.post(
        account=account,
        site_id=site_id,
        batch_id=batch.id,
        substance=name,
        origins={origin: -part for origin, part in signed.items()},
    )
    draft.into(batch, name, signed)
