"""Columns declared once: what CSV, XLSX, JSON and a plain table show of a report, and how each is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from registry.domain.mass import kg_text
from registry.domain.periods import ZONE
from reports import words
from reports.figures import FIGURES, RATES
from reports.opening import Asked, Opening, amount_text
from reports.report import Line, Report

Row = Mapping[str, str | None]
"""column key → the cell as exact text; None where there is no value"""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How a column is written: `number` cells are exact decimal text; the rest is text and stays text."""

    number: bool
    xlsx_format: str = "@"
    width: int = 14


KINDS: Final[Mapping[str, Kind]] = {
    "text": Kind(number=False, width=20),
    "named": Kind(number=False, width=20),
    "id": Kind(number=False, width=38),
    "mass": Kind(number=True, xlsx_format="#,##0.000", width=16),
    "percent": Kind(number=True, xlsx_format="0.00", width=12),
    "rate": Kind(number=True, xlsx_format="0.0000", width=12),
    "whole": Kind(number=True, xlsx_format="0", width=12),
}


@dataclass(frozen=True, kw_only=True)
class Opens:
    """What the figures of a column open into: a key of `reports.figures.FIGURES`, or empty for the row's own `figure`.

    Without a substance or a source it is the row's own; a figure may name cells of the row in braces. `narrowing`:
    more filters than those of the row.
    """

    figure: str
    substance: str = ""
    source: str = ""
    narrowing: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its key, its words, its unit (in the header) and its kind. `opens`: its cells are figures."""

    key: str
    words: words.Words
    kind: str = "text"
    unit: str = ""
    opens: Opens | None = None

    def header(self, language: str) -> str:
        """The words with the unit."""
        return f"{self.words[language]} ({self.unit})" if self.unit else self.words[language]


@dataclass(frozen=True, kw_only=True)
class Table:
    """Columns and their rows, ready for any renderer."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Row]


def _text(key: str, zh: str, en: str, kind: str = "text") -> Column:
    return Column(key=key, words={"zh": zh, "en": en}, kind=kind)


_NAMES: Final = (
    _text("stream", "物料代码", "Stream code"),
    _text("stream_name", "物料", "Stream"),
    _text("product", "品类", "Product"),
    _text("bucket", "地区或月份", "Area or month"),
    _text("bucket_name", "地区名称", "Area name"),
    _text("source", "来源", "Source"),
    _text("substance", "物质代码", "Substance code"),
    _text("substance_name", "物质", "Substance"),
    _text("unit", "单位", "Unit"),
)
_HIDDEN: Final = frozenset({"recycled", "handed_on", "counted_output"})
"""the same figure as `recycle`, which the table shows already; and what belongs to other reports"""

RECOVERY: Final[Sequence[Column]] = (
    *_NAMES,
    *(Column(key=key, words=words.FIGURES[key], kind="mass", unit="kg|kWh") for key in FIGURES if key not in _HIDDEN),
    *(Column(key=f"{key}_percent", words=words.RATE_WORDS[key], kind="percent", unit="%") for key in RATES),
    _text("norm", "规范值（%）", "Norm (%)"),
    _text("norm_instrument", "规范", "Norm stands in"),
    _text("verdict", "比对", "Verdict"),
)


def recovery_table(report: Report, language: str) -> Table:
    """All lines of a report, one row per substance."""
    return Table(name=report.name, columns=RECOVERY, rows=[line_row(line, language) for line in report.lines])


def line_row(line: Line, language: str) -> Row:
    """The cells of one line."""
    return {
        "stream": line.stream,
        "stream_name": words.stream_words(line.stream)[language],
        "product": line.product or None,
        "bucket": line.bucket or None,
        "bucket_name": words.division_words(line.bucket)[language] if line.bucket.isdigit() else None,
        "source": words.SOURCES[line.source][language],
        "substance": line.substance,
        "substance_name": words.substance_words(line.substance)[language],
        "unit": words.unit_of(line.substance),
        **{key: kg_text(value) for key, value in line.figures.items()},
        **{f"{key}_percent": value for key, value in line.rates.items()},
        "norm": f"{line.norm.comparator} {line.norm.value}" if line.norm else None,
        "norm_instrument": line.norm.instrument if line.norm else None,
        "verdict": words.VERDICTS[line.verdict][language] or None,
    }


CONTRIBUTIONS: Final[Sequence[Column]] = (
    _text("seq", "回执号", "Receipt", "whole"),
    _text("event_id", "事件编号", "Event id", "id"),
    _text("kind", "事件", "Event"),
    _text("occurred_at", "发生时间", "Occurred at"),
    _text("recorded_at", "记录时间", "Recorded at"),
    _text("site", "站点", "Site"),
    _text("organisation", "组织", "Organisation"),
    _text("uscc", "统一社会信用代码", "USCC"),
    _text("batch_id", "批次编号", "Batch id", "id"),
    _text("batch_code", "回流码", "Registry code"),
    _text("batch_stream", "物料", "Stream"),
    _text("batch_product", "品类", "Product"),
    Column(key="amount", words={"zh": "数量", "en": "Amount"}, kind="mass", unit="kg|kWh"),
)


def contributions_table(opening: Opening, language: str) -> Table:
    """The batches and events of one page, and one row for what others hold."""
    rows = [_contribution(opening.asked, row, language) for row in opening.rows.to_dict("records")]
    rows += [_others(opening.asked, row, language) for row in opening.others.to_dict("records")]
    return Table(name=f"{opening.asked.text}", columns=CONTRIBUTIONS, rows=rows)


def _contribution(asked: Asked, row: Mapping[Any, Any], language: str) -> Row:
    return {
        "seq": str(row["seq"]),
        "event_id": row["event_id"],
        "kind": row["kind"],
        "occurred_at": row["occurred_at_utc"].astimezone(ZONE).isoformat(timespec="seconds"),
        "recorded_at": row["recorded_at_utc"].astimezone(ZONE).isoformat(timespec="seconds"),
        "site": row[f"site_{language}"],
        "organisation": row[f"organisation_{language}"],
        "uscc": row["uscc"],
        "batch_id": row["batch_id"],
        "batch_code": row["batch_code"],
        "batch_stream": row["batch_stream"],
        "batch_product": row["batch_product"],
        "amount": amount_text(asked, int(row["amount"])),
    }


def _others(asked: Asked, row: Mapping[Any, Any], language: str) -> Row:
    area = words.division_words(str(row["division_code"]))[language]
    return {
        **dict.fromkeys(column.key for column in CONTRIBUTIONS),
        "site": f"{words.OTHERS[language]} · {area}",
        "amount": amount_text(asked, int(row["amount"])),
    }


def shown(columns: Iterable[Column], rows: Sequence[Row]) -> tuple[Column, ...]:
    """The columns that have anything to say."""
    return tuple(column for column in columns if any(row.get(column.key) not in (None, "", "0") for row in rows))
