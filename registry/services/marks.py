"""Codes of new batches: pre-issued ones are checked and bound, missing ones drawn.

A registry code names one thing for life; any other code names one live batch at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sqlalchemy.orm import Session

from registry.domain.case import NewBatch
from registry.domain.identifiers import draw_code, normalise, parse_battery_code, parse_registry_code
from registry.domain.refusals import Refusal
from registry.store import journal, states

LONGEST_CODE = 120
_CHECKS = MappingProxyType({"gb34014": parse_battery_code, "gs1": normalise, "serial": normalise})


def assign(session: Session, new: Sequence[NewBatch]) -> dict[str, str]:
    """Batch id → registry code, for every batch that carries a mark.

    Refusals: batch_id_taken, code_malformed, code_check_character, code_not_issued, code_taken, gb34014_*,
    code_scheme_unknown.
    """
    if not new:
        return {}
    if states.known_batches(session, [batch.id for batch in new]):
        raise Refusal("batch_id_taken", batches=sorted(states.known_batches(session, [batch.id for batch in new])))
    chosen = {batch.id: parse_registry_code(batch.code) for batch in new if batch.code is not None}
    _check_free(session, chosen, new)
    drawn = draw(session, sum(batch.marked and batch.code is None for batch in new))
    journal.add_issued_codes(session, drawn)
    left = iter(drawn)
    return chosen | {batch.id: next(left) for batch in new if batch.marked and batch.code is None}


def _check_free(session: Session, chosen: Mapping[str, str], new: Sequence[NewBatch]) -> None:
    values = [("registry", code) for code in chosen.values()]
    for batch in new:
        for code in batch.codes:
            if code.scheme not in _CHECKS:
                raise Refusal("code_scheme_unknown", scheme=code.scheme)
            _CHECKS[code.scheme](code.value)
            value = normalise(code.value)
            if not 1 <= len(value) <= LONGEST_CODE:
                raise Refusal("code_malformed", value=code.value[:40])
            values.append((code.scheme, value))
    for pair in values:
        if values.count(pair) > 1:
            raise Refusal("code_taken", value=pair[1])
    unknown = set(chosen.values()) - states.issued(session, set(chosen.values()))
    if unknown:
        raise Refusal("code_not_issued", value=min(unknown))
    taken = states.live_codes(session, {value for _, value in values}) & set(values)
    if taken:
        raise Refusal("code_taken", value=min(taken)[1])


def draw(session: Session, count: int) -> list[str]:
    """`count` fresh registry codes from the system's CSPRNG, none ever issued before."""
    drawn: set[str] = set()
    while len(drawn) < count:
        more = {draw_code() for _ in range(count - len(drawn))}
        drawn |= more - states.issued(session, more)
    return sorted(drawn)
