"""The charts a report says it has, as the pages draw them out of its own rows. Pure; values as exact decimal text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from registry.domain.outcomes import LADDER
from reports.columns import Column
from reports.tabular import Cell, Chart, Named, TableReport, TableRow, code_of, said, written

MOST_BARS: Final = 24
MOST_LINES: Final = 8
FEW: Final = 3
TIMES: Final = ("month", "quarter", "year")

Drawn = dict[str, Any]


def pictures(report: TableReport, language: str) -> list[Drawn]:
    """What static/js/charts draws, one per chart that has anything to show. Maps are drawn by the page itself."""
    found = [_picture(chart, report, language) for chart in report.about.charts if chart.kind != "map"]
    return [each for each in found if each is not None]


def maps(report: TableReport) -> list[tuple[Chart, dict[str, str | None]]]:
    """The charts that are maps, each with part of the area → exact text of its first series."""
    columns = {column.key: column for column in report.columns}
    return [
        (
            chart,
            {
                code_of(row.cells.get(chart.label[0])): written(
                    columns[chart.series[0]], row.cells.get(chart.series[0])
                )
                for row in report.rows
            },
        )
        for chart in report.about.charts
        if chart.kind == "map" and report.rows and chart.series[0] in columns
    ]


def _picture(chart: Chart, report: TableReport, language: str) -> Drawn | None:
    columns = {column.key: column for column in report.columns}
    series = [key for key in chart.series if key in columns and _used(report.rows, key)]
    if not report.rows or not series:
        return None
    if chart.kind == "sankey":
        return _sankey(chart, report, columns[series[0]], language)
    if report.selection.by in TIMES and chart.kind in ("bar", "line"):
        return _lines(chart, report, columns, series, language)
    return _bars(chart, report, columns, series, language)


def _used(rows: Sequence[TableRow], key: str) -> bool:
    return any(row.cells.get(key) not in (None, 0) for row in rows)


def _bars(
    chart: Chart, report: TableReport, columns: Mapping[str, Column], series: Sequence[str], language: str
) -> Drawn:
    labels = _telling(chart.label, report.rows)
    rows = _largest(report.rows, series)
    more = len(rows) < len(report.rows)
    drawn = [_series(columns[key], key, rows, language) for key in series]
    if chart.target and chart.kind == "bar" and _used(rows, chart.target):
        drawn.append(_series(columns[chart.target], "norm", rows, language, of=chart.target))
    return {
        "kind": "stacked" if chart.kind == "stacked" else "bar",
        "title": _titled(chart, language, most=MOST_BARS if more else None),
        "unit": columns[series[0]].unit,
        "categories": [_label(row, labels, language) for row in rows],
        "series": drawn,
    }


def _largest(rows: Sequence[TableRow], series: Sequence[str]) -> list[TableRow]:
    """The rows with most of the first series, in the report's order."""
    if len(rows) <= MOST_BARS:
        return list(rows)
    size = [sum(abs(value) for key in series if isinstance(value := row.cells.get(key), int)) for row in rows]
    kept = sorted(range(len(rows)), key=lambda place: -size[place])[:MOST_BARS]
    return [rows[place] for place in sorted(kept)]


def _series(column: Column, key: str, rows: Sequence[TableRow], language: str, of: str | None = None) -> Drawn:
    values = [written(column, row.cells.get(of or key)) for row in rows]
    return {"key": key, "name": column.words[language], "values": values}


def _titled(chart: Chart, language: str, *, most: int | None) -> str:
    title = chart.title[language]
    if most is None:
        return title
    return {"zh": f"{title}（最大的 {most} 项）", "en": f"{title} (the largest {most})"}[language]


def _telling(labels: Sequence[str], rows: Sequence[TableRow]) -> list[str]:
    """The label columns that tell rows apart; the first that says anything where none does."""
    spoken = [key for key in labels if any(code_of(row.cells.get(key)) for row in rows)]
    apart = [key for key in spoken if len({code_of(row.cells.get(key)) for row in rows}) > 1]
    return apart or spoken[:1]


def _label(row: TableRow, labels: Sequence[str], language: str) -> str:
    return " · ".join(text for text in (said(row.cells.get(key), language) for key in labels) if text)


