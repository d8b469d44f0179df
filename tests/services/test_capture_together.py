"""A list of collections is written at once, and nobody can tell from the rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from registry.domain.events import Capture, CodeRef, Collect
from registry.domain.identifiers import draw_code
from registry.services.audit import verify
from registry.services.capture import ItemResult, capture, capture_list
from registry.services.transactions import writing
from registry.store import Base
from registry.store.events import EventRow
from tests.ledgers import NOON, World, an_id, build, issue
from tests.services.invariants import counts, faults


@pytest.fixture
def world(session: Session) -> World:
    return build(session)


def collect(world: World, name: str, *, private: dict[str, str] | None = None, **facts: Any) -> Capture:
    wanted = {"stream": "power_battery", "product": "LFP", "mass_g": 100_000, "capacity_wh": 10_000} | facts
    return Capture(
        id=an_id(name),
        kind="collect",
        site_id=world.site("point"),
        occurred_at=NOON,
        details=Collect(**wanted),
        private=private or {},
    )


def send(world: World, commands: Sequence[Capture]) -> list[ItemResult]:
    with writing(world.session):
        results = capture_list(world.session, actor=world.actors["point"], commands=commands, now=NOON)
        world.session.commit()
    return results


def one_by_one(world: World, commands: Sequence[Capture]) -> list[ItemResult]:
    with writing(world.session):
        actor = world.actors["point"]
        results = [capture(world.session, actor=actor, command=each, now=NOON) for each in commands]
        world.session.commit()
    return results


def taken(results: Sequence[ItemResult]) -> list[str]:
    return [result.refusal.code if result.refusal else result.status for result in results]


def test_the_rows_are_those_of_one_by_one(engine: Engine, world: World) -> None:
    codes = [draw_code() for _ in range(4)]
    issue(world.session, *codes)

    def story(name: str, mine: Sequence[str]) -> list[Capture]:
        serial = (CodeRef(scheme="serial", value=f"SN {name}"),)
        return [
            collect(world, f"{name} 1", code=mine[0], private={"note": "老王"}),
            collect(world, f"{name} 2", stream="moon_rock"),
            collect(world, f"{name} 3", code=mine[1], codes=serial, contents_g={"copper": 7}, mass_g=10**9),
        ]

    together, alone = send(world, story("a", codes[:2])), one_by_one(world, story("b", codes[2:]))
    assert taken(together) == taken(alone) == ["created", "unknown_stream", "created"]
    for one, other in zip(together, alone, strict=True):
        if one.receipt is not None and other.receipt is not None:
            assert rows(world, one) == rows(world, other)
            assert [each.mass_g for each in one.receipt.batches] == [each.mass_g for each in other.receipt.batches]
            assert one.receipt.findings == other.receipt.findings
    assert faults(world.session) == []
    assert verify(world.session).differences == ()


def rows(world: World, result: ItemResult) -> dict[str, set[str]]:
    """Every row of an event, its own ids and codes told as words."""
    assert result.receipt is not None
    (batch,) = result.receipt.batches
    seq = result.receipt.seq
    own = {result.id: "<event>", batch.batch_id: "<batch>", batch.code or "": "<code>"}
    found: dict[str, set[str]] = {}
    for table in Base.metadata.sorted_tables:
        key = next((name for name in ("seq", "created_seq", "bound_seq", "last_seq") if name in table.c), None)
        if key is None:
            continue
        for row in world.session.execute(select(table).where(table.c[key] == seq)).mappings():
            told = {
                name: "<seq>" if value == seq and "seq" in name else own.get(str(value), str(value))
                for name, value in row.items()
                if (table.name, name) not in {("events", "body"), ("events", "sha256"), ("events", "frozen")}
                and (table.name, name) != ("batch_codes", "id")
                and not str(value).startswith("SN")
            }
            found.setdefault(table.name, set()).add(str(sorted(told.items())))
    world.session.rollback()
    return found


def test_a_list_of_collections_costs_no_more_statements_than_a_few(engine: Engine, world: World) -> None:
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _u, statement, *_: said.append(statement))
    results = send(world, [collect(world, f"{number}") for number in range(200)])
    assert set(taken(results)) == {"created"}
    assert len(said) < 40


def test_one_known_event_among_new_ones_changes_nothing_for_the_others(world: World) -> None:
    (first,) = send(world, [collect(world, "known")])
    results = send(world, [collect(world, "new"), collect(world, "known"), collect(world, "newer")])
    assert taken(results) == ["created", "exists", "created"]
    assert results[1].receipt == first.receipt


def test_one_label_stuck_on_two_things_is_refused_to_the_second_only(world: World) -> None:
    code = draw_code()
    issue(world.session, code)
    results = send(world, [collect(world, "a", code=code), collect(world, "b", code=code), collect(world, "c")])
    assert taken(results) == ["created", "code_taken", "created"]
    assert faults(world.session) == []


def test_one_event_twice_in_a_list_is_taken_once(world: World) -> None:
    results = send(world, [collect(world, "a"), collect(world, "b"), collect(world, "a")])
    assert taken(results) == ["created", "created", "exists"]


def test_a_list_of_nothing_but_refusals_leaves_nothing(world: World) -> None:
    before = counts(world.session)
    results = send(world, [collect(world, name, mass_g=0) for name in "abc"])
    assert taken(results) == ["mass_zero"] * 3
    assert counts(world.session) == before


def test_seqs_rise_in_the_order_sent(world: World) -> None:
    commands = [collect(world, f"{number}") for number in range(30)]
    send(world, commands)
    stored = world.session.scalars(select(EventRow.id).order_by(EventRow.seq)).all()
    assert list(stored) == [command.id for command in commands]
