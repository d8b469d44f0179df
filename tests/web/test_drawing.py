"""The schematic map: every mark inside, apart from the others, in the cell of its area."""

from __future__ import annotations

from math import hypot

from hypothesis import given
from hypothesis import strategies as st

from registry.web.drawing import APART, WIDTH, draw

POSITION = st.tuples(st.floats(103.6, 109.6), st.floats(24.6, 29.2))


def test_nothing_to_draw_is_an_empty_sheet() -> None:
    drawing = draw({}, {})
    assert drawing.cells == ()
    assert drawing.places == {}


def test_marks_that_would_cover_each_other_are_pushed_apart() -> None:
    drawing = draw({"a": (106.7, 26.6), "b": (106.7, 26.6), "c": (108.0, 27.0)}, {"a": "x", "b": "x", "c": "y"})
    (ax, ay), (bx, by) = drawing.places["a"], drawing.places["b"]
    assert hypot(ax - bx, ay - by) >= APART - 0.5


def test_north_is_up_and_east_is_right() -> None:
    places = draw(
        {"north": (106.0, 28.0), "south": (106.0, 25.0), "east": (109.0, 26.0)},
        dict.fromkeys(("north", "south", "east"), "x"),
    ).places
    assert places["north"][1] < places["south"][1]
    assert places["east"][0] > places["north"][0]


@given(st.dictionaries(st.sampled_from("abcdefghij"), POSITION, min_size=1))
def test_everything_lies_on_the_sheet(positions: dict[str, tuple[float, float]]) -> None:
    drawing = draw(positions, {site: site[0] if site < "e" else "z" for site in positions})
    for x, y in (*drawing.places.values(), *(cell.label for cell in drawing.cells)):
        assert 0 <= x <= WIDTH
        assert 0 <= y <= drawing.height
    for cell in drawing.cells:
        assert len(cell.corners) >= 3
        assert all(-1e-6 <= x <= WIDTH + 1e-6 and -1e-6 <= y <= drawing.height + 1e-6 for x, y in cell.corners)


def test_the_same_sites_give_the_same_map() -> None:
    positions = {"a": (106.7, 26.6), "b": (106.71, 26.61), "c": (108.0, 27.0)}
    areas = {"a": "x", "b": "x", "c": "y"}
    assert draw(positions, areas) == draw(dict(reversed(positions.items())), areas)
