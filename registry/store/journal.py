"""Writing what was decided: append-only rows, and the projections (places, codes, cells). Called by capture only."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Insert, bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Session

from registry.domain.case import Decision, Move
from registry.domain.identifiers import normalise
from registry.domain.ledger import Place, Posting
from registry.store.batches import BatchCodeRow, BatchPlaceRow, BatchRow, ContainerRow
from registry.store.cells import Happening, Sums
from registry.store.events import BatchEdgeRow, EventBatchRow, EventPrivateRow, EventRow
from registry.store.ledger import EntryRow, PostingRow
from registry.store.origins import OriginRow, PostingOriginRow
from registry.store.parties import IssuedCodeRow
from registry.store.statements import append, ask, one_of, table

_NEW_ORIGINS = 0x48754F72
"""the advisory lock of whoever adds origins, until that transaction ends"""
_EVENT, _ORIGIN, _PLACE = table(EventRow), table(OriginRow), table(BatchPlaceRow)
_BATCH = table(BatchRow)
_STREAMS = select(_BATCH.c.id, _BATCH.c.stream).where(_BATCH.c.id.in_(one_of("ids")))
_EVENT_COLUMNS = tuple(column.key for column in _EVENT.columns if column.key != "seq")
_INSERT_EVENT = insert(_EVENT).returning(_EVENT.c.seq, _EVENT.c.id)
_ORIGINS = select(_ORIGIN.c.key, _ORIGIN.c.id).where(_ORIGIN.c.key.in_(one_of("keys")))
_MOVE = (
    update(_PLACE)
    .where(_PLACE.c.batch_id == bindparam("moved"))
    .values({column.key: bindparam(column.key) for column in _PLACE.columns if column.key != "batch_id"})
)


def append_event(session: Session, row: EventRow) -> None:
    """Insert the event; its seq is set on the row, which stays outside the session."""
    append_events(session, [row])


def append_events(session: Session, rows: Sequence[EventRow]) -> None:
    """Insert events in this order; each row learns its seq."""
    values = [{name: getattr(row, name) for name in _EVENT_COLUMNS} for row in rows]
    seqs = {event_id: seq for seq, event_id in session.connection().execute(_INSERT_EVENT, values)}
    for row in rows:
        row.seq = seqs[row.id]


def append_private(session: Session, salted: Mapping[str, Mapping[str, tuple[str, str]]]) -> None:
    """Erasable rows: event id → kind → (salt, text)."""
    append(
        session,
        EventPrivateRow,
        [
            {"event_id": event_id, "kind": kind, "salt": salt, "value": value}
            for event_id, texts in salted.items()
            for kind, (salt, value) in texts.items()
        ],
    )


@dataclass(frozen=True, kw_only=True)
class Booked:
    """A decision on its way to the shelf, with the seq of its event and the registry codes of its new batches.

    `event`: where and when it counts; a reversal counts where its target does.
    """

    seq: int
    event: Happening
    decision: Decision
    codes: Mapping[str, str]
    arrivals: Mapping[str, date | None]
    """batch → since when it lies where the event puts it"""
    reverses_seq: int | None = None


def append_decisions(session: Session, booked: Sequence[Booked]) -> None:
    """Batches, codes, touched batches, edges, entries with their postings and origins, and the new places.

    Several events at once must not touch one batch twice.
    """
    _append_batches(session, booked)
    _bind_codes(session, booked)
    _append_moves(session, booked)
    append(
        session, BatchEdgeRow, [{"seq": each.seq, **asdict(edge)} for each in booked for edge in each.decision.edges]
    )
    _append_entries(session, [each for each in booked if each.decision.postings])


def _append_batches(session: Session, booked: Sequence[Booked]) -> None:
    append(
        session,
        BatchRow,
        [
            {
                "id": batch.id,
                "stream": batch.stream,
                "product": batch.product,
                "producer_id": batch.producer_id,
                "created_seq": each.seq,
            }
            for each in booked
            for batch in each.decision.new
        ],
    )


def _bind_codes(session: Session, booked: Sequence[Booked]) -> None:
    """Names of new batches: the registry code (batch id → code) and any other code they came with."""
    rows = [
        {"batch_id": batch.id, "container_id": None, "scheme": scheme, "value": value, "bound_seq": each.seq}
        for each in booked
        for batch in each.decision.new
        for scheme, value in [
            *([("registry", each.codes[batch.id])] if batch.id in each.codes else []),
            *((code.scheme, normalise(code.value)) for code in batch.codes),
        ]
    ]
    append(session, BatchCodeRow, rows)


def _append_moves(session: Session, booked: Sequence[Booked]) -> None:
    """The batches an event touched, and where each one now is."""
    moves = [(each.seq, move, each.arrivals[move.batch_id]) for each in booked for move in each.decision.moves]
    append(
        session,
        EventBatchRow,
        [
            {
                "seq": seq,
                "batch_id": move.batch_id,
                "role": move.role,
                "before": place_json(move.before),
                "after": place_json(move.after, move.mass_g),
                "arrived_on": day,
            }
            for seq, move, day in moves
        ],
    )
    append(session, BatchPlaceRow, [_place_values(*each) for each in moves if each[1].before is None])
    for seq, move, day in moves:
        if move.before is not None:
            values = _place_values(seq, move, day)
            ask(session, _MOVE, moved=values.pop("batch_id"), **values)


def _place_values(seq: int, move: Move, arrived_on: date | None) -> dict[str, Any]:
    stored = {"mass_g": move.mass_g, "last_seq": seq, "arrived_on": arrived_on}
    return {"batch_id": move.batch_id, **asdict(move.after), **stored}


def place_json(place: Place | None, mass_g: int | None = None) -> str:
    """A place as JSON text; empty for None."""
    if place is None:
        return ""
    facts = {name: value for name, value in asdict(place).items() if value not in (None, False)}
    if mass_g is not None:
        facts["mass_g"] = mass_g
    return json.dumps(facts, sort_keys=True, separators=(",", ":"))


def place_from_json(text: str) -> tuple[Place | None, int]:
    """The inverse of `place_json`: the place, and the book mass where it was written (else 0)."""
    if not text:
        return None, 0
    facts = json.loads(text)
    mass_g = facts.pop("mass_g", 0)
    return Place(**facts), mass_g


def _append_entries(session: Session, booked: Sequence[Booked]) -> None:
    """Entries with their postings and origin rows, and the cells they are summed in."""
    append(session, EntryRow, [{"seq": each.seq, "reverses_seq": each.reverses_seq} for each in booked])
    ids = _origin_ids(session, [posting for each in booked for posting in each.decision.postings])
    streams = _streams(session, booked)
    lines, parts, sums = [], [], Sums()
    for each in booked:
        for line, posting in enumerate(each.decision.postings):
            shares = [(ids[origin.key], amount) for origin, amount in posting.origins.items()]
            stream, reverses = streams[posting.batch_id], each.reverses_seq is not None
            sums.add(each.event, posting, shares, stream=stream, reverses=reverses)
            lines.append(
                {
                    "seq": each.seq,
                    "line": line,
                    "account": posting.account,
                    "site_id": posting.site_id,
                    "batch_id": posting.batch_id,
                    "substance": posting.substance,
                    "amount": posting.amount,
                }
            )
            parts += [
                {"seq": each.seq, "line": line, "origin_id": origin_id, "amount": amount}
                for origin_id, amount in shares
            ]
    append(session, PostingRow, lines)
    append(session, PostingOriginRow, parts)
    sums.write(session)


def _streams(session: Session, booked: Sequence[Booked]) -> dict[str, str]:
    """Batch → stream, of every batch posted to."""
    found = {batch.id: batch.stream for each in booked for batch in each.decision.new}
    older = {posting.batch_id for each in booked for posting in each.decision.postings} - set(found)
    if older:
        found |= {row.id: row.stream for row in ask(session, _STREAMS, ids=sorted(older))}
    return found


def _origin_ids(session: Session, postings: Iterable[Posting]) -> dict[str, int]:
    """Ids of the origins used; those not met before are added (two writers may race: the key is unique)."""
    wanted = {origin.key: origin for posting in postings for origin in posting.origins}
    if not wanted:
        return {}
    found = _known_origins(session, wanted)
    missing = sorted(set(wanted) - set(found))
    if missing:
        rows = [
            {
                "key": key,
                "kind": wanted[key].kind,
                "stream": wanted[key].stream or None,
                "product": wanted[key].product or None,
                "producer_id": wanted[key].producer_id or None,
                "division_code": wanted[key].division_code or None,
                "month": wanted[key].month or None,
            }
            for key in missing
        ]
        if session.get_bind().dialect.name == "postgresql":
            # Two lists that bring the same new origins in different order would wait for each other's rows.
            session.execute(select(func.pg_advisory_xact_lock(_NEW_ORIGINS)))
        session.execute(_insert_new(session, OriginRow, "key"), rows)
        found |= _known_origins(session, missing)
    return found


def _known_origins(session: Session, keys: Collection[str]) -> dict[str, int]:
    return {row.key: row.id for row in ask(session, _ORIGINS, keys=list(keys))}


def _insert_new(session: Session, row: type[Any], key: str) -> Insert:
    """An INSERT that leaves a row already there alone."""
    if session.get_bind().dialect.name == "sqlite":
        return insert_sqlite(row).on_conflict_do_nothing(index_elements=[key])
    return insert_postgresql(row).on_conflict_do_nothing(index_elements=[key])


def add_issued_codes(session: Session, codes: Collection[str]) -> None:
    """Remember codes drawn for batches, so that they are never drawn again."""
    append(session, IssuedCodeRow, [{"code": code, "roll_id": None} for code in codes])


def add_container(
    session: Session, seq: int, *, container_id: str, organisation_id: str, code: str, at: datetime
) -> None:
    """A pre-issued code becomes a container."""
    session.execute(insert(ContainerRow).values(id=container_id, organisation_id=organisation_id, created_at_utc=at))
    session.execute(
        insert(BatchCodeRow).values(container_id=container_id, scheme="registry", value=code, bound_seq=seq)
    )


def release_codes(session: Session, seq: int, batch_ids: Collection[str], *, registry_too: bool) -> None:
    """Codes of batches that have wholly left are free again; the registry code stays, unless the batch is void."""
    if not batch_ids:
        return
    query = update(BatchCodeRow).where(BatchCodeRow.batch_id.in_(batch_ids), BatchCodeRow.released_seq.is_(None))
    if not registry_too:
        query = query.where(BatchCodeRow.scheme != "registry")
    session.execute(query.values(released_seq=seq).execution_options(synchronize_session=False))


def rebind_codes(session: Session, batch_ids: Collection[str], *, released_seq: int) -> None:
    """Codes that a reversed event had released name their batches again (refused by the index where taken since)."""
    if batch_ids:
        session.execute(
            update(BatchCodeRow)
            .where(BatchCodeRow.batch_id.in_(batch_ids), BatchCodeRow.released_seq == released_seq)
            .values(released_seq=None)
            .execution_options(synchronize_session=False)
        )
