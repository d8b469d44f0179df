"""The throw-away databases of the tests are what they say: fresh, migrated, and of the engine they name."""

from sqlalchemy import Engine, inspect, make_url, text
from sqlalchemy.orm import Session

from registry.store import Base, schema


def test_a_fresh_database_stands_at_the_newest_step(engine: Engine) -> None:
    with engine.connect() as connection:
        assert schema.current(connection) == schema.head()


def test_a_fresh_database_has_every_table_of_the_models(engine: Engine) -> None:
    assert set(Base.metadata.tables) <= set(inspect(engine).get_table_names())


def test_the_session_speaks_to_the_engine_that_was_asked_for(session: Session, database_url: str) -> None:
    assert session.get_bind().dialect.name == make_url(database_url).get_backend_name()


def test_what_one_test_writes_another_does_not_see(session: Session) -> None:
    session.execute(text("CREATE TABLE left_behind (id INTEGER)"))  # fails in the second run if it survived the first
    session.commit()


def test_and_the_other_way_round(session: Session) -> None:
    session.execute(text("CREATE TABLE left_behind (id INTEGER)"))
    session.commit()
