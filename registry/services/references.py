"""From what people wrote on a form or scanned to the batches and containers it names."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from registry.domain.identifiers import CODE_MAX, CODE_MIN, normalise, parse_registry_code
from registry.domain.refusals import Refusal
from registry.store import states


class Waiting(Refusal):
    """Not known yet, but may come: to be sent again, nothing is wrong."""


@dataclass(frozen=True, kw_only=True)
class Resolved:
    """Reference as written → batch id, or container id; container id → batches in it."""

    batches: Mapping[str, str] = field(default_factory=dict)
    containers: Mapping[str, str] = field(default_factory=dict)
    carried: Mapping[str, list[str]] = field(default_factory=dict)


def resolve(session: Session, refs: Collection[str]) -> Resolved:
    """What each reference names.

    Refusals: unknown_code, code_check_character, code_malformed. Waiting: unknown_batch, for an id or an issued code
    whose first event has not arrived.
    """
    batches: dict[str, str] = {}
    containers: dict[str, str] = {}
    codes: dict[str, str] = {}
    for ref in refs:
        if is_id(ref):
            batches[ref] = ref
        else:
            codes[ref] = normalise(ref)
    found_containers = states.containers(session, set(batches))
    for ref in found_containers:
        containers[ref] = batches.pop(ref)
    named = states.named(session, set(codes.values()))
    for ref, value in codes.items():
        what = named.get(value)
        if what is None:
            raise _unknown(session, ref, value)
        if what.batch_id is not None:
            batches[ref] = what.batch_id
        elif what.container_id is not None:
            containers[ref] = what.container_id
    return Resolved(
        batches=batches, containers=containers, carried=states.carried(session, sorted(set(containers.values())))
    )


def lock_ahead(session: Session, refs: Collection[str]) -> None:
    """Lock every batch a list of events names, in one order for all lists, so that two lists do not block each other.

    What cannot be found yet is left out: it is locked when its event comes to it.
    """
    ids = {ref for ref in refs if is_id(ref)}
    named = states.named(session, {normalise(ref) for ref in refs if ref not in ids and ref.isprintable()})
    ids |= {what.batch_id for what in named.values() if what.batch_id is not None}
    states.lock(session, ids)


def is_id(ref: str) -> bool:
    """Whether the reference is an id rather than a code: a UUID in its canonical text."""
    try:
        return str(uuid.UUID(ref)) == ref
    except ValueError:
        return False


def _unknown(session: Session, ref: str, value: str) -> Refusal:
    if CODE_MIN <= len(value) <= CODE_MAX:
        try:
            parse_registry_code(value)
        except Refusal as refusal:
            return Refusal(refusal.code, **{**refusal.facts, "batch": ref})
        if states.issued(session, {value}):
            return Waiting("unknown_batch", batch=ref)
    return Refusal("unknown_code", batch=ref)


def container_of(session: Session, ref: str) -> str | None:
    """The container a reference names; None for an issued code still unbound.

    Refusals: as `resolve`, and not_a_container.
    """
    try:
        found = resolve(session, [ref])
    except Waiting:
        return None
    if ref not in found.containers:
        raise Refusal("not_a_container", container=ref)
    return found.containers[ref]
