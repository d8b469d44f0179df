"""The recovery report on paper: what became of the mass, what came back of each element, how each balance closes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Final

from reports import words
from reports.columns import Column, Row, Table
from reports.figures import IN_SIDE, OUT_SIDE, OUTCOME_FIGURES, RATES
from reports.render.pdf import Section
from reports.report import Report

_ROW: Final = ("stream_name", "product", "bucket_name", "bucket")
_SHARES: Final = ("_of_input_percent", "_of_closed_percent")
_FATES: Final = (*OUTCOME_FIGURES, "loss", "stock", "transit")
_TITLES: Final[dict[str, words.Words]] = {
    "mass": {"zh": "去向", "en": "What became of it"},
    "shares": {"zh": "去向构成", "en": "Shares of the outcomes"},
    "elements": {"zh": "元素回收", "en": "Element recovery"},
    "closing": {"zh": "平衡", "en": "Balance"},
}
_SOURCE: Final[words.Words] = {
    "zh": "来源：本登记簿质量台账，由逐笔扫码事件加总而成。",
    "en": "Source: the mass ledger of this registry, summed from the events captured scan by scan.",
}
_ELEMENTS: Final = (
    *("input", "recycled", "recycle", "cascade", "reuse", "treated"),
    *("element_recovery_percent", "treatment_yield_percent", "norm", "norm_instrument", "verdict"),
)


def sections(report: Report, table: Table, language: str) -> Sequence[Section]:
    """The one table cut as people read it; every figure of it stands in one of them."""
    lines = list(zip(report.lines, table.rows, strict=True))
    masses = [row for line, row in lines if line.source == "collected" and words.is_total(line.substance)]
    elements = [row for line, row in lines if "element_recovery" in line.rates]
    rates = [f"{key}_percent" for key in RATES if f"{key}_percent" not in _ELEMENTS]
    shares = [key for key in rates if key.endswith(_SHARES)]
    said = {key: words.DEFINITIONS[key][language] for key in (report.selection.basis, "recovery", "closing")}
    source = _SOURCE[language]
    kept = [key for key in rates if key not in shares]
    inputs = ("collected", "received", "input")
    found = [
        _cut(
            table, masses, "mass", language, keys=(*_ROW, *inputs, *_FATES, *kept), notes=[said[report.selection.basis]]
        ),
        _cut(table, masses, "shares", language, keys=(*_ROW, *shares)),
        _cut(
            table, elements, "elements", language, keys=(*_ROW, "substance_name", *_ELEMENTS), notes=[said["recovery"]]
        ),
        _cut(
            table,
            table.rows,
            "closing",
            language,
            keys=(*_ROW, "source", "substance_name", "unit", *IN_SIDE, *OUT_SIDE, "process_input", "process_output"),
            notes=[said["closing"]],
        ),
    ]
    return [replace(each, notes=[*each.notes, source]) for each in found if each.table.rows or each is found[0]]


def _cut(
    table: Table, rows: Sequence[Row], title: str, language: str, *, keys: Sequence[str], notes: Sequence[Any] = ()
) -> Section:
    units = {row.get("unit") for row in rows}
    if "unit" in keys:
        units = {""}  # it has a column of its own
    columns = [_in_unit(column, units) for column in table.columns if column.key in keys]
    return Section(title=_TITLES[title][language], table=replace(table, columns=columns, rows=rows), notes=notes)


def _in_unit(column: Column, units: Collection[str | None]) -> Column:
    """A column of the unit all its rows have."""
    return replace(column, unit="".join(filter(None, units))) if "|" in column.unit and len(units) == 1 else column
