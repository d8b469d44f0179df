"""Questions about batches, their names and their places: plain functions, rows in and out, no rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import False_

from registry.store.batches import BatchCodeRow, BatchPlaceRow, BatchRow, ContainerRow
from registry.store.events import EventBatchRow, EventRow
from registry.store.parties import CodeRollRow, IssuedCodeRow, OrganisationRow, SiteRow
from registry.store.statements import ask, table

Held = tuple[BatchRow, BatchPlaceRow]
Located = tuple[SiteRow, OrganisationRow]


def batch(session: Session, batch_id: str) -> Held | None:
    """The batch and its place, or None."""
    found = session.execute(_HELD_BY_ID, {"wanted": batch_id}).first()
    return None if found is None else (found[0], found[1])


def batches(session: Session, batch_ids: Collection[str]) -> dict[str, Held]:
    """Batches and places by id; unknown ids are absent."""
    rows = session.execute(_HELD.where(BatchRow.id.in_(batch_ids)))
    return {row[0].id: (row[0], row[1]) for row in rows}


_HELD: Select[BatchRow, BatchPlaceRow] = select(BatchRow, BatchPlaceRow).join(
    BatchPlaceRow, BatchPlaceRow.batch_id == BatchRow.id
)
_HELD_BY_ID = _HELD.where(BatchRow.id == bindparam("wanted"))
_CODE, _BATCH, _PLACE = table(BatchCodeRow), table(BatchRow), table(BatchPlaceRow)
_NAMED = (
    select(
        _CODE.c.value,
        _CODE.c.batch_id,
        _CODE.c.container_id,
        _CODE.c.released_seq,
        _BATCH.c.stream,
        _PLACE.c.status,
    )
    .select_from(
        _CODE.outerjoin(_BATCH, _BATCH.c.id == _CODE.c.batch_id).outerjoin(
            _PLACE, _PLACE.c.batch_id == _CODE.c.batch_id
        )
    )
    .where(_CODE.c.value.in_([bindparam("typed"), bindparam("normalised")]))
    .order_by(_CODE.c.released_seq.is_not(None), _CODE.c.bound_seq.desc(), _CODE.c.id.desc())
    .limit(1)
)


def names_of(session: Session, batch_ids: Collection[str]) -> dict[str, list[BatchCodeRow]]:
    """Every code that names or named each batch, in the order they were bound."""
    found: dict[str, list[BatchCodeRow]] = defaultdict(list)
    query = select(BatchCodeRow).where(BatchCodeRow.batch_id.in_(batch_ids)).order_by(BatchCodeRow.id)
    for row in session.scalars(query):
        found[row.batch_id or ""].append(row)
    return dict(found)


def container_codes(session: Session, container_ids: Collection[str]) -> dict[str, str]:
    """The registry code each container carries now."""
    query = select(BatchCodeRow.container_id, BatchCodeRow.value).where(
        BatchCodeRow.container_id.in_(container_ids),
        BatchCodeRow.scheme == "registry",
        BatchCodeRow.released_seq.is_(None),
    )
    return {container: value for container, value in session.execute(query) if container is not None}


def named(session: Session, *, typed: str, normalised: str) -> Row[Any] | None:
    """What either spelling names (value, batch_id, container_id, released_seq, and of a batch its stream and status):
    the live name first, else the latest that was given up.
    """
    found: Row[Any] | None = ask(session, _NAMED, typed=typed, normalised=normalised).first()
    return found


def issued(session: Session, code: str) -> tuple[str, str | None] | None:
    """A registry code that was drawn, with the site its roll was handed to (None: drawn for a batch)."""
    query = (
        select(IssuedCodeRow.code, CodeRollRow.site_id)
        .outerjoin(CodeRollRow, CodeRollRow.id == IssuedCodeRow.roll_id)
        .where(IssuedCodeRow.code == code)
    )
    found = session.execute(query).first()
    return None if found is None else (found[0], found[1])


def container(session: Session, container_id: str) -> ContainerRow | None:
    """The container with this id."""
    return session.get(ContainerRow, container_id)


def contained(session: Session, container_id: str) -> Sequence[str]:
    """Ids of the batches a container carries now."""
    query = select(BatchPlaceRow.batch_id).where(BatchPlaceRow.container_id == container_id)
    return session.scalars(query.order_by(BatchPlaceRow.batch_id)).all()


def sites(session: Session, site_ids: Collection[str]) -> dict[str, Located]:
    """Sites with the organisations that run them, by site id."""
    query = (
        select(SiteRow, OrganisationRow)
        .join(OrganisationRow, OrganisationRow.id == SiteRow.organisation_id)
        .where(SiteRow.id.in_(site_ids))
    )
    return {row[0].id: (row[0], row[1]) for row in session.execute(query)}


def organisations(session: Session, organisation_ids: Collection[str]) -> dict[str, OrganisationRow]:
    """Organisations by id."""
    query = select(OrganisationRow).where(OrganisationRow.id.in_(organisation_ids))
    return {row.id: row for row in session.scalars(query)}


def page(
    session: Session,
    *,
    conditions: Sequence[ColumnElement[bool]],
    after: tuple[int, str] | None,
    limit: int,
) -> Sequence[Held]:
    """Batches most recently touched first; `after` is the (last_seq, id) of the last one seen."""
    query = _HELD.where(*conditions)
    if after is not None:
        seq, batch_id = after
        query = query.where(
            or_(
                BatchPlaceRow.last_seq < seq,
                and_(BatchPlaceRow.last_seq == seq, BatchPlaceRow.batch_id > batch_id),
            )
        )
    query = query.order_by(BatchPlaceRow.last_seq.desc(), BatchPlaceRow.batch_id).limit(limit)
    return [(row[0], row[1]) for row in session.execute(query)]


def held_by(organisation_id: str) -> ColumnElement[bool]:
    """Condition: the organisation answers for the batch now."""
    return BatchPlaceRow.holder_id == organisation_id


def touched_within(division_codes: Collection[str]) -> ColumnElement[bool]:
    """Condition: an event at a site of these divisions touched it, or it travels to one."""
    sites_there = select(SiteRow.id).where(SiteRow.division_code.in_(division_codes))
    return or_(BatchPlaceRow.to_site_id.in_(sites_there), _touched_where(EventRow.site_id.in_(sites_there)))


def _touched_where(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(EventBatchRow.batch_id == BatchRow.id, EventRow.seq == EventBatchRow.seq, condition)


def among(batch_ids: Select[str]) -> ColumnElement[bool]:
    """Condition: one of a select of batch ids."""
    return BatchRow.id.in_(batch_ids)


def having(*, status: str | None, stream: str | None, site_id: str | None) -> list[ColumnElement[bool]]:
    """Conditions on the place and the stream; None: any. A void batch shows only when it is asked for."""
    wanted = [BatchPlaceRow.status != "void" if status is None else _standing(status)]
    for column, value in ((BatchRow.stream, stream), (BatchPlaceRow.site_id, site_id)):
        if value is not None:
            wanted.append(column == value)
    return wanted


def _standing(status: str) -> ColumnElement[bool]:
    """A second life keeps its status on its way: to people it is in transit all the same."""
    if status == "transit":
        return BatchPlaceRow.to_site_id.is_not(None)
    return and_(BatchPlaceRow.status == status, BatchPlaceRow.to_site_id.is_(None))


def spelled(*, code: str, product: str) -> ColumnElement[bool]:
    """Condition: a code starts with the one, or the product is the other in any case."""
    pattern = code.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    coded = select(BatchCodeRow.batch_id).where(BatchCodeRow.value.like(pattern, escape="\\"))
    return or_(BatchRow.id.in_(coded), func.upper(BatchRow.product) == product.upper())


def to_organisation(organisation_id: str) -> ColumnElement[bool]:
    """Condition: it travels to a site of the organisation (a second life travels in its own status)."""
    own = select(SiteRow.id).where(SiteRow.organisation_id == organisation_id)
    return BatchPlaceRow.to_site_id.in_(own)


def from_organisation(organisation_id: str) -> ColumnElement[bool]:
    """Condition: it travels away from a site of the organisation."""
    return and_(BatchPlaceRow.to_site_id.is_not(None), held_by(organisation_id))


def handled_by(organisation_id: str) -> ColumnElement[bool]:
    """Condition: the organisation holds it, held it, acted on it, or is to receive it."""
    acted = _touched_where(EventRow.organisation_id == organisation_id)
    return or_(held_by(organisation_id), to_organisation(organisation_id), acted)


def produced_by(organisation_id: str) -> ColumnElement[bool]:
    """Condition: the organisation put the product on the market."""
    return BatchRow.producer_id == organisation_id


def matching(session: Session, batch_ids: Collection[str], condition: ColumnElement[bool]) -> set[str]:
    """Which of these batches meet the condition."""
    if isinstance(condition, False_):
        return set()
    query = (
        select(BatchRow.id)
        .join(BatchPlaceRow, BatchPlaceRow.batch_id == BatchRow.id)
        .where(BatchRow.id.in_(batch_ids), condition)
    )
    return set(session.scalars(query))
