"""Reading the mass ledger: balances as sums of postings, and the lines of one entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, true
from sqlalchemy.orm import Session

from registry.domain.divisions import descendants
from registry.domain.parties import Actor
from registry.domain.refusals import Refusal
from registry.domain.substances import substance
from registry.services.events import event_row, share
from registry.services.inventory import PAGE, PAGE_MOST, Page
from registry.services.sights import Whereabouts, whereabouts
from registry.store import ledger_queries


@dataclass(frozen=True, kw_only=True)
class Balance:
    """The sum of one account at one site, by stream and substance. `unit` g or Wh."""

    account: str
    site: Whereabouts
    stream: str
    substance: str
    unit: str
    amount: int


@dataclass(frozen=True, kw_only=True)
class Line:
    """One posting of an entry."""

    line: int
    account: str
    site: Whereabouts
    batch_id: str
    substance: str
    unit: str
    amount: int


@dataclass(frozen=True, kw_only=True)
class Entry:
    """The entry of one event: its lines sum to zero for every substance."""

    event_id: str
    seq: int
    reverses_seq: int | None
    lines: tuple[Line, ...]


def balances(
    session: Session,
    *,
    actor: Actor,
    account: str | None = None,
    site_id: str | None = None,
    substance_code: str | None = None,
    stream: str | None = None,
    after: tuple[str, ...] | None = None,
    limit: int = PAGE,
) -> Page[Balance]:
    """Sums that are not zero at the actor's sites (a regulator: of its division), by account, site, stream, substance.

    Refusals: unknown_substance, cursor_malformed.
    """
    wanted = None if substance_code is None else substance(substance_code).code
    conditions = [
        _own(actor),
        *ledger_queries.having(account=account, site_id=site_id, substance=wanted, stream=stream),
    ]
    size = min(max(limit, 1), PAGE_MOST)
    rows = ledger_queries.balances(session, conditions=conditions, after=_key(after), limit=size + 1)
    more = rows[size:]
    found = _balances(session, rows[:size])
    last = rows[size - 1] if more else None
    return Page(
        items=found,
        next_key=None if last is None else (last.account, last.site_id, last.stream, last.substance),
    )


def _own(actor: Actor) -> ColumnElement[bool]:
    if actor.role == "administrator":
        return true()
    if actor.role == "regulator" and actor.division_code is not None:
        return ledger_queries.within(descendants(actor.division_code))
    return false() if actor.organisation_id is None else ledger_queries.at_organisation(actor.organisation_id)


def _key(after: tuple[str, ...] | None) -> tuple[str, str, str, str] | None:
    if after is None:
        return None
    try:
        account, site_id, stream, substance_code = after
    except ValueError:
        raise Refusal("cursor_malformed") from None
    return account, site_id, stream, substance_code


def _balances(session: Session, rows: Sequence[ledger_queries.Balance]) -> tuple[Balance, ...]:
    sites = whereabouts(session, {row.site_id for row in rows})
    return tuple(
        Balance(
            account=row.account,
            site=sites[row.site_id],
            stream=row.stream,
            substance=row.substance,
            unit=substance(row.substance).unit,
            amount=row.amount,
        )
        for row in rows
    )


def entry(session: Session, *, actor: Actor, event_id: str) -> Entry:
    """The entry of an event the actor may read. Refusal `not_found`, also where the event posted nothing."""
    event = event_row(session, actor=actor, event_id=event_id)
    found = ledger_queries.entry(session, event.seq)
    if found is None:
        raise Refusal("not_found", what="entry")
    shared = share(session, actor=actor, row=event)
    rows = [row for row in ledger_queries.postings(session, event.seq) if shared is None or row.batch_id in shared]
    sites = whereabouts(session, {row.site_id for row in rows})
    return Entry(
        event_id=event.id,
        seq=event.seq,
        reverses_seq=found.reverses_seq,
        lines=tuple(
            Line(
                line=row.line,
                account=row.account,
                site=sites[row.site_id],
                batch_id=row.batch_id,
                substance=row.substance,
                unit=substance(row.substance).unit,
                amount=row.amount,
            )
            for row in rows
        ),
    )
