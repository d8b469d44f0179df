"""A table as a file to take away: its bytes, its media type, and a name that says what, where and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Protocol

from registry.domain.refusals import Refusal
from reports import words
from reports.columns import CONTRIBUTIONS, Table, contributions_table
from reports.facts import Facts, report_facts, selection_facts
from reports.opening import Opening
from reports.render import charts, csv, json, xlsx
from reports.selection import Selection


@dataclass(frozen=True, kw_only=True)
class File:
    """What a door sends; `attached` is for keeping rather than reading."""

    name: str
    media_type: str
    chunks: Iterable[bytes]
    attached: bool = True

    @property
    def content(self) -> bytes:
        """All of it."""
        return b"".join(self.chunks)


JSON = "application/json"
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _name(what: str, selection: Selection, extension: str) -> str:
    parts = (what, selection.stream, selection.product, selection.area)
    kept = "_".join("".join(c if c.isalnum() else "-" for c in part) for part in parts if part)
    when = f"{selection.period.start}_{selection.period.end}"
    return f"huiliu_{kept}_{when}_{selection.basis}.{extension}"


class Answer(Protocol):
    """What every report is: a name, and the question it answers."""

    @property
    def name(self) -> str: ...

    @property
    def selection(self) -> Selection: ...


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a kind of report is told beside its table: its JSON, its facts, its charts."""

    body: Callable[[Any], Mapping[str, Any]]
    facts: Callable[[Any, str], Facts]
    drawn: Callable[[Any, str], Sequence[charts.Bars]] = lambda _report, _language: ()


def _recovery_charts(report: Any, language: str) -> Sequence[charts.Bars]:
    return charts.outcomes(report, language), charts.elements(report, language)


RECOVERY: Final = Manner(body=json.report_body, facts=report_facts, drawn=_recovery_charts)


def _report_json(report: Answer, _table: Table, _language: str, manner: Manner) -> File:
    body = json.text(manner.body(report))
    name = _name(report.name, report.selection, "json")
    return File(name=name, media_type=JSON, chunks=[body.encode()], attached=False)


def _report_csv(report: Answer, table: Table, language: str, _manner: Manner) -> File:
    lines = (line.encode() for line in csv.lines(table, language))
    return File(name=_name(report.name, report.selection, "csv"), media_type=CSV, chunks=lines)


def _report_xlsx(report: Answer, table: Table, language: str, manner: Manner) -> File:
    content = xlsx.workbook(
        table,
        manner.facts(report, language),
        language=language,
        made_at=report.selection.as_of_utc,
        bars=manner.drawn(report, language),
    )
    return File(name=_name(report.name, report.selection, "xlsx"), media_type=XLSX, chunks=[content])


_REPORT: Final[Mapping[str, Callable[[Any, Table, str, Manner], File]]] = MappingProxyType(
    {"json": _report_json, "csv": _report_csv, "xlsx": _report_xlsx}
)
FORMATS: Final = tuple(_REPORT)


def check_format(form: str) -> str:
    """The format, or Refusal `unknown_format`: asked before the ledger is."""
    if form not in FORMATS:
        raise Refusal("unknown_format", format=form[:20], known=list(FORMATS))
    return form


def report_file(report: Answer, table: Table, form: str, language: str, manner: Manner = RECOVERY) -> File:
    """The report in one of FORMATS. Refusal: unknown_format."""
    return _REPORT[check_format(form)](report, table, language, manner)


def opening_file(opening: Opening, form: str, language: str) -> File:
    """What is behind a figure, in one of FORMATS. Refusal: unknown_format."""
    table = contributions_table(opening, language)
    selection, name = opening.selection, opening.asked.text
    if check_format(form) == "json":
        body = json.text(json.opening_body(opening, table))
        return File(name=_name(name, selection, form), media_type=JSON, chunks=[body.encode()], attached=False)
    if form == "csv":
        lines = (line.encode() for line in csv.lines(table, language))
        return File(name=_name(name, selection, form), media_type=CSV, chunks=lines)
    title = (
        f"{words.FIGURES[opening.asked.name][language]} · {words.substance_words(opening.asked.substance)[language]}"
    )
    facts = selection_facts(selection, language, title=title, forecast=opening.forecast)
    content = xlsx.workbook(table, facts, language=language, made_at=selection.as_of_utc)
    return File(name=_name(name, selection, form), media_type=XLSX, chunks=[content])


def contribution_keys() -> tuple[str, ...]:
    """The cells of one contribution."""
    return tuple(column.key for column in CONTRIBUTIONS)
