"""The catalogue's entry of the collection rate: collected over the mean of what was placed on the market."""

from __future__ import annotations

from typing import Final

from registry.domain import scheme_words
from registry.domain.schemes import SchemeFinding
from reports.collection import BREAKDOWNS, CollectionLine, CollectionReport, collection
from reports.columns import Column
from reports.dimensions import column_of, named
from reports.entry import Entry, either, either_table
from reports.numbers import rounded
from reports.queries.market import collected_and_placed
from reports.render.collection import COLLECTION, collection_table
from reports.selection import NO_PRODUCT
from reports.tabular import About, Cell, Named, Note, TableReport, TableRow, figure, text
from reports.words import COLLECTION_TITLE, DEFINITIONS, FIGURES

ABOUT: Final = About(
    name="collection_rate",
    title=COLLECTION_TITLE,
    group="duties",
    question={
        "zh": "卖出去的产品，收回来了几成？",
        "en": "Which share of what was sold has been collected?",
    },
    definition=DEFINITIONS["collection"],
    source="registry/data/schemes.csv",
)

_COLUMNS: Final = (
    *(column_of(dim) for dim in ("area", "stream", "product", "year")),
    text("scheme", "办法", "Scheme"),
    text("window", "计入的年份", "Years of the window"),
    figure("collected", FIGURES["collected"]),
    Column(key="placed_mean", words={"zh": "平均投放量", "en": "Placed on the market, mean"}, kind="mass", unit="kg"),
    Column(key="rate", words={"zh": "收集率", "en": "Collection rate"}, kind="rate", unit="%"),
)


def tabled(report: CollectionReport) -> TableReport:
    """The rates as rows of the common shape, whose collected figures open."""
    return TableReport(
        about=ABOUT,
        selection=report.selection,
        columns=_COLUMNS,
        rows=tuple(_row(line, report) for line in report.lines),
        findings=tuple(_note(line, each) for line in report.lines for each in line.findings),
        forecast=report.forecast,
    )


def _row(line: CollectionLine, report: CollectionReport) -> TableRow:
    window, rate = line.rate.window, line.rate.rate_percent
    merged = report.selection.by == "stream"
    cells: dict[str, Cell] = {
        "area": named("area", line.bucket, {}) if line.bucket else None,
        "stream": named("stream", line.stream, {}),
        "product": None if merged else named("product", line.product, {}),
        "year": named("year", str(line.year), {}),
        "scheme": line.scheme.code,
        "window": " ".join(map(str, window)),
        "collected": line.collected_g,
        "placed_mean": int(rounded(line.rate.base_g, len(window), 0)) if window else None,
        "rate": None if rate is None else f"{rate:f}",
    }
    narrowing = {"stream": line.stream, "from": f"{line.year}-01-01", "to": f"{line.year + 1}-01-01"}
    narrowing |= {} if merged else {"product": line.product or NO_PRODUCT}
    narrowing |= report.selection.row_parameters(line.bucket) if line.bucket else {}
    return TableRow(cells=cells, narrowing=narrowing)


def _note(line: CollectionLine, finding: SchemeFinding) -> Note:
    words = {language: _plain(scheme_words.said(finding, language)) for language in ("zh", "en")}
    where: tuple[Named | str, ...] = (named("stream", line.stream, {}), line.product, str(line.year))
    return Note(code=finding.code, template=words, where=where)


def _plain(sentence: str) -> str:
    return sentence.replace("{", "{{").replace("}", "}}")


ENTRY: Final = Entry(
    about=ABOUT,
    query=collected_and_placed,
    frame=collection,
    table=either_table(collection_table),
    tabled=tabled,
    manner=either(COLLECTION),
    breakdowns=BREAKDOWNS,
    filters=("scheme",),
)
