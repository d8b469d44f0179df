"""Flows 流向: what went from where to where, between areas, organisations and sites, or from stream through process."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from registry.domain.divisions import ancestors
from registry.domain.outcomes import LADDER
from registry.domain.substances import MASS
from reports import words
from reports.balances import PLACES, balances
from reports.columns import Column, Opens
from reports.dimensions import named, place_of
from reports.entry import Entry
from reports.queries.cube import cube
from reports.queries.names import names_of
from reports.selection import Selection
from reports.sheets import COLLECTED, Gathered
from reports.tabular import About, Chart, Named, TableReport, TableRow, names

_ENDS: Final = (*(each.code for each in LADDER), "intermediates")
_CELLS: Final = (
    *("source", "stream", "kind", "process", "account", "direction", "substance", "inside"),
    *("bucket", "here"),
)

ABOUT: Final = About(
    name="flows",
    title={"zh": "流向", "en": "Flows"},
    group="loop",
    question={
        "zh": "物料从哪里流向哪里，经过哪道工序，最后成为什么？",
        "en": "What flows from where to where, through which process, to which end?",
    },
    definition={
        "zh": "按地区、单位、站点：接收（及退役）时从发出方转到接收方的账面质量，计入接收的时间；"
        "拒收退回的量另为一条反向的流。按物料：每种来源物料投入各工序的质量，以及工序到各去向、损耗与中间产物的质量。",
        "en": "By area, organisation or site: the booked mass that passed from the sender to the receiver when it was "
        "received (or retired), at that time; what was refused and went back is a flow of its own. By stream: the mass "
        "of each stream of origin that went into each process, and from the process into outcomes, loss and "
        "intermediates.",
    },
    source="贵州省“十四五”工业节能规划 专栏8：物质流",
    charts=(
        Chart(kind="sankey", title={"zh": "流向", "en": "Flows"}, label=("origin", "destination"), series=("mass",)),
    ),
)

COLUMNS: Final = (
    names("stream", "物料", "Stream"),
    names("origin", "从", "From"),
    names("destination", "到", "To"),
    names("figure", "类别", "Kind"),
    Column(
        key="mass",
        words={"zh": "质量", "en": "Mass"},
        kind="mass",
        unit="kg",
        opens=Opens(figure="", substance="mass", source=COLLECTED),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Flow:
    """One link of the graph. `nodes`: (dimension, code) at both ends."""

    stream: str
    origin: tuple[str, str]
    destination: tuple[str, str]
    figure: str
    mass: int
    narrowing: Mapping[str, str] = field(default_factory=dict)


def query(session: Any, selection: Selection) -> Gathered:
    """One SELECT, and one for names where the nodes are sites or organisations."""
    cells = cube(session, selection, _CELLS)
    ids = {*cells["bucket"].unique(), *cells["here"].unique()}
    return Gathered(cells=cells, names=names_of(session, selection.by, ids))


def frame(gathered: Gathered, selection: Selection) -> TableReport:
    """The links: collected mass only; in the order of streams, then the largest first."""
    cells = gathered.cells
    mine = cells[(cells["source"] == COLLECTED) & (cells["substance"] == MASS)]
    found = _handed_on(mine, selection) if selection.by in PLACES else _processed(mine)
    flows = sorted(found, key=lambda flow: (place_of("stream", flow.stream), -flow.mass, flow.origin, flow.destination))
    return TableReport(
        about=ABOUT,
        selection=selection,
        columns=COLUMNS,
        rows=tuple(_row(flow, gathered) for flow in flows),
        forecast=bool(len(mine)) and bool(mine["forecast"].max()),
    )


def _handed_on(cells: pd.DataFrame, selection: Selection) -> Iterator[Flow]:
    """Between places; what stays within one is no flow."""
    columns = ("bucket", "here")
    sums: defaultdict[tuple[str, str, str], int] = defaultdict(int)
    for balance in balances(cells, ["stream", *columns], ["handed_on"]):
        stream, origin, destination = (balance.key[key] for key in ("stream", *columns))
        if selection.by == "area":
            origin, destination = (_part(code, selection) for code in (origin, destination))
        sums[stream, origin, destination] += balance.figures["handed_on"]
    for (stream, origin, destination), mass in sums.items():
        if mass and origin != destination:
            yield Flow(
                stream=stream,
                origin=(selection.by, origin),
                destination=(selection.by, destination),
                figure="handed_on",
                mass=mass,
                narrowing={**selection.row_parameters(origin), "to_place": _place(destination, selection)},
            )


def _part(code: str, selection: Selection) -> str:
    """The part of the area a division is counted in; what lies outside it is told by prefecture."""
    part = selection.area_children.get(code)
    if part is not None:
        return part
    above = ancestors(code)
    return above[0] if len(above) > 1 else code


def _place(code: str, selection: Selection) -> str:
    alone = selection.by == "area" and code == selection.area
    return f"{'alone' if alone else selection.by}:{code}"


def _processed(cells: pd.DataFrame) -> Iterator[Flow]:
    """From stream to process, and from process to what became of it."""
    chosen = cells[cells["process"] != ""]
    for balance in balances(chosen, ["stream", "process"], ["process_input", *_ENDS]):
        stream, process = balance.key["stream"], balance.key["process"]
        ends = [(("stream", stream), ("process", process), "process_input")]
        ends += [(("process", process), ("figure", end), end) for end in _ENDS]
        for origin, destination, figure in ends:
            if mass := balance.figures[figure]:
                yield Flow(
                    stream=stream,
                    origin=origin,
                    destination=destination,
                    figure=figure,
                    mass=mass,
                    narrowing={"process": process},
                )


def _row(flow: Flow, gathered: Gathered) -> TableRow:
    return TableRow(
        cells={
            "stream": named("stream", flow.stream, {}),
            "origin": _node(flow.origin, gathered),
            "destination": _node(flow.destination, gathered),
            "figure": Named(code=flow.figure, words=words.FIGURES[flow.figure]),
            "mass": flow.mass,
        },
        narrowing={"stream": flow.stream, **flow.narrowing},
    )


def _node(node: tuple[str, str], gathered: Gathered) -> Named:
    dimension, code = node
    if dimension == "figure":
        return Named(code=code, words=words.FIGURES[code])
    return named(dimension, code, gathered.names)


def nodes_of(report: TableReport) -> Sequence[Named]:
    """Every node once, in the order of the links."""
    cells = [row.cells[key] for row in report.rows for key in ("origin", "destination")]
    found = {cell.code: cell for cell in cells if isinstance(cell, Named)}
    return tuple(found.values())


ENTRY: Final = Entry(
    about=ABOUT,
    query=query,
    frame=frame,
    bases=("flow",),
    breakdowns=("area", "site", "organisation", "stream"),
)
