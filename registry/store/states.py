"""Loading what a decision needs: events by id, sites, references, and batches with what they hold, locked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select, union_all
from sqlalchemy.orm import Session

from registry.domain.case import SiteFacts
from registry.domain.ledger import HOLDING_ACCOUNTS, BatchState, Place
from registry.domain.origins import origin_from_key
from registry.store.batches import BatchCodeRow, BatchPlaceRow, BatchRow, ContainerRow
from registry.store.events import EventRow
from registry.store.ledger import PostingRow
from registry.store.origins import OriginRow, PostingOriginRow
from registry.store.parties import CodeRollRow, IssuedCodeRow, LicenceRow, OrganisationRow, SiteRow
from registry.store.statements import ask, one_of, table

_ACCOUNTS = tuple(HOLDING_ACCOUNTS.values())
_AT_ONCE = 5_000
"""engines bound the parameters of one statement"""
_EVENT, _SITE, _ORGANISATION = table(EventRow), table(SiteRow), table(OrganisationRow)
_BATCH, _PLACE, _CODE = table(BatchRow), table(BatchPlaceRow), table(BatchCodeRow)
_CONTAINER, _ISSUED = table(ContainerRow), table(IssuedCodeRow)
_POSTING, _PART, _ORIGIN = table(PostingRow), table(PostingOriginRow), table(OriginRow)

_KNOWN = select(_EVENT.c.id).where(_EVENT.c.id.in_(one_of("ids")))
_SITES = (
    select(_SITE.c.id, _SITE.c.organisation_id, _SITE.c.division_code, _SITE.c.closed_at_utc, _ORGANISATION.c.kind)
    .join_from(_SITE, _ORGANISATION, _ORGANISATION.c.id == _SITE.c.organisation_id)
    .where(_SITE.c.id.in_(one_of("ids")))
)
_NAMED = (
    select(_CODE.c.value, _CODE.c.batch_id, _CODE.c.container_id, _CODE.c.released_seq)
    .where(_CODE.c.value.in_(one_of("given")))
    .order_by(_CODE.c.bound_seq)
)
_LIVE = select(_CODE.c.value, _CODE.c.scheme, _CODE.c.batch_id).where(
    _CODE.c.value.in_(one_of("given")), _CODE.c.released_seq.is_(None)
)
_ISSUED_AMONG = select(_ISSUED.c.code).where(_ISSUED.c.code.in_(one_of("codes")))
_ROLL = table(CodeRollRow)
_HANDED = (
    select(_ISSUED.c.code, _SITE.c.organisation_id)
    .select_from(
        _ISSUED.outerjoin(_ROLL, _ROLL.c.id == _ISSUED.c.roll_id).outerjoin(_SITE, _SITE.c.id == _ROLL.c.site_id)
    )
    .where(_ISSUED.c.code.in_(one_of("codes")))
)
_TAKEN = union_all(
    select(_BATCH.c.id).where(_BATCH.c.id.in_(one_of("ids"))),
    select(_CONTAINER.c.id).where(_CONTAINER.c.id.in_(one_of("ids"))),
)
_CONTAINERS = select(_CONTAINER.c.id).where(_CONTAINER.c.id.in_(one_of("ids")))
_LOCKED = (
    select(_PLACE, _BATCH.c.stream, _BATCH.c.product, _BATCH.c.producer_id)
    .join_from(_PLACE, _BATCH, _BATCH.c.id == _PLACE.c.batch_id)
    .where(_PLACE.c.batch_id.in_(one_of("ids")))
    .order_by(_PLACE.c.batch_id)
    .with_for_update(of=_PLACE)
)
_HELD = (
    select(
        _POSTING.c.batch_id,
        _POSTING.c.account,
        _POSTING.c.site_id,
        _POSTING.c.substance,
        _ORIGIN.c.key,
        func.sum(_PART.c.amount).label("grams"),
    )
    .join_from(_POSTING, _PART, (_PART.c.seq == _POSTING.c.seq) & (_PART.c.line == _POSTING.c.line))
    .join(_ORIGIN, _ORIGIN.c.id == _PART.c.origin_id)
    # The accounts are chosen below: said here, SQLite looks a single batch up by account, through the whole ledger.
    .where(_POSTING.c.batch_id.in_(one_of("ids")))
    .group_by(_POSTING.c.batch_id, _POSTING.c.account, _POSTING.c.site_id, _POSTING.c.substance, _ORIGIN.c.key)
    .having(func.sum(_PART.c.amount) != 0)
)


@dataclass(frozen=True, kw_only=True)
class Named:
    """What a code names: a batch or a container; `live` False when the code was given up since."""

    batch_id: str | None
    container_id: str | None
    live: bool


def event_by_id(session: Session, event_id: str) -> EventRow | None:
    """The event with this client-made id."""
    return session.scalars(select(EventRow).where(EventRow.id == event_id)).first()


def known_events(session: Session, event_ids: Collection[str]) -> set[str]:
    """Which of the ids are known."""
    if not event_ids:
        return set()
    return set(ask(session, _KNOWN, ids=list(event_ids)).scalars())


def sites(session: Session, site_ids: Collection[str]) -> dict[str, tuple[SiteFacts, bool]]:
    """Facts of sites, and whether each is closed."""
    rows = ask(session, _SITES, ids=list(site_ids))
    return {
        row.id: (
            SiteFacts(
                id=row.id,
                organisation_id=row.organisation_id,
                division_code=row.division_code,
                organisation_kind=row.kind,
            ),
            row.closed_at_utc is not None,
        )
        for row in rows
    }


def organisation_exists(session: Session, organisation_id: str) -> bool:
    """Whether there is such an organisation."""
    return session.execute(select(OrganisationRow.id).where(OrganisationRow.id == organisation_id)).first() is not None


def licences(session: Session, site_id: str) -> list[LicenceRow]:
    """All licences of a site."""
    return list(session.scalars(select(LicenceRow).where(LicenceRow.site_id == site_id)))


def named(session: Session, values: Collection[str]) -> dict[str, Named]:
    """What each code names: the live binding if there is one, else the latest that was given up."""
    if not values:
        return {}
    wanted = sorted(values)
    rows = [
        row
        for start in range(0, len(wanted), _AT_ONCE)
        for row in ask(session, _NAMED, given=wanted[start : start + _AT_ONCE])
    ]
    out: dict[str, Named] = {}
    for value, batch_id, container_id, released in rows:
        found = Named(batch_id=batch_id, container_id=container_id, live=released is None)
        if found.live or value not in out or not out[value].live:
            out[value] = found
    return out


def live_codes(session: Session, values: Collection[str], *, but_of: Collection[str] = ()) -> set[str]:
    """Which of the values name something live, in whatever scheme; `but_of`: batches whose own names do not count."""
    if not values:
        return set()
    rows = ask(session, _LIVE, given=list(values))
    return {value for value, scheme, batch_id in rows if scheme == "registry" or batch_id not in but_of}


def released_codes(session: Session, batch_ids: Collection[str], *, seq: int) -> set[str]:
    """The codes these batches gave up in an event."""
    return set(
        session.scalars(
            select(BatchCodeRow.value).where(BatchCodeRow.batch_id.in_(batch_ids), BatchCodeRow.released_seq == seq)
        )
    )


def issued(session: Session, codes: Collection[str]) -> set[str]:
    """Which registry codes were ever drawn here."""
    if not codes:
        return set()
    return set(ask(session, _ISSUED_AMONG, codes=list(codes)).scalars())


def handed_to(session: Session, codes: Collection[str]) -> dict[str, str | None]:
    """The registry codes among these that were ever drawn here → the organisation their roll was handed to, if any."""
    if not codes:
        return {}
    return {row.code: row.organisation_id for row in ask(session, _HANDED, codes=list(codes))}


def taken_ids(session: Session, ids: Collection[str]) -> set[str]:
    """Which ids name a batch or a container."""
    if not ids:
        return set()
    return set(ask(session, _TAKEN, ids=list(ids)).scalars())


def containers(session: Session, container_ids: Collection[str]) -> set[str]:
    """Which ids are containers."""
    if not container_ids:
        return set()
    return set(ask(session, _CONTAINERS, ids=list(container_ids)).scalars())


def carried(session: Session, container_ids: Collection[str]) -> dict[str, list[str]]:
    """Ids of the batches in each container, sorted; the containers are locked, so that nobody fills them meanwhile."""
    out: dict[str, list[str]] = {container_id: [] for container_id in container_ids}
    if out:
        wanted = select(ContainerRow.id).where(ContainerRow.id.in_(container_ids)).order_by(ContainerRow.id)
        session.execute(wanted.with_for_update()).all()
        rows = session.execute(
            select(BatchPlaceRow.container_id, BatchPlaceRow.batch_id)
            .where(BatchPlaceRow.container_id.in_(container_ids))
            .order_by(BatchPlaceRow.batch_id)
        )
        for container_id, batch_id in rows:
            out[container_id or ""].append(batch_id)
    return out


def place_of(row: BatchPlaceRow | Row[Any]) -> Place:
    """The place as a value."""
    return Place(
        status=row.status,
        site_id=row.site_id,
        holder_id=row.holder_id,
        to_site_id=row.to_site_id,
        container_id=row.container_id,
        fit=row.fit,
    )


def lock(session: Session, batch_ids: Iterable[str]) -> None:
    """Lock the place rows of batches in id order, as `load` does, without reading what they hold."""
    wanted = sorted(set(batch_ids))
    for start in range(0, len(wanted), _AT_ONCE):
        session.execute(
            select(BatchPlaceRow.batch_id)
            .where(BatchPlaceRow.batch_id.in_(wanted[start : start + _AT_ONCE]))
            .order_by(BatchPlaceRow.batch_id)
            .with_for_update()
        ).all()


def load(session: Session, batch_ids: Iterable[str]) -> dict[str, BatchState]:
    """Batches with place and holdings by origin, their place rows locked in id order; unknown ids are absent.

    The lock is what keeps two people from spending one batch: PostgreSQL holds the rows, SQLite the whole file
    since the transaction began by writing.
    """
    wanted = sorted(set(batch_ids))
    if not wanted:
        return {}
    states = {}
    for row in ask(session, _LOCKED, ids=wanted):
        states[row.batch_id] = BatchState(
            id=row.batch_id,
            stream=row.stream,
            product=row.product,
            producer_id=row.producer_id,
            place=place_of(row),
            holding_site_id=row.site_id,
            arrived_on=row.arrived_on,
        )
    _fill(session, states)
    return states


def _fill(session: Session, states: dict[str, BatchState]) -> None:
    rows = ask(session, _HELD, ids=list(states))
    holdings: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for batch_id, account, site_id, substance, key, grams in rows:
        if account not in _ACCOUNTS:
            continue
        state = states[batch_id]
        state.holding.setdefault(substance, {})[origin_from_key(key)] = int(grams)
        state.holding_site_id = site_id
        holdings[batch_id].add((account, site_id))
    for batch_id, where in holdings.items():
        if len(where) > 1:
            raise AssertionError(f"batch {batch_id} is held in two places: {sorted(where)}")
