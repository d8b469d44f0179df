"""`make bench`: what capture costs over HTTP, as a share of a bare Flask that writes the same rows raw; both engines.

Ours and the bare one answer in turns, on the same machine, from the same gunicorn settings and equally safe shelves, so
that the share means something even where the rates do not.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

from sqlalchemy.orm import Session

from registry.config import PROJECT
from registry.services.keys import issue_key
from registry.store import schema
from registry.store.base import open_engine, writing
from tests.bench.bare import learn
from tests.bench.load import Target, http, rate
from tests.databases import throwaway_postgres
from tests.ledgers import World, an_id, build, issue

CLIENTS = 16
LIST = 1_000
LIST_CLIENTS = 2
WORKERS = 2
THREADS = 8
GOALS = {"single events": 40, "lists of 1,000": 25, "look-up of a code": 60}


@dataclass(frozen=True, kw_only=True)
class Stand:
    """One engine with both servers on it."""

    ours: str
    bare: str
    key: str
    site: str
    codes: tuple[str, ...]


def event(site: str) -> dict[str, Any]:
    """A load of LFP batteries with its capacity: mass, energy and four elements."""
    return {
        "id": str(uuid.uuid4()),
        "kind": "collect",
        "site": site,
        "occurred_at": "2025-03-10T12:00:00+08:00",
        "details": {
            "stream": "power_battery",
            "product": "LFP",
            "mass_kg": "412.5",
            "capacity_kwh": "48.2",
            "contents_kg": {"iron": "60.5", "copper": "31.25", "aluminium": "22"},
        },
    }


@contextmanager
def served(app: str, settings: Mapping[str, str]) -> Iterator[str]:
    """Gunicorn, the same for both."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", app, "--bind", f"fd://{door.fileno()}", "--no-control-socket"),
                *("--workers", str(WORKERS), "--threads", str(THREADS), "--keep-alive", "30", "--log-level", "warning"),
            ],
            env={**os.environ, **settings},
            cwd=PROJECT,
            pass_fds=[door.fileno()],
        )
        try:
            origin = f"http://127.0.0.1:{door.getsockname()[1]}"
            _ready(origin)
            yield origin
        finally:
            server.terminate()
            server.wait(timeout=30)


def _ready(origin: str) -> None:
    for _ in range(300):
        try:
            urlopen(f"{origin}/healthz", timeout=30).close()  # the server just started
        except URLError as error:
            if getattr(error, "code", None) == 404:
                return
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server does not answer")


@contextmanager
def stand(ours_url: str, bare_url: str, folder: Path) -> Iterator[Stand]:
    """Both databases migrated, each with a world in it; both servers up."""
    lesson = folder / "lesson.json"
    codes: tuple[str, ...] = ()
    secret = ""
    for url in (ours_url, bare_url):
        schema.upgrade(url)
        engine = open_engine(url)
        with Session(engine) as session:
            world = build(session)
            lesson.write_text(json.dumps(_lesson(world)), "utf-8")
            if url == ours_url:
                codes, secret = _codes(world), _key(session)
            else:
                _same_codes(world, codes)
        engine.dispose()
    told = {
        "HUILIU_DATABASE_URL": ours_url,
        "HUILIU_SECRET_KEY": "k" * 32,
        "HUILIU_LIMITS": "false",
        "HUILIU_ACCEPT_UNSAFE": "weak_secret",
    }
    bare = {**told, "BENCH_DATABASE_URL": bare_url, "BENCH_LESSON": str(lesson)}
    with served("wsgi:app", told) as ours, served("tests.bench.bare:create_app()", bare) as other:
        yield Stand(ours=ours, bare=other, key=secret, site=world.site("point"), codes=codes)


def _lesson(world: World) -> dict[str, Any]:
    contents = {"iron": 60_500, "copper": 31_250, "aluminium": 22_000}
    facts = {"stream": "power_battery", "product": "LFP", "mass_g": 412_500, "capacity_wh": 48_200}
    receipt = world.do("point", "collect", contents_g=contents, **facts).receipt
    if receipt is None:
        raise SystemExit("the bench's own event was refused")
    (batch,) = receipt.batches
    return learn(world.session, event_id=receipt.id, batch_id=batch.batch_id, code=batch.code or "", seq=receipt.seq)


