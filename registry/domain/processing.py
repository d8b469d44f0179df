"""The decider of process: inputs and reagents become output lines and loss. DOMAIN §4.

Elements of a line that are not declared are inherited: what the declared lines leave is dealt over the undeclared
lines and the loss by mass, and marked estimated. What is missing is that element's loss; more than went in is a
finding, booked through difference:assay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from registry.domain import outcomes, streams
from registry.domain.case import Case, Decision, Draft, Edge, NewBatch, shares_of
from registry.domain.events import OutputLine, Process, ProcessInput
from registry.domain.handover import STOCK_ONLY, part_of
from registry.domain.ledger import (
    DIFFERENCE_ASSAY,
    LOSS,
    MASS,
    ORIGIN_ADDITION,
    BatchState,
    Place,
    outcome_account,
)
from registry.domain.measure import check_contents, check_positive
from registry.domain.origins import ADDITION, Origin, Pool, Shares, add, apportion, share_out
from registry.domain.refusals import Refusal


@dataclass(frozen=True, kw_only=True)
class _Line:
    """An output line with its batch, and the account it is posted to."""

    line: OutputLine
    batch: BatchState
    account: str


def process(case: Case, details: Process) -> Decision:
    """Inputs − ; output lines + ; additions − ; the rest + loss. Outputs above inputs and additions are refused."""
    draft = Draft(case)
    inputs = _inputs(case, details)
    _check_process(details, inputs)
    pools, by_input = _draw_inputs(draft, inputs)
    total_in_g = sum(by_input.values())
    additions_g = _additions(draft, details, pools, inputs[0][1])
    lines = _lines(draft, details, inputs)
    outputs_g = sum(line.line.mass_g for line in lines)
    if outputs_g > total_in_g + additions_g:
        raise Refusal("outputs_above_inputs", outputs_g=outputs_g, inputs_g=total_in_g, additions_g=additions_g)
    _post_outputs(draft, lines, pools, loss_batch=inputs[0][1], mass_shares=dict(pools[MASS].left))
    _edges(draft, lines, by_input, additions_g)
    for _, batch, before in inputs:
        draft.touched(batch, "in", before)
    for out in lines:
        draft.touched(out.batch, "out", None, mass_g=out.line.mass_g)
    return draft.done()


def _inputs(case: Case, details: Process) -> list[tuple[ProcessInput, BatchState, Place]]:
    if not details.inputs or not details.outputs:
        raise Refusal("schema_invalid", path="inputs" if not details.inputs else "outputs")
    found = [(item, case.held_here(item.batch, STOCK_ONLY)) for item in details.inputs]
    if len({batch.id for _, batch in found}) != len(found):
        raise Refusal("duplicate_batch_in_event", batch=details.inputs[0].batch)
    for item, batch in found:
        if item.mass_g is not None:
            check_positive(item.mass_g)
            if item.mass_g > batch.mass_g:
                raise Refusal("mass_above_holding", batch=item.batch, mass_g=item.mass_g, held_g=batch.mass_g)
    return [(item, batch, batch.place) for item, batch in found]


def _check_process(details: Process, inputs: list[tuple[ProcessInput, BatchState, Place]]) -> None:
    for _, batch, _ in inputs:
        streams.process_for(details.process, stream_code=batch.stream)
    allowed = streams.process(details.process)
    for number, line in enumerate(details.outputs):
        check_positive(line.mass_g)
        check_contents(line.contents_g or {}, line.mass_g)
        if line.to != "stock":
            outcomes.outcome(line.to)
            if line.to not in allowed.outcomes:
                raise Refusal("outcome_not_for_process", line=number, outcome=line.to, process=details.process)
            if line.stream is not None:
                streams.stream(line.stream)


def _draw_inputs(
    draft: Draft, inputs: list[tuple[ProcessInput, BatchState, Place]]
) -> tuple[dict[str, Pool[Origin]], dict[str, int]]:
    """Take the inputs out of stock; per substance the pool of their origins, and the mass per input batch."""
    pools: dict[str, Pool[Origin]] = {MASS: Pool({})}
    by_input: dict[str, int] = {}
    for item, batch, _ in inputs:
        whole_g = batch.mass_g
        part_g = whole_g if item.mass_g is None else item.mass_g
        by_input[batch.id] = part_g
        for substance in batch.known():
            shares = shares_of(batch, substance)
            amount = part_of(sum(shares.values()), part_g, whole_g)
            taken = share_out(amount, shares) if amount else {}
            draft.out_of(batch, substance, taken)
            pools.setdefault(substance, Pool({})).fill(taken)
    return pools, by_input


def _additions(draft: Draft, details: Process, pools: dict[str, Pool[Origin]], first: BatchState) -> int:
    """Book the reagents (origin: addition); their mass in total."""
    sums: dict[str, int] = {}
    for item in details.additions:
        check_positive(item.mass_g)
        check_contents(item.contents_g or {}, item.mass_g)
        add(sums, {MASS: item.mass_g, **(item.contents_g or {})})
    for substance, amount in sums.items():
        draft.post(
            account=ORIGIN_ADDITION,
            site_id=draft.case.site.id,
            batch_id=first.id,
            substance=substance,
            origins={ADDITION: -amount},
        )
        pools.setdefault(substance, Pool({})).fill({ADDITION: amount})
    return sums.get(MASS, 0)


def _lines(draft: Draft, details: Process, inputs: list[tuple[ProcessInput, BatchState, Place]]) -> list[_Line]:
    case, source = draft.case, inputs[0][1]
    producers = {batch.producer_id for _, batch, _ in inputs}
    producer = producers.pop() if len(producers) == 1 else None
    fit = all(place.fit for _, _, place in inputs)
    keeps_product = streams.process(details.process).keeps_product
    made = []
    for number, line in enumerate(details.outputs):
        kept = line.to in outcomes.CUSTODY_KEPT
        status = "stock" if line.to == "stock" else line.to if kept else "closed"
        stream = _stream_of(line, number, details.process, source.stream)
        new = NewBatch(
            id=case.new_id(f"output:{number}", line.batch_id),
            stream=stream,
            product=line.product or (source.product if stream == source.stream and status != "closed" else None),
            producer_id=producer,
            code=line.code,
            codes=line.codes,
            marked=status != "closed" or line.code is not None,
        )
        place = Place(
            status=status,
            site_id=case.site.id,
            holder_id=case.organisation_id,
            # What a process that could have kept the product put back into stock has not passed it.
            fit=fit and not keeps_product and status == "stock" and stream == source.stream,
        )
        account = "stock" if line.to == "stock" else outcome_account(line.to)
        made.append(_Line(line=line, batch=draft.make(new, place), account=account))
    return made


def _stream_of(line: OutputLine, number: int, process_code: str, source_stream: str) -> str:
    allowed = streams.process(process_code).output_streams
    if line.to != "stock":
        return line.stream or source_stream
    stream = line.stream or (source_stream if source_stream in allowed else None)
    if stream is None and len(allowed) == 1:
        (stream,) = allowed
    if stream is None:
        raise Refusal("schema_invalid", path=f"outputs.{number}.stream")
    if streams.stream(stream).code not in allowed:
        raise Refusal("stream_not_for_process", line=number, stream=stream, process=process_code)
    return stream


def _post_outputs(
    draft: Draft, lines: list[_Line], pools: dict[str, Pool[Origin]], *, loss_batch: BatchState, mass_shares: Shares
) -> None:
    site_id = draft.case.site.id
    outputs_g = sum(out.line.mass_g for out in lines)
    loss_g = pools[MASS].amount - outputs_g
    declared = {name for out in lines for name in (out.line.contents_g or {})}
    for substance in sorted({*pools, *declared}, key=lambda name: (name != MASS, name)):
        pool = pools.setdefault(substance, Pool({}))
        amounts = (
            [out.line.mass_g for out in lines]
            if substance == MASS
            else _amounts(draft, lines, substance, pool=pool, loss_g=loss_g, mass_shares=mass_shares, first=loss_batch)
        )
        for out, amount in zip(lines, amounts, strict=True):
            draft.post(
                account=out.account,
                site_id=site_id,
                batch_id=out.batch.id,
                substance=substance,
                origins=pool.draw(amount),
            )
        draft.post(
            account=LOSS, site_id=site_id, batch_id=loss_batch.id, substance=substance, origins=pool.draw(pool.amount)
        )


def _amounts(
    draft: Draft,
    lines: list[_Line],
    substance: str,
    *,
    pool: Pool[Origin],
    loss_g: int,
    mass_shares: Mapping[Origin, int],
    first: BatchState,
) -> list[int]:
    """How much of an element each line gets: as declared, else its part by mass of what the declared ones leave."""
    said: list[int | None] = [(out.line.contents_g or {}).get(substance) for out in lines]
    claimed = sum(amount for amount in said if amount is not None)
    if claimed > pool.amount:
        excess = claimed - pool.amount
        parts = share_out(excess, pool.left or mass_shares)
        draft.post(
            account=DIFFERENCE_ASSAY,
            site_id=draft.case.site.id,
            batch_id=first.id,
            substance=substance,
            origins={origin: -part for origin, part in parts.items()},
        )
        draft.find("claim_above_content", substance=substance, claimed=claimed, content=pool.amount)
        pool.fill(parts)
    rest = pool.amount - claimed
    silent = [out.line.mass_g for out, amount in zip(lines, said, strict=True) if amount is None]
    dealt = iter(apportion(rest, [*silent, loss_g])) if sum(silent) else iter(())
    return [next(dealt) if amount is None else amount for amount in said]


def _edges(draft: Draft, lines: list[_Line], by_input: dict[str, int], additions_g: int) -> None:
    """Which input went into which output, by mass; the reagents' part of a line comes from no batch."""
    flow = Pool({**by_input, "": additions_g})
    for out in lines:
        for batch_id, mass_g in sorted(flow.draw(out.line.mass_g).items()):
            if batch_id:
                draft.edges.append(Edge(from_batch_id=batch_id, to_batch_id=out.batch.id, mass_g=mass_g))
