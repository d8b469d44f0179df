"""Where the time of our doors goes: one look-up and one capture in this process, by the package that spent it.

`python -m tests.bench.where`. A profile weighs small calls too heavily, so the shares are an orientation, not a rate.
"""

from __future__ import annotations

import cProfile
import json
import os
import pstats
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder

from registry.app import create_app
from registry.config import PROJECT
from registry.store import schema
from registry.store.base import open_engine
from tests.bench.__main__ import _codes, _key, event
from tests.ledgers import build

TIMES = 400
ROOMS: Mapping[str, str] = {
    "/registry/domain/": "ours: deciding",
    "/registry/services/": "ours: services",
    "/registry/store/": "ours: shelves",
    "/registry/": "ours: doors",
    "/scanner/": "ours: doors",
    "/sqlalchemy/": "SQLAlchemy",
    "/flask_sqlalchemy_lite/": "SQLAlchemy",
    "/flask_smorest/": "API furniture",
    "/webargs/": "API furniture",
    "/marshmallow/": "API furniture",
    "/flask_limiter/": "Flask, werkzeug and extensions",
    "/flask": "Flask, werkzeug and extensions",
    "/werkzeug/": "Flask, werkzeug and extensions",
    "/psycopg/": "driver and database",
}


def _room(name: str, function: str) -> str:
    if "sqlite3" in function:
        return "driver and database"
    return next((room for part, room in ROOMS.items() if part in name), "Python itself")


def profiled(make: Callable[[], dict[str, Any]], app: Any) -> Counter[str]:
    """Seconds by room over TIMES requests, after a warm-up."""

    def ask() -> None:
        answer: Iterator[bytes] = app.wsgi_app(make(), lambda *_: None)
        b"".join(answer)

    for _ in range(TIMES // 4):
        ask()
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(TIMES):
        ask()
    profile.disable()
    spent: Counter[str] = Counter()
    for (name, _, function), (_, _, own_s, _, _) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        spent[_room(name.removeprefix(str(PROJECT / ".venv")), function)] += own_s
    return spent


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'where.sqlite3'}"
        schema.upgrade(url)
        engine = open_engine(url)
        with Session(engine) as session:
            world = build(session)
            codes, key, site = _codes(world), _key(session), world.site("point")
        engine.dispose()
        os.environ |= {"HUILIU_DATABASE_URL": url, "HUILIU_SECRET_KEY": "k" * 32, "HUILIU_LIMITS": "false"}
        app = create_app()
        bearer = {"Authorization": f"Bearer {key}"}
        asked = {
            "look-up of a code": lambda: EnvironBuilder(
                path="/api/v1/resolve", query_string={"text": codes[0]}
            ).get_environ(),
            "a single event": lambda: EnvironBuilder(
                path="/api/v1/events",
                method="POST",
                data=json.dumps(event(site)),
                content_type="application/json",
                headers=bearer,
            ).get_environ(),
        }
        for name, make in asked.items():
            spent = profiled(make, app)
            whole = sum(spent.values())
            print(f"{name}: where the time goes")
            for room, seconds in spent.most_common():
                print(f"  {room:<34} {100 * seconds / whole:>4.0f} %")
    return 0


if __name__ == "__main__":
    sys.exit(main())