def _codes(world: World) -> tuple[str, ...]:
    receipts = [world.do("point", "collect", stream="tyre", mass_g=5_000).receipt for _ in range(50)]
    return tuple(batch.code or "" for receipt in receipts if receipt is not None for batch in receipt.batches)


def _same_codes(world: World, codes: tuple[str, ...]) -> None:
    issue(world.session, *codes)
    for code in codes:
        world.do("point", "collect", stream="tyre", mass_g=5_000, code=code)


def _key(session: Session) -> str:
    with writing(session):
        now = datetime.now(UTC)
        scopes = ("read", "capture")
        _, secret = issue_key(
            session, name="bench", role="collector", scopes=scopes, now=now, organisation_id=an_id("point")
        )
        session.commit()
    return secret


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Events or look-ups per second, and the share: medians of rounds taken in turns, each share within its round."""

    ours: float
    bare: float
    share_percent: float


def measured(stand: Stand, *, seconds: float, rounds: int) -> dict[str, Figure]:
    """What was measured, by name."""

    def single(path: str) -> Callable[[], bytes]:
        return lambda: http("POST", path, json.dumps(event(stand.site)).encode(), stand.key)

    def listed(path: str) -> Callable[[], bytes]:
        return lambda: http(
            "POST", path, json.dumps({"events": [event(stand.site) for _ in range(LIST)]}).encode(), stand.key
        )

    turn = iter(range(10**9))

    def looked_up(path: str) -> Callable[[], bytes]:
        return lambda: http("GET", f"{path}?text={quote(stand.codes[next(turn) % len(stand.codes)])}")

    sets = {
        "single events": (single, "/api/v1/events", "/events", CLIENTS, 1),
        "lists of 1,000": (listed, "/api/v1/events/batch", "/events/batch", LIST_CLIENTS, LIST),
        "look-up of a code": (looked_up, "/api/v1/resolve", "/codes", CLIENTS, 1),
    }
    found = {}
    for name, (make, ours_path, bare_path, clients, units) in sets.items():
        ours = Target(origin=stand.ours, request=make(ours_path), units=units)
        bare = Target(origin=stand.bare, request=make(bare_path), units=units)
        pairs = [
            (rate(ours, clients=clients, seconds=seconds), rate(bare, clients=clients, seconds=seconds))
            for _ in range(rounds + 1)
        ][1:]  # the first round warms up
        found[name] = Figure(
            ours=median(mine for mine, _ in pairs),
            bare=median(other for _, other in pairs),
            share_percent=median(100 * mine / other for mine, other in pairs),
        )
    return found


def tell(engine: str, found: Mapping[str, Figure]) -> None:
    """Print one engine's lines."""
    for name, figure in found.items():
        good = figure.share_percent >= GOALS[name]
        rates = f"{figure.ours:>9.0f}/s {figure.bare:>9.0f}/s {figure.share_percent:>6.0f} %"
        print(f"{engine:<11} {name:<18} {rates}  ≥ {GOALS[name]} %  {'ok' if good else 'SHORT'}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=2, help="of each round")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), action="append")
    asked = parser.parse_args()
    engines = asked.engine or ["sqlite", "postgresql"]
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}", end=", ")
    print(f"gunicorn with {WORKERS} workers × {THREADS} threads, {CLIENTS} clients ({LIST_CLIENTS} for lists).")
    print("Clients, both servers and the database share the cores; each share is taken within one round.")
    print(f"{'engine':<11} {'what':<18} {'ours':>11} {'bare':>11} {'share':>8}  {'goal':>6}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for engine in engines:
            with _urls(engine, folder) as (ours, bare), stand(ours, bare, folder) as both:
                tell(engine, measured(both, seconds=asked.seconds, rounds=asked.rounds))
    return 0


@contextmanager
def _urls(engine: str, folder: Path) -> Iterator[tuple[str, str]]:
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'ours.sqlite3'}", f"sqlite:///{folder / 'bare.sqlite3'}"
        return
    with throwaway_postgres(durable=True) as server:
        yield server.create("ours"), server.create("bare")


if __name__ == "__main__":
    sys.exit(main())
