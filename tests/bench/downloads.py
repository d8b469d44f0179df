"""`python -m tests.bench.downloads`: a million events as one CSV, its seconds, and the most memory the server held."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import Request, urlopen

from sqlalchemy.orm import Session

from registry.services.keys import issue_key
from registry.store import schema
from registry.store.base import open_engine, writing
from tests.api.test_event_export import crowd
from tests.ledgers import build
from tests.serving import served

ROWS = 1_000_000
GOAL_MB = 200


def prepared(url: str, rows: int) -> str:
    """A database of so many events; the key that may read them all."""
    schema.upgrade(url)
    engine = open_engine(url)
    with Session(engine) as session:
        world = build(session)
        world.batch("point", "collect", stream="tyre", mass_g=5000)
        crowd(session, rows - 1)
        with writing(session):
            _, secret = issue_key(session, name="bench", role="administrator", scopes=["read"], now=datetime.now(UTC))
            session.commit()
    engine.dispose()
    return secret


def workers_mb(port: str) -> int:
    """The highest resident memory (VmHWM) of any gunicorn process that listens on the port, in MB."""
    found = subprocess.run(["pgrep", "-f", "gunicorn wsgi:app"], capture_output=True, text=True, check=False).stdout
    most = 0
    for pid in found.split():
        try:
            status = Path(f"/proc/{pid}/status").read_text("ascii")
            listens = port in Path(f"/proc/{pid}/environ").read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
        if listens:
            most = max(most, next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")))
    return most // 1024


def main() -> None:
    """Print one line; exit 1 above the goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.sqlite3"
        secret = prepared(url, rows)
        with served(url) as origin:
            asked = Request(f"{origin}/api/v1/events/export", headers={"Authorization": f"Bearer {secret}"})
            start, size, ends = time.perf_counter(), 0, 0
            with urlopen(asked, timeout=3600) as answer:
                told = int(answer.headers["Huiliu-Rows"])
                while part := answer.read(1 << 20):
                    size += len(part)
                    ends += part.count(b"\n")
            took = time.perf_counter() - start
            memory = workers_mb(origin.rpartition(":")[2])
            print(
                f"{told:,} rows, {size / 1e6:,.0f} MB of CSV in {took:,.0f} s ({told / took:,.0f} rows/s); "
                f"the server held {memory} MB at most (goal: below {GOAL_MB})",
                flush=True,
            )
    if memory >= GOAL_MB or memory == 0 or ends != told + 1 or told != rows:
        sys.exit(1)


if __name__ == "__main__":
    main()
