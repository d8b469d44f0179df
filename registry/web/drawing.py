"""A schematic map out of positions alone: one cell per area around the middle of its sites, no borders, no tiles.

Cells are the points nearer to an area's middle than to any other (Voronoi), so they claim no boundary. Plain numbers
in, plain numbers out; floats are fine here, nothing is summed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, hypot, radians

Point = tuple[float, float]

WIDTH = 480.0
MARGIN = 34.0
APART = 23.0
_ROUNDS = 60


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One area: its code, the corners of its cell, and where its name stands."""

    code: str
    corners: tuple[Point, ...]
    label: Point

    @property
    def points(self) -> str:
        """The corners as an SVG polygon wants them."""
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in self.corners)


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Size in drawing units, cells, and the place of each site by id."""

    width: float
    height: float
    cells: tuple[Cell, ...]
    places: Mapping[str, Point]


def draw(positions: Mapping[str, Point], areas: Mapping[str, str]) -> Drawing:
    """`positions`: site → (longitude, latitude) in degrees; `areas`: site → area code."""
    if not positions:
        return Drawing(width=WIDTH, height=WIDTH / 2, cells=(), places={})
    places, height = _projected(positions)
    middles = _middles(places, areas)
    box = ((0.0, 0.0), (WIDTH, 0.0), (WIDTH, height), (0.0, height))
    cells = tuple(
        Cell(code=code, corners=_cell(middle, [m for c, m in middles.items() if c != code], box), label=middle)
        for code, middle in middles.items()
    )
    spread = _spread(places, height)
    labelled = tuple(Cell(code=cell.code, corners=cell.corners, label=_label(cell, spread, areas)) for cell in cells)
    return Drawing(width=WIDTH, height=height, cells=labelled, places=spread)


def _projected(positions: Mapping[str, Point]) -> tuple[dict[str, Point], float]:
    """Equirectangular around the middle latitude: true enough for a province."""
    east, north = zip(*positions.values(), strict=True)
    squeeze = cos(radians((min(north) + max(north)) / 2))
    wide = max((max(east) - min(east)) * squeeze, 0.01)
    scale = (WIDTH - 2 * MARGIN) / wide
    height = max((max(north) - min(north)) * scale, WIDTH / 3) + 2 * MARGIN
    return {
        site: (MARGIN + (x - min(east)) * squeeze * scale, MARGIN + (max(north) - y) * scale)
        for site, (x, y) in positions.items()
    }, height


def _middles(places: Mapping[str, Point], areas: Mapping[str, str]) -> dict[str, Point]:
    grouped: dict[str, list[Point]] = {}
    for site, place in places.items():
        grouped.setdefault(areas[site], []).append(place)
    return {
        code: (sum(x for x, _ in found) / len(found), sum(y for _, y in found) / len(found))
        for code, found in sorted(grouped.items())
    }


def _cell(middle: Point, others: Sequence[Point], box: Sequence[Point]) -> tuple[Point, ...]:
    corners = list(box)
    for other in others:
        corners = _nearer(corners, middle, other)
    return tuple(corners)


def _nearer(corners: Sequence[Point], middle: Point, other: Point) -> list[Point]:
    """The part of a polygon that lies nearer to `middle` than to `other`."""

    def side(point: Point) -> float:
        return (
            hypot(point[0] - other[0], point[1] - other[1]) ** 2
            - hypot(point[0] - middle[0], point[1] - middle[1]) ** 2
        )

    kept: list[Point] = []
    for here, there in zip(corners, [*corners[1:], corners[0]], strict=True):
        at, to = side(here), side(there)
        if at >= 0:
            kept.append(here)
        if at * to < 0:
            share = at / (at - to)
            kept.append((here[0] + share * (there[0] - here[0]), here[1] + share * (there[1] - here[1])))
    return kept


def _spread(places: Mapping[str, Point], height: float) -> dict[str, Point]:
    """Push marks that would cover each other apart, always the same way."""
    moved = dict(sorted(places.items()))
    sites = list(moved)
    for _ in range(_ROUNDS):
        still = True
        for number, one in enumerate(sites):
            for two in sites[number + 1 :]:
                still &= not _push(moved, one, two)
        if still:
            break
    return {site: (min(max(x, 14), WIDTH - 14), min(max(y, 14), height - 14)) for site, (x, y) in moved.items()}


def _push(moved: dict[str, Point], one: str, two: str) -> bool:
    (ax, ay), (bx, by) = moved[one], moved[two]
    gap = hypot(bx - ax, by - ay)
    if gap >= APART:
        return False
    dx, dy = ((bx - ax) / gap, (by - ay) / gap) if gap > 0.01 else (1.0, 0.0)
    step = (APART - gap) / 2 + 0.1
    moved[one] = (ax - dx * step, ay - dy * step)
    moved[two] = (bx + dx * step, by + dy * step)
    return True


def _label(cell: Cell, places: Mapping[str, Point], areas: Mapping[str, str]) -> Point:
    """Above or below the area's marks or beside its middle: where the nearest mark is farthest away."""
    own = [place for site, place in places.items() if areas[site] == cell.code]
    x = sum(x for x, _ in own) / len(own)
    top, bottom = min(y for _, y in own) - 15, max(y for _, y in own) + 26
    tries = [(x, top), (x, bottom), (x - 40, top), (x + 40, top), (x - 40, bottom), (x + 40, bottom)]
    height = max(y for _, y in cell.corners)
    inside = [(min(max(a, 40), WIDTH - 40), min(max(b, 18), max(height, 40) - 8)) for a, b in tries]
    return max(inside, key=lambda spot: min(_away(spot, place) for place in places.values()))


def _away(label: Point, mark: Point) -> float:
    """A name is wide: across counts half. More than this is far enough, so that the first place keeps its right."""
    return min(hypot((label[0] - mark[0]) / 2, label[1] - 5 - mark[1]), 15.0)
