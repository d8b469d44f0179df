"""Deciders of custody: collect, dispatch, receive, load, unload. DOMAIN §4, rows 1–3."""

from __future__ import annotations

from dataclasses import replace

from registry.domain import streams
from registry.domain.case import Case, Decision, Draft, Edge, NewBatch, shares_of
from registry.domain.events import Collect, Dispatch, Load, Receive, ReceiveLine, Unload
from registry.domain.ledger import MASS, ORIGIN_END_OF_LIFE, BatchState, Place
from registry.domain.measure import check_contents, check_measured, check_positive, reweigh
from registry.domain.origins import Origin, share_out
from registry.domain.refusals import Refusal

STOCK_ONLY = frozenset({"stock"})
WITH_SECOND_LIFE = frozenset({"stock", "cascade", "reuse"})


def collect(case: Case, details: Collect) -> Decision:
    """stock + ; origin:end_of_life −, for mass and every known element."""
    stream = streams.stream(details.stream)
    check_positive(details.mass_g)
    check_measured(details.measured)
    check_contents(case.contents, details.mass_g)
    draft = Draft(case)
    batch = draft.make(
        NewBatch(
            id=case.new_id("batch", details.batch_id),
            stream=stream.code,
            product=details.product,
            producer_id=details.producer,
            code=details.code,
            codes=details.codes,
        ),
        Place(status="stock", site_id=case.site.id, holder_id=case.organisation_id),
    )
    origin = Origin(
        "collected",
        stream.code,
        details.product or "",
        details.producer or "",
        details.division or case.site.division_code,
        case.month,
    )
    for substance, amount in {MASS: details.mass_g, **case.contents}.items():
        if amount:
            draft.post(
                account=ORIGIN_END_OF_LIFE,
                site_id=case.site.id,
                batch_id=batch.id,
                substance=substance,
                origins={origin: -amount},
            )
            draft.into(batch, substance, {origin: amount})
    if details.mass_g > stream.batch_max_g:
        draft.find("implausible_mass", kind="advice", mass_g=details.mass_g, usual_max_g=stream.batch_max_g)
    draft.touched(batch, "out", None)
    return draft.done()


def dispatch(case: Case, details: Dispatch) -> Decision:
    """transit + ; stock −. A second life moves its custody and posts nothing."""
    if not details.batches:
        raise Refusal("schema_invalid", path="batches")
    if details.to_site == case.site.id:
        raise Refusal("same_site", site=details.to_site)
    draft = Draft(case)
    by_container = {batch.id for ref in details.batches for batch in case.contained.get(ref, ())}
    for ref, _ in case.spread(details.batches):
        batch = case.held_here(ref, WITH_SECOND_LIFE) if ref in case.batches else _contained(case, ref)
        before = batch.place
        place = replace(
            before,
            status="transit" if before.status == "stock" else before.status,
            to_site_id=details.to_site,
            container_id=before.container_id if batch.id in by_container else None,
        )
        draft.rehouse(batch, place, holding_site_id=batch.holding_site_id)
        draft.touched(batch, "about", before)
    return draft.done()


def _contained(case: Case, batch_id: str) -> BatchState:
    """A batch named through its container, under the same conditions as one named itself."""
    state = next(batch for batches in case.contained.values() for batch in batches if batch.id == batch_id)
    if state.place.holder_id != case.organisation_id:
        raise Refusal("not_yours", batch=case.written(batch_id))
    return replace_case(case, state).held_here(batch_id, WITH_SECOND_LIFE)


def replace_case(case: Case, state: BatchState) -> Case:
    """The case with one more batch named by its id."""
    return replace(case, batches={**case.batches, state.id: state})


def receive(case: Case, details: Receive) -> Decision:
    """transit − sent ; stock + weighed ; difference ±. A refused part travels back to the sender."""
    if not details.lines:
        raise Refusal("schema_invalid", path="lines")
    draft = Draft(case)
    lines = {line.batch: line for line in details.lines}
    if len(lines) != len(details.lines):
        raise Refusal("duplicate_batch_in_event", batch=details.lines[0].batch)
    for ref, batch in case.spread(tuple(lines)):
        line = lines.get(ref) or ReceiveLine(batch=ref)
        _check_arrival(case, ref, batch)
        if batch.place.status == "transit":
            _receive_stock(draft, batch, line)
        else:
            _receive_second_life(draft, batch, line)
    for ref, line in lines.items():
        if ref in case.contained and (line.mass_g is not None or line.refused_g):
            raise Refusal("container_not_weighed", container=ref)
    return draft.done()


def _check_arrival(case: Case, ref: str, batch: BatchState) -> None:
    if batch.place.to_site_id is None:
        if batch.place.holder_id != case.organisation_id:
            raise Refusal("not_yours", batch=case.written(ref))
        raise Refusal("wrong_state", batch=ref, status=batch.place.status)
    if case.sites[batch.place.to_site_id].organisation_id != case.organisation_id:
        raise Refusal("not_the_receiver", batch=case.written(ref))
    if batch.place.to_site_id != case.site.id:
        raise Refusal("wrong_site", batch=ref, site=batch.place.to_site_id)


