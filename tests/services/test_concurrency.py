"""Two people cannot spend one batch: many writers at once, in the same moment, on each engine."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from registry.domain.events import Capture, Collect, Details, Dispatch, Load, OutputLine, Process, ProcessInput, Unload
from registry.domain.identifiers import draw_code
from registry.domain.postings import decide
from registry.services import capture as capture_module
from registry.services.audit import verify
from registry.services.capture import ItemResult, capture_list
from registry.services.transactions import contended, writing
from registry.store import base
from registry.store.base import open_engine
from registry.store.batches import BatchPlaceRow
from registry.store.events import EventRow
from tests.ledgers import NOON, World, an_id, build, issue
from tests.services.invariants import faults

TOGETHER = 8


@pytest.fixture
def crowd(database_url: str) -> Engine:
    """An engine with room for everybody."""
    return open_engine(database_url, pool_size=TOGETHER, max_overflow=TOGETHER)


@pytest.fixture
def world(crowd: Engine) -> Any:
    with Session(crowd) as session:
        yield build(session)
    crowd.dispose()


def command(world: World, who: str, details: Details, *, id: str | None = None) -> Capture:  # noqa: A002
    return Capture(
        id=id or str(uuid.uuid4()),
        kind=type(details).__name__.lower(),
        site_id=world.site(who),
        occurred_at=NOON,
        details=details,
    )


def spend(batch_id: str, mass_g: int) -> Process:
    return Process(
        process="crumb",
        inputs=(ProcessInput(batch=batch_id, mass_g=mass_g),),
        outputs=(OutputLine(mass_g=mass_g, to="recycle"),),
    )


def send(engine: Engine, world: World, who: str, commands: Sequence[Capture]) -> list[ItemResult]:
    """As a door does: one transaction, done again where others were in the way."""
    for _ in range(20):
        try:
            with Session(engine) as session, writing(session):
                results = capture_list(session, actor=world.actors[who], commands=commands, now=NOON)
                session.commit()
                return results
        except DBAPIError as error:
            if not contended(error):
                raise
            time.sleep(0.01)
    raise AssertionError("never got through")


def at_once(work: Sequence[Callable[[], list[ItemResult]]]) -> list[ItemResult]:
    """Everybody starts in the same moment."""
    start = Barrier(len(work))

    def go(each: Callable[[], list[ItemResult]]) -> list[ItemResult]:
        start.wait(timeout=30)
        return each()

    with ThreadPoolExecutor(len(work)) as pool:
        return [result for results in pool.map(go, work) for result in results]


def statuses(results: Sequence[ItemResult]) -> dict[str, int]:
    found = [result.status for result in results]
    return {status: found.count(status) for status in sorted(set(found))}


def collected(world: World, mass_g: int = 1_000, count: int = 1) -> list[str]:
    return [world.batch("plant", "collect", stream="tyre", mass_g=mass_g) for _ in range(count)]


def true(world: World) -> None:
    assert faults(world.session) == []
    assert verify(world.session).differences == ()


def test_a_batch_is_spent_once_however_many_try(crowd: Engine, world: World) -> None:
    (batch_id,) = collected(world)
    tries = [[command(world, "plant", spend(batch_id, 300))] for _ in range(TOGETHER)]
    results = at_once([lambda each=each: send(crowd, world, "plant", each) for each in tries])
    assert statuses(results) == {"created": 3, "rejected": TOGETHER - 3}
    assert {result.refusal.code for result in results if result.refusal} == {"mass_above_holding"}
    true(world)


def test_a_batch_is_dispatched_to_one_place_only(crowd: Engine, world: World) -> None:
    (batch_id,) = collected(world)
    tries = [
        [command(world, "plant", Dispatch(batches=(batch_id,), to_site=world.site(("point", "second")[number % 2])))]
        for number in range(TOGETHER)
    ]
    results = at_once([lambda each=each: send(crowd, world, "plant", each) for each in tries])
    assert statuses(results) == {"created": 1, "rejected": TOGETHER - 1}
    true(world)


def test_one_event_sent_by_many_phones_at_once_is_taken_once(crowd: Engine, world: World) -> None:
    same = command(world, "plant", Collect(stream="tyre", mass_g=5))
    results = at_once([lambda: send(crowd, world, "plant", [same])] * TOGETHER)
    assert statuses(results) == {"created": 1, "exists": TOGETHER - 1}
    assert (
        len({result.receipt for result in results if result.receipt is not None and not result.receipt.findings}) == 1
    )
    assert world.session.scalar(select(func.count()).select_from(EventRow)) == 1
    true(world)


def test_one_spending_sent_by_many_phones_at_once_is_taken_once_and_refused_to_none(
    crowd: Engine, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture_module, "decide", _slowly)
    (batch_id,) = collected(world)
    for details in (spend(batch_id, 600), Dispatch(batches=(batch_id,), to_site=world.site("second"))):
        same = command(world, "plant", details)
        results = at_once([lambda same=same: send(crowd, world, "plant", [same])] * TOGETHER)
        assert statuses(results) == {"created": 1, "exists": TOGETHER - 1}
    true(world)


def test_one_id_with_two_contents_is_taken_once_and_the_rest_is_a_conflict(crowd: Engine, world: World) -> None:
    tries = [
        [command(world, "plant", Collect(stream="tyre", mass_g=number + 1), id=an_id("same"))]
        for number in range(TOGETHER)
    ]
    results = at_once([lambda each=each: send(crowd, world, "plant", each) for each in tries])
    assert statuses(results) == {"conflict": TOGETHER - 1, "created": 1}
    true(world)


@pytest.mark.parametrize("kind", ["load", "unload"])
def test_a_container_is_filled_or_emptied_before_it_leaves_or_not_at_all(
    crowd: Engine, world: World, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    inside, other = collected(world, count=2)
    code = draw_code()
    issue(world.session, code)
    world.do("plant", "load", container=code, batches=(inside,))
    monkeypatch.setattr(capture_module, "decide", _slowly)
    told: Details = Load(container=code, batches=(other,)) if kind == "load" else Unload(container=code)
    away = Dispatch(batches=(code,), to_site=world.site("second"))
    tries = [[command(world, "plant", details)] for details in (told, away)]
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(send, crowd, world, "plant", tries[0])
        time.sleep(0.05)  # while the first one decides
        (left,) = pool.submit(send, crowd, world, "plant", tries[1]).result()
        assert first.result()[0].status == "created"
    assert (left.refusal.code if left.refusal else None) == {"load": None, "unload": "container_empty"}[kind]
    world.session.rollback()
    places = world.session.execute(select(BatchPlaceRow.status).where(BatchPlaceRow.container_id.is_not(None))).all()
    assert len({row.status for row in places}) <= 1
    true(world)


def test_one_label_is_bound_once(crowd: Engine, world: World) -> None:
    code = draw_code()
    issue(world.session, code)
    tries = [[command(world, "plant", Collect(stream="tyre", mass_g=5, code=code))] for _ in range(TOGETHER)]
    results = at_once([lambda each=each: send(crowd, world, "plant", each) for each in tries])
    assert statuses(results) == {"created": 1, "rejected": TOGETHER - 1}
    assert {result.refusal.code for result in results if result.refusal} == {"code_taken"}
    true(world)


def test_lists_that_touch_the_same_batches_in_opposite_order_both_come_through(crowd: Engine, world: World) -> None:
    batches = collected(world, count=6)
    tries = []
    for number in range(TOGETHER):
        order = batches if number % 2 else list(reversed(batches))
        tries.append([command(world, "plant", spend(batch_id, 250)) for batch_id in order])
    results = at_once([lambda each=each: send(crowd, world, "plant", each) for each in tries])
    assert statuses(results) == {"created": 4 * len(batches), "rejected": (TOGETHER - 4) * len(batches)}
    true(world)


def test_new_origins_met_by_many_at_once_are_kept_once(crowd: Engine, world: World) -> None:
    grades = [f"grade {number}" for number in range(6)]
    tries = []
    for number in range(TOGETHER):
        order = grades if number % 2 else list(reversed(grades))
        tries.append([command(world, "plant", Collect(stream="tyre", mass_g=7, product=grade)) for grade in order])
    results = at_once([lambda each=each: send(crowd, world, "plant", each) for each in tries])
    assert statuses(results) == {"created": TOGETHER * len(grades)}
    true(world)


def test_a_writer_that_breaks_lets_the_next_one_in(crowd: Engine, world: World) -> None:
    def breaks() -> list[ItemResult]:
        with pytest.raises(ZeroDivisionError), Session(crowd) as session, writing(session):
            raise ZeroDivisionError
        return []

    writes = [command(world, "plant", Collect(stream="tyre", mass_g=5)) for _ in range(TOGETHER // 2)]
    work = [lambda each=each: send(crowd, world, "plant", [each]) for each in writes]
    assert statuses(at_once([*work, *[breaks] * (TOGETHER // 2)])) == {"created": TOGETHER // 2}


def test_without_the_lock_a_batch_is_overspent_or_writers_fail(
    crowd: Engine, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the tests above would see it."""
    if crowd.dialect.name == "sqlite":
        monkeypatch.setattr(base, "_in_turn", nullcontext)
        event.listen(crowd, "begin", _no_lock_at_begin)
    else:
        event.listen(crowd, "before_cursor_execute", _no_row_lock, retval=True)
    monkeypatch.setattr(capture_module, "decide", _slowly)
    (batch_id,) = collected(world)

    def try_once() -> list[ItemResult]:
        try:
            with Session(crowd) as session, writing(session):
                details = spend(batch_id, 600)
                results = capture_list(
                    session, actor=world.actors["plant"], commands=[command(world, "plant", details)], now=NOON
                )
                session.commit()
                return results
        except DBAPIError:
            return [ItemResult(id="", status="failed")]

    seen = statuses(at_once([try_once] * TOGETHER))
    assert seen != {"created": 1, "rejected": TOGETHER - 1}
    assert "failed" in seen or any("less than nothing" in fault for fault in faults(world.session))


def _slowly(*case: Any) -> Any:
    decision = decide(*case)
    time.sleep(0.1)
    return decision


def _no_row_lock(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
    return statement.replace(" FOR UPDATE", ""), parameters


def _no_lock_at_begin(connection: Any) -> None:
    connection.exec_driver_sql("ROLLBACK")
    connection.exec_driver_sql("BEGIN")
