"""Deciders that make batches of batches and change nothing else: split, merge. DOMAIN §4."""

from __future__ import annotations

from dataclasses import replace

from registry.domain import streams
from registry.domain.case import Case, Decision, Draft, Edge, NewBatch, shares_of
from registry.domain.events import Merge, Split
from registry.domain.handover import STOCK_ONLY
from registry.domain.ledger import (
    MASS,
    Place,
)
from registry.domain.measure import check_positive
from registry.domain.origins import Pool, apportion
from registry.domain.refusals import Refusal


def split(case: Case, details: Split) -> Decision:
    """Children + ; parent −. They sum to the parent exactly."""
    parent = case.held_here(details.batch, STOCK_ONLY)
    before, masses = parent.place, [child.mass_g for child in details.children]
    for mass_g in masses:
        check_positive(mass_g)
    if sum(masses) != parent.mass_g or len(masses) < 2:
        raise Refusal("children_do_not_sum", children_g=sum(masses), parent_g=parent.mass_g)
    draft = Draft(case)
    home = replace(before, container_id=None)
    children = [
        draft.make(
            NewBatch(
                id=case.new_id(f"child:{place}", child.batch_id),
                stream=parent.stream,
                product=parent.product,
                producer_id=parent.producer_id,
                code=child.code,
            ),
            home,
        )
        for place, child in enumerate(details.children)
    ]
    for substance in parent.known():
        shares = shares_of(parent, substance)
        pool = Pool(shares)
        draft.out_of(parent, substance, shares)
        amounts = masses if substance == MASS else apportion(pool.amount, masses)
        for child_state, amount in zip(children, amounts, strict=True):
            draft.into(child_state, substance, pool.draw(amount))
    for child_state, mass_g in zip(children, masses, strict=True):
        draft.edges.append(Edge(from_batch_id=parent.id, to_batch_id=child_state.id, mass_g=mass_g))
        draft.touched(child_state, "out", None)
    draft.touched(parent, "in", before)
    return draft.done()


def merge(case: Case, details: Merge) -> Decision:
    """Child + ; parents −. Only streams that may mix, only whole batches."""
    refs = details.batches
    parents = [case.held_here(ref, STOCK_ONLY) for ref in refs]
    if len({parent.id for parent in parents}) != len(parents):
        raise Refusal("duplicate_batch_in_event", batch=refs[0])
    if len(parents) < 2:
        raise Refusal("needs_two_batches")
    first = parents[0]
    for ref, parent in zip(refs, parents, strict=True):
        if not streams.may_mix(first.stream, parent.stream):
            raise Refusal("streams_may_not_mix", batch=ref, streams=[first.stream, parent.stream])
    products = {parent.product for parent in parents}
    producers = {parent.producer_id for parent in parents}
    draft = Draft(case)
    child = draft.make(
        NewBatch(
            id=case.new_id("merged", details.batch_id),
            stream=first.stream,
            product=details.product or (products.pop() if len(products) == 1 else "mixed"),
            producer_id=producers.pop() if len(producers) == 1 else None,
            code=details.code,
        ),
        Place(
            status="stock",
            site_id=case.site.id,
            holder_id=case.organisation_id,
            fit=all(parent.place.fit for parent in parents),
        ),
    )
    for parent in parents:
        before, mass_g = parent.place, parent.mass_g
        for substance in parent.known():
            shares = shares_of(parent, substance)
            draft.out_of(parent, substance, shares)
            draft.into(child, substance, shares)
        draft.edges.append(Edge(from_batch_id=parent.id, to_batch_id=child.id, mass_g=mass_g))
        draft.touched(parent, "in", before)
    draft.touched(child, "out", None)
    return draft.done()
