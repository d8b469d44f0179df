"""How every report of the common shape is told beside its table: its JSON, its facts, its charts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from registry.domain.rules import RuleRow
from reports import words
from reports.columns import Column
from reports.facts import rule_text, selection_facts
from reports.render import json
from reports.render.charts import MOST_BARS, Bars
from reports.render.files import Manner
from reports.tabular import Cell, Chart, Named, Note, TableReport, TableRow, code_of, opening_parameters, said, written

_SUFFIX: Final[Mapping[str, str]] = {"kg": "_kg", "kWh": "_kwh", "%": "_percent"}
_LABELS: Final[Mapping[str, words.Words]] = {
    "question": {"zh": "问题", "en": "Question"},
    "definition": {"zh": "定义", "en": "Definition"},
    "source": {"zh": "出处", "en": "Source"},
    "estimate": {"zh": "估算", "en": "Estimate"},
    "rule": {"zh": "规则版本", "en": "Rule version"},
    "finding": {"zh": "发现", "en": "Finding"},
}


def body(report: TableReport) -> dict[str, Any]:
    """The whole report: what each column is, and every cell under its column's key with the unit behind it."""
    about = report.about
    return {
        "report": about.name,
        "title": dict(about.title),
        "question": dict(about.question),
        **json.head(report.selection, forecast=report.forecast),
        "estimate": dict(report.estimate) if report.estimate else None,
        "definition": {
            report.selection.basis: dict(words.DEFINITIONS[report.selection.basis]),
            about.name: dict(about.definition),
        },
        "source": about.source,
        "columns": [_column(column) for column in report.columns],
        "rule_versions": [_rule(rule) for rule in report.rules],
        "totals": _cells(report, report.totals),
        "rows": [_row(report, row) for row in report.rows],
        "findings": [_finding(note) for note in report.findings],
    }


def json_key(column: Column) -> str:
    """A column's key with its unit."""
    return column.key + _SUFFIX.get(column.unit, "")


def _column(column: Column) -> dict[str, Any]:
    return {"key": json_key(column), "name": dict(column.words), "kind": column.kind, "unit": column.unit or None}


def _cells(report: TableReport, cells: Mapping[str, Cell]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for column in report.columns:
        if column.key not in cells:
            continue
        cell = cells[column.key]
        found[json_key(column)] = written(column, cell)
        if isinstance(cell, Named):
            found[f"{column.key}_name"] = dict(cell.words)
    return found


def _row(report: TableReport, row: TableRow) -> dict[str, Any]:
    opens = {
        json_key(column): parameters["figure"]
        for column in report.columns
        if (parameters := opening_parameters(report, row, column))
    }
    return {**_cells(report, row.cells), "narrowing": dict(row.narrowing), "figures": opens}


def _rule(rule: RuleRow) -> dict[str, Any]:
    return {
        "rule": rule.rule,
        "indicator": rule.indicator,
        "asked": f"{rule.comparator} {rule.value} {rule.unit}".strip(),
        "instrument": rule.instrument,
        "valid_from": rule.valid_from.isoformat(),
        "valid_to": rule.valid_to.isoformat() if rule.valid_to else None,
        "source": rule.source,
        "verified": rule.verified_as,
        "enabled": rule.enabled,
        "reason": rule.reason,
    }


def _finding(note: Note) -> dict[str, Any]:
    return {
        "code": note.code,
        "where": [code_of(part) for part in note.where if code_of(part)],
        "facts": {key: code_of(value) for key, value in note.facts.items()},
        "text": {each: note.text(each) for each in ("zh", "en")},
    }


def facts(report: TableReport, language: str) -> list[tuple[str, str]]:
    """What was asked, by which definition and rules it is answered, and the findings."""
    about = report.about
    found = selection_facts(
        report.selection, language, title=about.title[language], forecast=report.forecast, definitions=()
    )
    said_of = [("question", about.question[language]), ("definition", about.definition[language])]
    said_of += [("source", about.source)] if about.source else []
    said_of += [("estimate", report.estimate[language])] if report.estimate else []
    said_of += [("rule", text) for text in dict.fromkeys(rule_text(each) for each in report.rules)]
    said_of += [("finding", f"{each.place(language)}: {each.text(language)}") for each in report.findings]
    return [*found, *((_LABELS[key][language], text) for key, text in said_of)]


_FLAT: Final = frozenset({"bar", "stacked", "line"})


def bars(report: TableReport, language: str) -> list[Bars]:
    """The charts a spreadsheet can draw itself: the first rows, in the report's order."""
    found = (_bars(chart, report, language) for chart in report.about.charts if chart.kind in _FLAT)
    return [each for each in found if each.categories and each.series]


def _bars(chart: Chart, report: TableReport, language: str) -> Bars:
    columns = {column.key: column for column in report.columns}
    rows = report.rows[:MOST_BARS]
    keys = [key for key in (*chart.series, *([chart.target] if chart.target else [])) if key in columns]
    keys = [key for key in keys if any(row.cells.get(key) not in (None, 0) for row in rows)]
    return Bars(
        title=chart.title[language],
        unit=columns[keys[0]].unit if keys else "",
        categories=[_label(chart, row, language) for row in rows],
        series={columns[key].words[language]: [_number(columns[key], row) for row in rows] for key in keys},
        keys=keys,
    )


def _label(chart: Chart, row: TableRow, language: str) -> str:
    return " · ".join(part for part in (said(row.cells.get(key), language) for key in chart.label) if part)


def _number(column: Column, row: TableRow) -> str | None:
    return written(column, row.cells.get(column.key))


GENERIC: Final = Manner(body=body, facts=facts, drawn=bars)