def _lines(
    chart: Chart, report: TableReport, columns: Mapping[str, Column], series: Sequence[str], language: str
) -> Drawn:
    """One line per row name and series over the periods; the target as one more."""
    by = report.selection.by
    periods = sorted({code_of(row.cells.get(by)) for row in report.rows} - {""})
    labels = [key for key in _telling(chart.label, report.rows) if key != by]
    drawn: list[Drawn] = []
    groups: dict[str, list[TableRow]] = {}
    for row in report.rows:
        groups.setdefault(_label(row, labels, language), []).append(row)
    # Many names are lines enough: a second figure of each would be a thicket.
    for key in series if len(groups) <= FEW else series[:1]:
        for name, rows in groups.items():
            at = {code_of(row.cells.get(by)): written(columns[key], row.cells.get(key)) for row in rows}
            title = " · ".join(part for part in (name, columns[key].words[language] if len(series) > 1 else "") if part)
            values = [at.get(period) for period in periods]
            drawn.append({"key": f"{key}/{name}", "name": title or columns[key].words[language], "values": values})
    kept = drawn[:MOST_LINES]
    if chart.target and _used(report.rows, chart.target):
        target = {
            code_of(row.cells.get(by)): written(columns[chart.target], row.cells.get(chart.target))
            for row in report.rows
        }
        name = columns[chart.target].words[language]
        kept.append({"key": "target", "name": name, "values": [target.get(period) for period in periods]})
    return {
        "kind": "line",
        "title": _titled(chart, language, most=MOST_LINES if len(drawn) > MOST_LINES else None),
        "unit": columns[series[0]].unit,
        "categories": periods,
        "series": kept,
    }


def _sankey(chart: Chart, report: TableReport, column: Column, language: str) -> Drawn:
    """From the first label to the second. A code on both sides is one node, unless something would run in a circle."""
    ends = (chart.label[0], chart.label[1])
    links: dict[Link, int] = {}
    said_as: dict[str, str] = {}
    for row in report.rows:
        amount = row.cells.get(column.key)
        if not isinstance(amount, int) or amount <= 0:
            continue
        one, two = (_node(row.cells.get(key)) for key in ends)
        said_as |= {node: said(row.cells.get(key), language) or "—" for node, key in zip((one, two), ends, strict=True)}
        links[one, two] = links.get((one, two), 0) + amount
    more = len(links) > MOST_BARS
    links = dict(sorted(links.items(), key=lambda link: -link[1])[:MOST_BARS])
    depths = _depths(links)
    if depths is None:
        links = {(f"{FROM}{one}", two): amount for (one, two), amount in links.items()}
        depths = {node: 0 if node == one else 1 for one, two in links for node in (one, two)}
    named = {node: said_as[node.removeprefix(FROM)] for node in depths}
    return {
        "kind": "sankey",
        "title": _titled(chart, language, most=MOST_BARS if more else None),
        "unit": column.unit,
        "nodes": [
            {
                "id": node,
                "name": named[node],
                "depth": depth,
                "key": _rung(node),
                "value": _held(node, links, column),
                "href": None,
            }
            for node, depth in depths.items()
        ],
        "links": [
            {"source": one, "target": two, "value": written(column, amount), "from": named[one], "to": named[two]}
            for (one, two), amount in links.items()
        ],
    }


Link = tuple[str, str]
FROM: Final = "from/"
"""before the code of a node that stands on the left only"""
_RUNGS: Final = {each.code: each.name_zh for each in LADDER}


def _node(cell: Cell) -> str:
    """A code with its name: a process and an outcome may share a code, and are not one."""
    return f"{code_of(cell)}|{cell.words['zh']}" if isinstance(cell, Named) else code_of(cell)


def _rung(node: str) -> str | None:
    """An end has the ladder's colour."""
    code, _, name = node.partition("|")
    return code if _RUNGS.get(code) == name else None


def _held(node: str, links: Mapping[Link, int], column: Column) -> str | None:
    """What goes through a node: in, or out where nothing goes in."""
    into = sum(amount for (_, two), amount in links.items() if two == node)
    return written(column, into or sum(amount for (one, _), amount in links.items() if one == node))


def _depths(links: Mapping[Link, int]) -> dict[str, int] | None:
    """Each node's longest way from a beginning; None where the links run in a circle."""
    depths = dict.fromkeys((node for link in links for node in link), 0)
    for _ in range(len(depths) + 1):
        deeper = {two: depths[one] + 1 for one, two in links if depths[two] <= depths[one]}
        if not deeper:
            return depths
        depths |= deeper
    return None