def _receive_stock(draft: Draft, batch: BatchState, line: ReceiveLine) -> None:
    before, case = batch.place, draft.case
    check_measured(line.measured)
    arrived = batch.mass_g if line.mass_g is None else line.mass_g
    if min(arrived, line.refused_g) < 0:
        raise Refusal("mass_negative", batch=line.batch)
    if line.refused_g > arrived:
        raise Refusal("refused_above_received", batch=line.batch, refused_g=line.refused_g, received_g=arrived)
    if line.refused_g and not line.refusal_reason:
        raise Refusal("refusal_needs_reason", batch=line.batch)
    reweigh(draft, batch, arrived, line.reason, difference_site_id=case.site.id)
    home = Place(status="transit", site_id=case.site.id, holder_id=before.holder_id, to_site_id=before.site_id)
    if line.refused_g and line.refused_g == arrived:
        draft.rehouse(batch, replace(home, fit=before.fit), holding_site_id=case.site.id)
        draft.find("refused", batch=batch.id, mass_g=arrived, reason=line.refusal_reason)
        draft.touched(batch, "about", before)
        return
    accepted = replace(before, status="stock", site_id=case.site.id, holder_id=case.organisation_id, to_site_id=None)
    if line.refused_g:
        _send_back(draft, batch, line, replace(home, fit=before.fit))
    draft.rehouse(batch, accepted, holding_site_id=case.site.id)
    draft.touched(batch, "about", before)


def _send_back(draft: Draft, batch: BatchState, line: ReceiveLine, home: Place) -> None:
    """The refused part becomes a batch of its own, in transit to the sender."""
    child = draft.make(
        NewBatch(
            id=draft.case.new_id(f"refused:{batch.id}"),
            stream=batch.stream,
            product=batch.product,
            producer_id=batch.producer_id,
            code=line.refused_code,
        ),
        home,
    )
    take_part(draft, batch, child, line.refused_g)
    draft.find("refused", batch=child.id, mass_g=line.refused_g, reason=line.refusal_reason)
    draft.touched(child, "out", None)


def take_part(draft: Draft, parent: BatchState, child: BatchState, part_g: int) -> None:
    """Move `part_g` of the parent's mass, and every other substance pro rata, into the child."""
    whole_g = parent.mass_g
    for substance in parent.known():
        shares = shares_of(parent, substance)
        amount = part_of(sum(shares.values()), part_g, whole_g)
        taken = share_out(amount, shares) if amount else {}
        draft.out_of(parent, substance, taken)
        draft.into(child, substance, taken)
    draft.edges.append(Edge(from_batch_id=parent.id, to_batch_id=child.id, mass_g=part_g))


def part_of(amount: int, part: int, whole: int) -> int:
    """`amount × part ÷ whole`, rounded half up, in integers."""
    return (2 * amount * part + whole) // (2 * whole)


def _receive_second_life(draft: Draft, batch: BatchState, line: ReceiveLine) -> None:
    """Custody only: nothing is posted, so nothing can be weighed otherwise here."""
    before, case = batch.place, draft.case
    if line.mass_g not in (None, batch.mass_g) or line.refused_g not in (0, batch.mass_g):
        raise Refusal("second_life_not_weighed", batch=line.batch)
    if line.refused_g:
        if not line.refusal_reason:
            raise Refusal("refusal_needs_reason", batch=line.batch)
        batch.place = replace(before, site_id=case.site.id, to_site_id=before.site_id)
    else:
        batch.place = replace(before, site_id=case.site.id, holder_id=case.organisation_id, to_site_id=None)
    draft.touched(batch, "about", before)


def load(case: Case, details: Load) -> Decision:
    """Batches into a container; no postings."""
    draft = Draft(case)
    container_id = case.container_ids[details.container]
    for other in case.contained.get(details.container, ()):
        if other.place.holder_id != case.organisation_id:
            raise Refusal("not_yours", batch=details.container)
        if other.place.site_id != case.site.id or other.place.to_site_id is not None:
            raise Refusal("wrong_site", batch=details.container, site=other.place.site_id)
    _carry(draft, details.batches, container_id)
    return draft.done()


def unload(case: Case, details: Unload) -> Decision:
    """Batches out of a container; all of them when none is named."""
    draft = Draft(case)
    inside = {batch.id: batch for batch in case.contained[details.container]}
    if not inside:
        raise Refusal("container_empty", container=details.container)
    refs = details.batches or tuple(inside)
    if not details.batches and any(batch.place.holder_id != case.organisation_id for batch in inside.values()):
        raise Refusal("not_yours", batch=details.container)
    for ref in details.batches:
        if case.batches[ref].place.holder_id != case.organisation_id:
            raise Refusal("not_yours", batch=ref)
        if case.batches[ref].id not in inside:
            raise Refusal("not_in_container", batch=ref, container=details.container)
    whole = replace(case, batches={**inside, **case.batches})
    draft.case = whole
    _carry(draft, refs, None)
    return draft.done()


def _carry(draft: Draft, refs: tuple[str, ...], container_id: str | None) -> None:
    if not refs:
        raise Refusal("schema_invalid", path="batches")
    seen: set[str] = set()
    for ref in refs:
        batch = draft.case.held_here(ref, WITH_SECOND_LIFE)
        if batch.id in seen:
            raise Refusal("duplicate_batch_in_event", batch=ref)
        seen.add(batch.id)
        before = batch.place
        batch.place = replace(before, container_id=container_id)
        draft.touched(batch, "about", before)
