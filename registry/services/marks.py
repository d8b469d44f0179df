"""Codes of new batches: pre-issued ones are checked and bound, missing ones drawn.

A registry code names one thing for life; any other code names one live batch at a time. People scan a text without
naming its scheme, so one text never names two live things, and nobody's serial takes the place of a label.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from sqlalchemy.orm import Session

from registry.domain.case import NewBatch
from registry.domain.events import CodeRef
from registry.domain.identifiers import draw_code, normalise, parse_battery_code, parse_registry_code
from registry.domain.refusals import Refusal
from registry.services.references import is_id
from registry.store import journal, states

LONGEST_CODE = 120
_DERIVED = 5
"""the version of ids that are derived by name"""
_CHECKS = MappingProxyType({"gb34014": parse_battery_code, "gs1": normalise, "serial": normalise})


def assign(
    session: Session,
    new: Sequence[NewBatch],
    *,
    organisation_id: str | None,
    ending: Collection[str] = (),
    trusting: bool = False,
) -> dict[str, str]:
    """Batch id → registry code, for every batch that carries a mark. Names of batches `ending` here are free again.

    `trusting` leaves what only chance or malice could double (a drawn code, an id derived from the event's) to the
    constraints of the database: the caller asks again without, when they object.

    A label of a roll that was handed to another organisation is not the actor's to stick on, as the resolver says too.

    Refusals: batch_id_malformed, batch_id_taken, code_malformed, code_check_character, code_not_issued, not_yours,
    code_taken, gb34014_*, code_scheme_unknown.
    """
    if not new:
        return {}
    _check_ids(session, [batch.id for batch in new], trusting=trusting)
    chosen = {batch.id: parse_registry_code(batch.code) for batch in new if batch.code is not None}
    _check_free(session, chosen, new, ending, organisation_id)
    count = sum(batch.marked and batch.code is None for batch in new)
    drawn = [draw_code() for _ in range(count)] if trusting else draw(session, count)
    journal.add_issued_codes(session, drawn)
    left = iter(drawn)
    return chosen | {batch.id: next(left) for batch in new if batch.marked and batch.code is None}


def _check_ids(session: Session, ids: Sequence[str], *, trusting: bool) -> None:
    for batch_id in ids:
        if not is_id(batch_id):
            raise Refusal("batch_id_malformed", batch=batch_id[:60])
    doubtful = [batch_id for batch_id in ids if not trusting or uuid.UUID(batch_id).version != _DERIVED]
    taken = {batch_id for batch_id, count in Counter(ids).items() if count > 1} | states.taken_ids(session, doubtful)
    if taken:
        raise Refusal("batch_id_taken", batches=sorted(taken))


def _check_free(
    session: Session,
    chosen: Mapping[str, str],
    new: Sequence[NewBatch],
    ending: Collection[str],
    organisation_id: str | None,
) -> None:
    others = [_value(code) for batch in new for code in batch.codes]
    values = [*chosen.values(), *others]
    handed = states.handed_to(session, set(values))
    issued = set(handed)
    unknown = set(chosen.values()) - issued
    if unknown:
        raise Refusal("code_not_issued", value=min(unknown))
    _check_handed({value: handed[value] for value in chosen.values()}, organisation_id)
    twice = {value for value, count in Counter(values).items() if count > 1}
    taken = twice | states.live_codes(session, set(values), but_of=ending) | (set(others) & issued)
    if taken:
        raise Refusal("code_taken", value=min(taken))


def check_label(session: Session, code: str, *, organisation_id: str | None) -> None:
    """Whether the organisation may stick this label on. Refusal not_yours: its roll was handed to another."""
    _check_handed(states.handed_to(session, [code]), organisation_id)


def _check_handed(handed: Mapping[str, str | None], organisation_id: str | None) -> None:
    foreign = {code for code, owner in handed.items() if owner not in (None, organisation_id)}
    if foreign:
        raise Refusal("not_yours", batch=min(foreign))


def _value(code: CodeRef) -> str:
    if code.scheme not in _CHECKS:
        raise Refusal("code_scheme_unknown", scheme=code.scheme)
    _CHECKS[code.scheme](code.value)
    value = normalise(code.value)
    if not 1 <= len(value) <= LONGEST_CODE:
        raise Refusal("code_malformed", value=code.value[:40])
    return value


def draw(session: Session, count: int) -> list[str]:
    """`count` fresh registry codes from the system's CSPRNG, none ever issued before."""
    drawn: set[str] = set()
    while len(drawn) < count:
        more = {draw_code() for _ in range(count - len(drawn))}
        drawn |= more - states.issued(session, more)
    return sorted(drawn)
