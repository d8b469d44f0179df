"""How much of the stress set each reader gets, and how fast: `python -m tests.bench.decoding [pictures each]`."""

import io
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable

from PIL import Image

from scanner.decode import decode, open_photo
from scanner.engines import available, zbar, zxing
from tests.bench.stress import CATEGORIES, Photo, fair, stress_set

Reader = Callable[[bytes], frozenset[str]]

READERS: dict[str, Reader] = {
    "zxing": lambda data: frozenset(each.text for each in zxing(open_photo(data).picture).reads),
    "zbar": lambda data: frozenset(each.text for each in zbar(open_photo(data).picture).reads),
    "ladder": lambda data: frozenset(each.text for each in decode(data).marks),
}


def measure(photos: Iterable[Photo]) -> tuple[dict[str, dict[str, list[float]]], dict[str, list[float]]]:
    """reader → category → share of the marks read per picture; reader → milliseconds per picture, opening included."""
    shares: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in READERS}
    took_ms: dict[str, list[float]] = {name: [] for name in READERS}
    for photo in photos:
        for name, reader in READERS.items():
            began = time.perf_counter()
            found = reader(photo.data)
            took_ms[name].append((time.perf_counter() - began) * 1000)
            assert found <= photo.texts, f"{name} read what is not there: {found - photo.texts}"
            shares[name][photo.category].append(len(found) / len(photo.texts))
    return shares, took_ms


def readable(photos: Iterable[Photo], megapixels: float) -> float:
    """Median milliseconds of the ladder on readable photos, enlarged or reduced to this size."""
    took = []
    for photo in photos:
        picture = Image.open(io.BytesIO(photo.data))
        factor = (megapixels * 1e6 / (picture.width * picture.height)) ** 0.5
        stream = io.BytesIO()
        picture.resize((round(picture.width * factor), round(picture.height * factor))).save(stream, "JPEG", quality=85)
        began = time.perf_counter()
        found = decode(stream.getvalue())
        took.append((time.perf_counter() - began) * 1000)
        assert {each.text for each in found.marks} == photo.texts
    return statistics.median(took)


def main(count: int) -> None:
    """Print the two tables."""
    print(f"engines here: {available()}, {count} pictures a category")
    shares, took_ms = measure(stress_set(count))
    print(f"{'category':<18}" + "".join(f"{name:>10}" for name in READERS))
    for category in CATEGORIES:
        row = "".join(f"{100 * statistics.mean(shares[name][category]):>9.1f}%" for name in READERS)
        print(f"{category:<18}{row}")
    overall = {
        name: 100 * statistics.mean(statistics.mean(each) for each in found.values()) for name, found in shares.items()
    }
    print(f"{'overall':<18}" + "".join(f"{overall[name]:>9.1f}%" for name in READERS))
    for word, share in (("median ms", 0.5), ("p95 ms", 0.95)):
        print(f"{word:<18}" + "".join(f"{_quantile(took_ms[name], share):>10.1f}" for name in READERS))
    easy = list(fair(8))
    for megapixels in (1, 12):
        print(f"readable, {megapixels} MP: median {readable(easy, megapixels):.1f} ms")


def _quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
