"""The numbered steps build exactly what the models say, and go back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from registry.store import Base, schema
from registry.store.base import open_engine
from tests.databases import PostgresServer


@pytest.fixture
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('empty') / 'empty.sqlite3'}"


@pytest.fixture
def empty_postgres(postgres_server: PostgresServer) -> Iterator[str]:
    yield postgres_server.create("empty")
    postgres_server.drop("empty")


@pytest.fixture(params=["empty_sqlite", pytest.param("empty_postgres", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest) -> Iterator[Engine]:
    engine = open_engine(request.getfixturevalue(request.param))
    yield engine
    engine.dispose()


def _differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, Base.metadata))


def test_the_steps_build_what_the_models_say(engine: Engine) -> None:
    assert _differences(engine) == []


def test_a_column_the_models_do_not_know_is_seen(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE sites ADD COLUMN altitude INTEGER"))
    assert len(_differences(engine)) == 1


def test_up_down_and_up_again(empty: Engine) -> None:
    schema.upgrade(empty)
    schema.downgrade(empty)
    assert set(inspect(empty).get_table_names()) == {"alembic_version"}
    schema.upgrade(empty)
    assert _differences(empty) == []


def test_every_single_step_goes_back(empty: Engine) -> None:
    for step in _steps():
        schema.upgrade(empty, step)
        schema.downgrade(empty, "-1")
        schema.upgrade(empty, step)
        with empty.connect() as connection:
            assert schema.current(connection) == step


def test_going_down_leaves_no_trigger_and_no_function_behind(empty: Engine) -> None:
    schema.upgrade(empty)
    schema.downgrade(empty, "0003")
    left = {
        "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT count(*) FROM pg_proc WHERE proname = 'refuse_change'",
    }
    with empty.connect() as connection:
        assert connection.scalar(text(left[empty.dialect.name])) == 0


def test_upgrading_twice_is_harmless(engine: Engine) -> None:
    schema.upgrade(engine)
    with engine.connect() as connection:
        assert schema.current(connection) == schema.head()


def test_a_step_that_fails_leaves_nothing_half_done(empty: Engine) -> None:
    with empty.begin() as connection:
        connection.execute(text("CREATE TABLE batches (id INTEGER)"))  # in the way of step 0002
    with pytest.raises(Exception, match="batches"):
        schema.upgrade(empty)
    assert "organisations" not in inspect(empty).get_table_names()


def test_steps_are_numbered_in_the_order_they_are_taken() -> None:
    """Numbers ascend; one may be missing, for they are given out before the steps are written."""
    steps = _steps()
    assert steps == sorted(set(steps))
    names = sorted(path.name for path in (schema.MIGRATIONS / "versions").glob("*.py"))
    assert [name[:4] for name in names] == steps
    assert all(re.fullmatch(r"\d{4}_[a-z_]+\.py", name) for name in names)


def _steps() -> list[str]:
    scripts = ScriptDirectory(str(schema.MIGRATIONS))
    return [script.revision for script in reversed(list(scripts.walk_revisions()))]
