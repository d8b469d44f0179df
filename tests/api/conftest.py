"""One application over a fresh world, on each engine or on SQLite alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.doors import Doors, opened


@pytest.fixture
def doors(sqlite_url: str) -> Iterator[Doors]:
    """On SQLite: what a door says does not depend on the engine."""
    with opened(sqlite_url) as found:
        yield found


@pytest.fixture
def doors_of_both(database_url: str) -> Iterator[Doors]:
    """On each engine."""
    with opened(database_url) as found:
        yield found
