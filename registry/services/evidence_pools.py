"""What evidence there is: grams that licensed plants posted to outcomes, by pool, and what is left of them.

Counted is what a process posted whose licence was in force on its day; pseudo-origins never. Grams of a known producer
lie in that producer's pool. What comes back from a second life is withdrawn where no note stands on it, and whatever
is made of it afterwards earns nothing again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from registry.domain.divisions import descendants
from registry.domain.evidence import AVAILABLE, GONE, RING_FENCED, Balance, Pool
from registry.domain.parties import Actor
from registry.domain.periods import Period, local_date, month_of, parse_period
from registry.domain.refusals import Refusal
from registry.services.licences import ANY
from registry.store import evidence_queries as queries
from registry.store.evidence_queries import Posted
from registry.store.parties import LicenceRow

_LONGEST_DAYS: Final = 366


@dataclass(frozen=True, kw_only=True)
class Backing:
    """Grams of a batch that count in a pool, and the event that made them. `licensed` False: they do not."""

    pool: Pool
    event_id: str
    batch_id: str
    grams: int
    licensed: bool


@dataclass(frozen=True, kw_only=True)
class PoolBalance:
    """A pool with what is left of it."""

    pool: Pool
    balance: Balance
    unlicensed_g: int


def backing(
    session: Session,
    site_ids: Collection[str],
    period: Period,
    *,
    stream: str | None = None,
    outcome: str | None = None,
) -> tuple[Backing, ...]:
    """Everything that counts or would count, in the order of the ledger; what was taken back stands negative."""
    made = queries.processed(
        session,
        site_ids=site_ids,
        start_at_utc=period.start_at_utc,
        end_at_utc=period.end_at_utc,
        stream=stream,
        outcome=outcome,
    )
    if not made:
        return ()
    barred = queries.second_time(session)
    licences = queries.licences(session, site_ids)
    found = [
        Backing(
            pool=_pool(each),
            event_id=each.event_id,
            batch_id=each.batch_id,
            grams=each.grams,
            licensed=_licensed(licences, each),
        )
        for each in made
        if each.batch_id not in barred
    ]
    return (*found, *_withdrawn(session, found))


def _pool(posted: Posted) -> Pool:
    return Pool(
        site_id=posted.site_id,
        stream=posted.stream,
        outcome=posted.outcome,
        month=month_of(posted.occurred_at),
        producer_id=posted.producer_id,
    )


def _licensed(licences: Sequence[LicenceRow], posted: Posted) -> bool:
    process = json.loads(posted.body)["details"]["process"]
    on = local_date(posted.occurred_at)
    return any(
        each.site_id == posted.site_id and each.process in (ANY, process) and _covers(each, on) for each in licences
    )


def _covers(licence: LicenceRow, on: date) -> bool:
    return licence.valid_from <= on and (licence.valid_to is None or on < licence.valid_to)


def _withdrawn(session: Session, made: Sequence[Backing]) -> list[Backing]:
    """What came back, in the pool it was counted in: that of the batch, not that of the day it came back."""
    lives = [each for each in made if each.pool.outcome in ("cascade", "reuse")]
    of_batch = {(each.batch_id, each.pool.stream, each.pool.producer_id): each for each in lives}
    return [
        Backing(
            pool=at.pool,
            event_id=each.event_id,
            batch_id=each.batch_id,
            grams=each.grams,
            licensed=at.licensed,
        )
        for each in queries.taken_back(session, {each.batch_id for each in lives})
        if (at := of_batch.get((each.batch_id, each.stream, each.producer_id))) is not None
    ]


def balances(
    session: Session, site_ids: Collection[str], period: Period, *, stream: str | None = None
) -> list[PoolBalance]:
    """All pools of these plants in a period in which something was counted or taken, ordered by their fields."""
    found = backing(session, site_ids, period, stream=stream)
    booked = {
        pool: sums
        for pool, sums in queries.sums_by_pool(session, site_ids).items()
        if _within(pool, period) and stream in (None, pool.stream)
    }
    counted, withdrawn, unlicensed = _counted(found)
    pools = {*counted, *booked, *unlicensed}
    return [
        PoolBalance(
            pool=pool,
            balance=_balance(counted[pool], withdrawn[pool], booked.get(pool, {})),
            unlicensed_g=unlicensed[pool],
        )
        for pool in sorted(
            pools, key=lambda each: (each.month, each.site_id, each.stream, each.outcome, each.producer_id)
        )
    ]


def pools(session: Session, *, actor: Actor, period: Period, stream: str | None = None) -> list[PoolBalance]:
    """Those the actor may see: a plant its own, a producer what is its own anywhere, a regulator its division's.

    Refusal: period_too_long, above a year.
    """
    if period.days > _LONGEST_DAYS:
        raise Refusal("period_too_long", months=len(period.months()))
    found = balances(session, queries.sites_of(session, **_sites_seen(actor)), period, stream=stream)
    if actor.role in ("producer", "pro"):
        return [each for each in found if each.pool.producer_id == actor.organisation_id]
    return found


def _sites_seen(actor: Actor) -> dict[str, Any]:
    if actor.role in ("producer", "pro", "administrator"):
        return {}
    if actor.role == "regulator":
        return {"division_codes": descendants(actor.division_code) if actor.division_code else frozenset()}
    return {"organisation_id": actor.organisation_id or ""}


def behind(session: Session, pool: Pool) -> list[tuple[Backing, str | None]]:
    """The batches and events a pool is counted from, each with its registry code."""
    found = [
        each
        for each in backing(session, [pool.site_id], parse_period(pool.month), stream=pool.stream, outcome=pool.outcome)
        if each.pool == pool and each.licensed
    ]
    codes = queries.registry_codes(session, {each.batch_id for each in found})
    return [(each, codes.get(each.batch_id)) for each in found]


def balance(session: Session, pool: Pool) -> Balance:
    """What is left of one pool. Read under `lock_site` by whoever takes from it."""
    found = backing(session, [pool.site_id], parse_period(pool.month), stream=pool.stream, outcome=pool.outcome)
    counted, withdrawn, _ = _counted(found)
    return _balance(counted[pool], withdrawn[pool], queries.sums(session, pool))


def _counted(found: Sequence[Backing]) -> tuple[Counter[Pool], Counter[Pool], Counter[Pool]]:
    counted: Counter[Pool] = Counter()
    withdrawn: Counter[Pool] = Counter()
    unlicensed: Counter[Pool] = Counter()
    for each in found:
        if not each.licensed:
            unlicensed[each.pool] += each.grams
        elif each.grams < 0:
            withdrawn[each.pool] -= each.grams
        else:
            counted[each.pool] += each.grams
    return counted, withdrawn, unlicensed


def _balance(counted_g: int, withdrawn_g: int, booked: Mapping[str, int]) -> Balance:
    """Lines of a pool sum to what was released into it or out of it: that counts where it now lies."""
    given_g = sum(booked.values())
    gone_g = sum(booked.get(account, 0) for account in GONE)
    assert set(booked) <= {AVAILABLE, RING_FENCED, *GONE}  # noqa: S101  # an account nobody knows would be lost grams
    return Balance(
        counted_g=counted_g + given_g,
        withdrawn_g=withdrawn_g,
        ring_fenced_g=booked.get(RING_FENCED, 0),
        gone_g=gone_g,
    )


def _within(pool: Pool, period: Period) -> bool:
    month = parse_period(pool.month)
    return period.start <= month.start and month.end <= period.end
