"""What keeping the cells costs capture: the same events with and without, in turns."""

from __future__ import annotations

import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from statistics import median
from typing import Any
from unittest.mock import patch

from sqlalchemy.orm import Session

from registry.domain.events import Capture, Collect, OutputLine, ProcessInput
from registry.services.capture import capture_list
from registry.store import journal
from registry.store.base import open_engine, writing
from tests.ledgers import World, build

SINGLES = 12
LIST = 1_000
CONTENTS = {"iron": 60_500, "copper": 31_250, "aluminium": 22_000}


class _NoSums:
    """Keeps nothing."""

    def add(self, *_: object, **__: object) -> None:
        """Nothing."""

    def write(self, _: object) -> None:
        """Nothing."""


@contextmanager
def _without() -> Iterator[None]:
    """Capture as it were without cells: nothing is added up, asked for or written for them."""
    with patch.object(journal, "Sums", _NoSums), patch.object(journal, "_streams", lambda *_: defaultdict(str)):
        yield


def slowdown(url: str, *, rounds: int) -> dict[str, float]:
    """Per kind of load: by how many per cent the cells slow it, the median of rounds taken in turns."""
    engine = open_engine(url)
    found = {}
    with Session(engine) as session:
        world = build(session)
        for name, load in {"single events": _lives, f"lists of {LIST:,}": _list}.items():
            ratios = []
            for number in range(rounds + 1):
                pair = [("with", nullcontext()), ("without", _without())]
                took = {which: _timed(how, load, world) for which, how in (pair if number % 2 else reversed(pair))}
                ratios.append(100 * (took["with"] / took["without"] - 1))
            found[name] = median(ratios[1:])  # the first round warms up
    engine.dispose()
    return found


def _timed(how: Any, load: Callable[[World], None], world: World) -> float:
    with how:
        began = time.perf_counter()
        load(world)
        return time.perf_counter() - began


def _lives(world: World) -> None:
    """Batteries collected and treated, one event at a time."""
    facts: dict[str, Any] = {"stream": "power_battery", "product": "LFP", "mass_g": 412_500, "capacity_wh": 48_200}
    for _ in range(SINGLES):
        batch = world.batch("plant", "collect", contents_g=CONTENTS, **facts)
        outputs = (OutputLine(mass_g=300_000, to="recycle"),)
        world.do("plant", "process", process="hydrometallurgy", inputs=(ProcessInput(batch=batch),), outputs=outputs)


def _list(world: World) -> None:
    now = world.tick()
    details = Collect(stream="power_battery", product="LFP", mass_g=412_500, capacity_wh=48_200, contents_g=CONTENTS)
    commands = [
        Capture(id=str(uuid.uuid4()), kind="collect", site_id=world.site("point"), occurred_at=now, details=details)
        for _ in range(LIST)
    ]
    with writing(world.session) as session:
        results = capture_list(session, actor=world.actors["point"], commands=commands, now=now)
        session.commit()
    if any(result.status != "created" for result in results):
        raise SystemExit("the bench's own events were refused")
