"""Random histories against the real capture, on both engines; and proof that a gram gone wrong would be seen."""

from __future__ import annotations

import itertools
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from registry.domain import postings
from registry.domain.case import Case, Decision
from registry.domain.events import KINDS
from registry.services.audit import verify
from registry.store.base import open_engine
from tests.databases import PostgresServer
from tests.ledgers import World, build
from tests.services.invariants import faults
from tests.services.machine import LedgerMachine

QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck)}


def machine(fresh: Callable[[], Engine]) -> type[LedgerMachine]:
    return type("Machine", (LedgerMachine,), {"fresh": staticmethod(fresh), "tally": Counter()})


@pytest.fixture
def sqlite_shelf(sqlite_template: Path, tmp_path: Path) -> Callable[[], Engine]:
    numbers = itertools.count()

    def fresh() -> Engine:
        path = tmp_path / f"{next(numbers)}.sqlite3"
        shutil.copyfile(sqlite_template, path)
        engine = open_engine(f"sqlite:///{path}")
        event.listen(engine, "connect", _in_a_hurry)
        return engine

    return fresh


def _in_a_hurry(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture
def postgres_shelf(postgres_server: PostgresServer, postgres_template: str) -> Callable[[], Engine]:
    numbers = itertools.count()
    made: list[str] = []

    def fresh() -> Engine:
        while made:
            postgres_server.drop(made.pop())
        made.append(f"machine_{next(numbers)}")
        return open_engine(postgres_server.create(made[0], template=postgres_template))

    return fresh


def run(fresh: Callable[[], Engine], **counts: int) -> Counter[str]:
    driven = machine(fresh)
    run_state_machine_as_test(driven, settings=settings(**QUIET, **counts))
    return driven.tally


def test_random_histories_keep_the_ledger_true_on_sqlite(sqlite_shelf: Callable[[], Engine]) -> None:
    tally = run(sqlite_shelf, max_examples=40, stateful_step_count=30)
    assert tally["the whole way"] >= 40
    assert {kind for kind in KINDS if not tally[f"{kind} created"]} == set(), tally
    assert {
        kind for kind in ("receive", "split", "process", "retire", "reverse") if not tally[f"{kind} rejected"]
    } == set()


@pytest.mark.postgres
def test_random_histories_keep_the_ledger_true_on_postgresql(postgres_shelf: Callable[[], Engine]) -> None:
    assert run(postgres_shelf, max_examples=8, stateful_step_count=25)["the whole way"] >= 8


@pytest.mark.long
def test_long_random_histories_keep_the_ledger_true_on_sqlite(sqlite_shelf: Callable[[], Engine]) -> None:
    run(sqlite_shelf, max_examples=250, stateful_step_count=60)


@pytest.mark.long
@pytest.mark.postgres
def test_long_random_histories_keep_the_ledger_true_on_postgresql(postgres_shelf: Callable[[], Engine]) -> None:
    run(postgres_shelf, max_examples=60, stateful_step_count=60)


# --- negative controls: the net has no holes -------------------------------------------------------------------------


def test_a_decider_off_by_a_gram_is_caught_by_the_machine(
    sqlite_shelf: Callable[[], Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    true = postings.DECIDERS["collect"]

    def off(case: Case, details: Any) -> Decision:
        decision = true(case, details)
        source, stock, *rest = decision.postings
        ((origin, part),) = stock.origins.items()
        heavier = replace(stock, amount=part + 1, origins={origin: part + 1})
        return replace(decision, postings=(source, heavier, *rest))

    monkeypatch.setattr(postings, "DECIDERS", {**postings.DECIDERS, "collect": off})
    monkeypatch.setattr(postings, "unbalanced", lambda _: {})
    with pytest.raises(AssertionError) as caught:
        run_state_machine_as_test(
            machine(sqlite_shelf),
            settings=settings(
                **QUIET, max_examples=2, stateful_step_count=5, phases=[Phase.generate], print_blob=False
            ),
        )
    assert "entry does not sum to zero" in str(caught.value.args)


@pytest.fixture
def world(session: Session) -> World:
    return build(session)


def tamper(session: Session, statement: str) -> None:
    """What an administrator of the database could do behind the registry's back."""
    if session.get_bind().dialect.name == "sqlite":
        triggers = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
        for name in triggers:
            session.execute(text(f"DROP TRIGGER {name}"))
    else:
        session.execute(text("SET session_replication_role = replica"))
    session.execute(text(statement))
    session.commit()


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE postings SET amount = amount + 1 WHERE seq = 1 AND line = 0", "entry does not sum to zero"),
        ("UPDATE posting_origins SET amount = amount + 1 WHERE seq = 1 AND line = 0", "origins do not sum"),
        ("UPDATE postings SET account = 'loss' WHERE seq = 1 AND account = 'stock'", "the ledger says otherwise"),
        ("UPDATE postings SET amount = -amount WHERE seq = 1", "than was ever collected"),
        ("UPDATE posting_origins SET amount = -amount", "a batch holds less than nothing"),
        ("UPDATE batch_places SET mass_g = mass_g - 1", "the ledger says otherwise"),
        ("UPDATE batch_places SET status = 'transit'", "the ledger says otherwise"),
        ("UPDATE batch_places SET last_seq = last_seq - 1", "not where the last event put it"),
        ("DELETE FROM posting_origins WHERE seq = 1 AND line = 1", "origins do not sum"),
    ],
)
def test_a_row_altered_behind_the_registry_s_back_is_seen_by_the_invariants_and_named_by_verify(
    world: World, statement: str, rule: str
) -> None:
    world.do("point", "collect", stream="tyre", mass_g=5_000)
    assert faults(world.session) == []
    assert verify(world.session).differences == ()
    tamper(world.session, statement)
    assert any(rule in fault for fault in faults(world.session)), faults(world.session)
    if "last_seq" not in statement:
        assert verify(world.session).differences != ()
