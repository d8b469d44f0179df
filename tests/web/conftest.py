"""A town of browsers on SQLite: what a page says does not depend on the engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from registry.services import accounts
from tests.web.browsers import Town, town


@pytest.fixture(autouse=True)
def _cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashing is slow on purpose; what these tests try is not the hash."""
    monkeypatch.setattr(accounts, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def here(sqlite_url: str) -> Iterator[Town]:
    with town(sqlite_url) as found:
        yield found
