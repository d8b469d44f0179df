"""Avoided CO2 碳减排估算: recycled mass times a published factor, marked as an estimate; burdens stand apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from registry.domain.emissions import Factor, burden_for, credit_for
from registry.domain.mass import kg_text
from registry.domain.substances import MASS
from reports.balances import balances, bucketed
from reports.columns import Column
from reports.dimensions import column_of, named, place_of
from reports.entry import Entry
from reports.queries.cube import cube
from reports.queries.lines import CELL_COLUMNS
from reports.queries.names import names_of
from reports.selection import BREAKDOWNS, Selection
from reports.sheets import COLLECTED, Gathered, Part, narrowing_of
from reports.tabular import ROW_NAMES, About, Cell, Chart, Named, Note, TableReport, TableRow, text

_NO_FACTOR: Final = {
    "zh": "没有可用的减排系数，{kg} 千克再生利用未计入估算",
    "en": "No factor in use: {kg} kg of recycling are not in the estimate",
}
_OFF: Final = {
    "zh": "负担系数（{factor} kg CO₂e/t）未启用，不与减排相抵：{reason}",
    "en": "The burden factor ({factor} kg CO₂e/t) is switched off and is never set against a credit: {reason}",
}
ESTIMATE: Final = {
    "zh": "估算，非实测：质量 × 公开系数，系数与来源见每行；各系数的边界不同，不宜相加比较。",
    "en": "An estimate, not a measurement: mass × a published factor, named with its source in each row; the factors "
    "have different bounds.",
}

ABOUT: Final = About(
    name="avoided_co2",
    title={"zh": "碳减排估算", "en": "Avoided CO₂ (estimate)"},
    group="loop",
    question={
        "zh": "再生利用大约少排了多少二氧化碳？",
        "en": "How much CO₂ has recycling avoided, roughly?",
    },
    definition={
        "zh": "估算减排 = 再生利用的质量 × 该材料的减排系数（负值为减排，此处以正数列出）。没有启用系数的材料不估算。"
        "处理负担只在有启用的系数时列出，从不与减排相抵或相加。",
        "en": "Estimated avoidance = recycled mass × the material's factor (credits are negative in the table, shown "
        "as positive numbers here). Materials without a factor in use are not estimated. The burden of treatment is "
        "shown where a factor for it is in use, and is never added to, or set against, a credit.",
    },
    source="registry/data/emission_factors.csv",
    charts=(
        Chart(
            kind="bar",
            title={"zh": "估算减排", "en": "Estimated avoidance"},
            label=ROW_NAMES,
            series=("avoided",),
        ),
    ),
)

_PARTS: Final = (Part(key="recycled"), Part(key="process_input"))


def _gas(key: str, zh: str, en: str) -> Column:
    return Column(key=key, words={"zh": zh, "en": en}, kind="mass", unit="kg CO₂e")


def query(session: Any, selection: Selection) -> Gathered:
    """One SELECT, and one for names where the rows are sites or organisations."""
    cells = cube(session, selection, (*CELL_COLUMNS, "process", "batch_stream"))
    return Gathered(cells=cells, names=names_of(session, selection.by, cells["bucket"].unique()))


def _dims(selection: Selection) -> tuple[str, ...]:
    rows = ("stream", "product", "process") if selection.by != "stream" else ("stream", "process")
    return rows if selection.by in rows else (selection.by, *rows)


def frame(gathered: Gathered, selection: Selection) -> TableReport:
    """A row per breakdown, stream, product and process that recycled anything, or has a burden to its name."""
    cells = gathered.cells
    mine = cells[(cells["source"] == COLLECTED) & (cells["substance"] == MASS) & (cells["process"] != "")]
    dims = _dims(selection)
    columns = ["bucket" if dim not in ("stream", "product", "process") else dim for dim in dims]
    found: dict[tuple[str, ...], list[tuple[str, Mapping[str, int]]]] = {}
    for each in balances(bucketed(mine, selection), [*columns, "batch_stream"], ["recycled", "process_input"]):
        found.setdefault(tuple(each.key[column] for column in columns), []).append(
            (each.key["batch_stream"], each.figures)
        )
    rows: list[TableRow] = []
    notes: list[Note] = []
    for key in sorted(found, key=lambda key: tuple(map(place_of, dims, key))):
        named_by = dict(zip(dims, key, strict=True))
        row, more = _row(named_by, found[key], gathered, selection)
        rows.append(row)
        notes += more
    return TableReport(
        about=ABOUT,
        selection=selection,
        columns=_columns(dims),
        rows=tuple(rows),
        findings=tuple(notes),
        totals={key: sum(_int(row, key) for row in rows) for key in ("recycled", "avoided")},
        forecast=bool(len(mine)) and bool(mine["forecast"].max()),
        estimate=ESTIMATE,
    )


def _columns(dims: tuple[str, ...]) -> tuple[Column, ...]:
    return (
        *(column_of(dim) for dim in dims),
        *(part.column for part in _PARTS),
        text("factor", "减排系数（kg CO₂e/t）", "Credit factor (kg CO₂e/t)"),
        _gas("avoided", "估算减排", "Estimated avoidance"),
        _gas("burden", "估算处理负担（不相抵）", "Estimated burden (apart)"),
        text("factor_source", "系数来源", "Source of the factor"),
    )


def _int(row: TableRow, key: str) -> int:
    cell = row.cells[key]
    return cell if isinstance(cell, int) else 0


def _row(
    key: Mapping[str, str], parts: list[tuple[str, Mapping[str, int]]], gathered: Gathered, selection: Selection
) -> tuple[TableRow, list[Note]]:
    """What each material of the row avoided, by the factor of its own stream; a note for what has none."""
    names = {dim: named(dim, code, gathered.names) for dim, code in key.items()}
    where, process, product = tuple(names.values()), key["process"], key.get("product", "")
    recycled = {stream: figures["recycled"] for stream, figures in parts if figures["recycled"]}
    used = {stream: credit_for(stream, product, process) for stream in recycled}
    gains = [(factor, recycled[stream]) for stream, factor in used.items() if factor]
    treated = sum(figures["process_input"] for _, figures in parts)
    burden = burden_for(key["stream"], product, process)
    off = burden_for(key["stream"], product, process, enabled=False)
    cells: dict[str, Cell] = {
        **names,
        "recycled": sum(recycled.values()),
        "process_input": treated,
        "factor": "; ".join(dict.fromkeys(f"{factor.kg_per_t}" for factor, _ in gains)) or None,
        "avoided": sum(factor.grams(mass) for factor, mass in gains) if gains else None,
        "burden": burden.grams(treated) if burden else None,
        "factor_source": "; ".join(dict.fromkeys(_source(factor) for factor, _ in gains)) or None,
    }
    left = sum(recycled[stream] for stream, factor in used.items() if factor is None)
    notes = [Note(code="no_factor", template=_NO_FACTOR, where=where, facts={"kg": kg_text(left)})] if left else []
    if off and treated:
        facts: dict[str, str | Named] = {"factor": f"{off.kg_per_t}", "reason": off.reason}
        notes.append(Note(code="burden_off", template=_OFF, where=where, facts=facts))
    return TableRow(cells=cells, narrowing=narrowing_of(selection, key)), notes


def _source(factor: Factor) -> str:
    return f"{factor.material}: {factor.source} ({factor.verified_as})"


ENTRY: Final = Entry(about=ABOUT, query=query, frame=frame, breakdowns=BREAKDOWNS)
