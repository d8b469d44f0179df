"""Deciders of what is measured or comes back: inspect, stocktake, retire. DOMAIN §4."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from registry.domain import streams
from registry.domain.case import Case, Decision, Draft, NewBatch
from registry.domain.events import Inspect, Retire, Stocktake
from registry.domain.handover import STOCK_ONLY, take_part
from registry.domain.ledger import DIFFERENCE_ASSAY, DIFFERENCE_WEIGHING, MASS, BatchState, Place
from registry.domain.measure import adjust, check_contents, check_measured, check_positive, reweigh
from registry.domain.origins import UNKNOWN
from registry.domain.refusals import Refusal
from registry.domain.substances import ENERGY

SECOND_LIFE = frozenset({"cascade", "reuse"})
_FIGURES = frozenset({"mass_g", "held_g", "booked_g", "contents_g"})


@contextmanager
def _discreet(case: Case, ref: str) -> Iterator[None]:
    """Refusals without figures where the batch is another's: who may measure it or take it back may not read it."""
    stranger = case.batches[ref].place.holder_id != case.organisation_id
    try:
        yield
    except Refusal as refusal:
        if not stranger or not _FIGURES & set(refusal.facts):
            raise
        told = {name: value for name, value in refusal.facts.items() if name not in _FIGURES}
        raise Refusal(refusal.code, **{**told, "batch": ref}) from None


def _standing(case: Case, ref: str, statuses: frozenset[str]) -> BatchState:
    """The batch in one of the statuses and not on its way. Refusals: not_yours (to a stranger), wrong_state."""
    batch = case.batches[ref]
    if batch.place.status not in statuses or batch.place.to_site_id is not None:
        if batch.place.holder_id != case.organisation_id:
            raise Refusal("not_yours", batch=ref)
        raise Refusal("wrong_state", batch=ref, status=batch.place.status)
    return batch


def inspect(case: Case, details: Inspect) -> Decision:
    """Facts; measured contents correct the elements through difference:assay.

    The holder may inspect, and an accredited inspector where it stands.
    """
    if case.role == "inspector":
        batch = _standing(case, details.batch, STOCK_ONLY)
    else:
        batch = case.held_here(details.batch, STOCK_ONLY)
    permille = details.state_of_health_permille
    if permille is not None and not 0 <= permille <= 2000:
        raise Refusal("schema_invalid", path="state_of_health_percent")
    if ENERGY in (details.contents_g or {}):
        raise Refusal("unknown_substance", substance=ENERGY)
    with _discreet(case, details.batch):
        return _inspected(Draft(case), batch, details)


def _inspected(draft: Draft, batch: BatchState, details: Inspect) -> Decision:
    contents = details.contents_g or {}
    check_contents(contents, batch.mass_g)
    before, elements_before_g = batch.place, _elements_g(batch)
    for name in sorted(contents):
        change = contents[name] - batch.amount(name)
        adjust(draft, batch, name, change, DIFFERENCE_ASSAY, site_id=batch.holding_site_id)
    elements_g = _elements_g(batch)
    # A scale may have put the book above the mass before: looking and correcting downwards must stay possible.
    if elements_g > max(batch.mass_g, elements_before_g):
        raise Refusal("contents_above_mass", contents_g=elements_g, mass_g=batch.mass_g)
    if details.passed is not None:
        batch.place = replace(before, fit=details.passed)
    draft.touched(batch, "about", before)
    return draft.done()


def _elements_g(batch: BatchState) -> int:
    return sum(batch.amount(name) for name in batch.known() if name not in (MASS, ENERGY))


def stocktake(case: Case, details: Stocktake) -> Decision:
    """difference ± : a belief written down and checked; or a batch nobody knew, of unknown origin."""
    check_measured(details.measured)
    draft = Draft(case)
    if details.batch is None:
        return _found(draft, details)
    batch = case.held_here(details.batch, STOCK_ONLY)
    before = batch.place
    reweigh(draft, batch, details.mass_g, details.reason, difference_site_id=case.site.id)
    draft.touched(batch, "about", before)
    return draft.done()


def _found(draft: Draft, details: Stocktake) -> Decision:
    case = draft.case
    if details.stream is None:
        raise Refusal("schema_invalid", path="stream")
    check_positive(details.mass_g)
    batch = draft.make(
        NewBatch(
            id=case.new_id("found"),
            stream=streams.stream(details.stream).code,
            product=details.product,
            code=details.code,
        ),
        Place(status="stock", site_id=case.site.id, holder_id=case.organisation_id),
    )
    draft.post(
        account=DIFFERENCE_WEIGHING,
        site_id=case.site.id,
        batch_id=batch.id,
        substance=MASS,
        origins={UNKNOWN: -details.mass_g},
    )
    draft.into(batch, MASS, {UNKNOWN: details.mass_g})
    draft.find("found_without_source", batch=batch.id, mass_g=details.mass_g)
    draft.touched(batch, "out", None)
    return draft.done()


def retire(case: Case, details: Retire) -> Decision:
    """outcome:cascade or reuse → stock, whole or part, at the site that takes it back; weight difference as ever."""
    batch = _standing(case, details.batch, SECOND_LIFE)
    with _discreet(case, details.batch):
        return _retired(Draft(case), batch, details)


def _retired(draft: Draft, batch: BatchState, details: Retire) -> Decision:
    case = draft.case
    before, whole_g = batch.place, batch.mass_g
    part_g = whole_g if details.mass_g is None else details.mass_g
    check_positive(part_g)
    if part_g > whole_g:
        raise Refusal("mass_above_holding", batch=details.batch, mass_g=part_g, held_g=whole_g)
    here = Place(status="stock", site_id=case.site.id, holder_id=case.organisation_id)
    if part_g == whole_g:
        draft.rehouse(batch, here, holding_site_id=case.site.id)
        back = batch
    else:
        back = draft.make(
            NewBatch(
                id=case.new_id("retired"),
                stream=batch.stream,
                product=batch.product,
                producer_id=batch.producer_id,
                code=details.code,
            ),
            here,
        )
        take_part(draft, batch, back, part_g)
        draft.touched(batch, "in", before)
    if details.weighed_g is not None:
        reweigh(draft, back, details.weighed_g, details.reason, difference_site_id=case.site.id)
    draft.touched(back, "about" if back is batch else "out", before if back is batch else None)
    return draft.done()
