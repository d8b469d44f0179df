"""How much of the stress set each reader gets, and how fast the ladder is: `python -m tests.bench.decoding`.

Goals are measured by the clock on the wall; the processor's time stands beside it, for a machine that has other work.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from scanner.decode import decode, open_photo, read_marks
from scanner.engines import Engine, available, zbar, zxing
from tests.bench.goals import Goal, told
from tests.bench.stress import CATEGORIES, Photo, a_label, stress_set
from tests.scanner.photos import photograph

Reader = Callable[[bytes], frozenset[str]]
LADDER = "ladder"
SIZES = {1: (1156, 867), 12: (4000, 3000)}
"""megapixels → pixels"""
READABLE = {
    1: Goal(name="readable photo of 1 MP, median", most=15, unit="ms"),
    12: Goal(name="readable photo of 12 MP, median", most=60, unit="ms"),
}
CLIMBING = Goal(name="p95 of the stress set where the ladder climbs", most=500, unit="ms")
AHEAD = Goal(name="the ladder before the best single reader, overall", least=5, unit="points")
BEHIND = Goal(name="categories where a single reader reads more", most=0, unit="")


def _alone(engine: Engine) -> Reader:
    return lambda data: frozenset(each.text for each in engine(open_photo(data).picture).reads)


READERS: dict[str, Reader] = {
    "zxing": _alone(zxing),
    "zbar": _alone(zbar),
    LADDER: lambda data: frozenset(each.text for each in decode(data).marks),
}


@dataclass(frozen=True, kw_only=True)
class Took:
    """Milliseconds by the clock on the wall, and of the processor."""

    wall_ms: float
    processor_ms: float


@dataclass
class Measured:
    """reader → category → share of each picture's marks that it read; reader → milliseconds, opening included."""

    shares: dict[str, dict[str, list[float]]] = field(default_factory=lambda: {n: defaultdict(list) for n in READERS})
    took_ms: dict[str, list[float]] = field(default_factory=lambda: {n: [] for n in READERS})
    climbs: list[Took] = field(default_factory=list)
    """of the ladder, where its first look was not enough"""

    def rate(self, reader: str, category: str) -> float:
        """Percent of a category's marks."""
        return 100 * statistics.mean(self.shares[reader][category])

    def overall(self, reader: str) -> float:
        """Percent, every category counting the same."""
        return statistics.mean(self.rate(reader, category) for category in self.shares[reader])

    def behind(self) -> list[str]:
        """Categories in which some single reader reads more than the ladder."""
        single = [name for name in READERS if name != LADDER]
        found = self.shares[LADDER]
        return [each for each in found if self.rate(LADDER, each) < max(self.rate(name, each) for name in single)]

    def ahead(self) -> float:
        """Points of the ladder over the best single reader."""
        return self.overall(LADDER) - max(self.overall(name) for name in READERS if name != LADDER)


def measure(photos: Iterable[Photo]) -> Measured:
    """Every reader on every photo. Raises AssertionError where one reads what is not there."""
    measured = Measured()
    for photo in photos:
        for name, reader in READERS.items():
            found, took = timed(reader, photo.data)
            assert found <= photo.texts, f"{name} read what is not there: {found - photo.texts}"
            measured.shares[name][photo.category].append(len(found) / len(photo.texts))
            measured.took_ms[name].append(took.wall_ms)
            if name == LADDER and read_first(photo.data) != photo.texts:
                measured.climbs.append(took)
    return measured


def timed(reader: Reader, data: bytes) -> tuple[frozenset[str], Took]:
    """What a reader finds, and how long it takes."""
    wall, processor = time.perf_counter(), time.thread_time()
    found = reader(data)
    took = Took(
        wall_ms=(time.perf_counter() - wall) * 1000,
        processor_ms=(time.thread_time() - processor) * 1000,
    )
    return found, took


def read_first(data: bytes) -> frozenset[str]:
    """What the first look alone reads."""
    return frozenset(each.text for each in read_marks(open_photo(data).picture, budget_s=0).marks)


def readable(megapixels: int, count: int) -> Iterator[tuple[bytes, str]]:
    """Photographs taken at this size when nothing is wrong, and what they hold."""
    chance = random.Random(1)
    for seed in range(count):
        label, text = a_label(chance)
        yield photograph(label, size=SIZES[megapixels], share=0.5, seed=seed), text


def ladder_took(photos: Iterable[tuple[bytes, str]]) -> list[Took]:
    """The ladder on photos that it must read."""
    all_took = []
    for data, text in photos:
        found, took = timed(READERS[LADDER], data)
        assert found == {text}
        all_took.append(took)
    return all_took


def told_of(goal: Goal, took: list[Took], share: float) -> str:
    """The line of a goal in milliseconds."""
    processor_ms = quantile([each.processor_ms for each in took], share)
    note = f"{len(took)} photos; processor {processor_ms:.1f} ms"
    return told(goal, quantile([each.wall_ms for each in took], share), note=note)


def quantile(values: list[float], share: float) -> float:
    """The value that `share` of them do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def tables(measured: Measured) -> Iterator[str]:
    """Percent read by each reader in each category, then overall, then how long it took."""
    yield f"{'read, %':<18}" + "".join(f"{name:>10}" for name in READERS)
    for category in CATEGORIES:
        yield f"{category:<18}" + "".join(f"{measured.rate(name, category):>10.1f}" for name in READERS)
    yield f"{'overall':<18}" + "".join(f"{measured.overall(name):>10.1f}" for name in READERS)
    for word, share in (("median, ms", 0.5), ("p95, ms", 0.95)):
        yield f"{word:<18}" + "".join(f"{quantile(measured.took_ms[name], share):>10.1f}" for name in READERS)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.decoding", description=__doc__)
    parser.add_argument("--pictures", type=int, default=20, help="of each category")
    parser.add_argument("--readable", type=int, default=15, help="photos of each size")
    asked = parser.parse_args()
    here = ", ".join(f"{name} {'is here' if there else 'is MISSING'}" for name, there in available().items())
    print(f"photos: {here}; {asked.pictures} pictures a category")
    measured = measure(stress_set(asked.pictures))
    print(*tables(measured), sep="\n", flush=True)
    print(told(AHEAD, measured.ahead()))
    print(told(BEHIND, len(measured.behind()), note=", ".join(measured.behind()) or "none"))
    print(told_of(CLIMBING, measured.climbs, 0.95), flush=True)
    for megapixels, goal in READABLE.items():
        print(told_of(goal, ladder_took(readable(megapixels, asked.readable)), 0.5), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
