"""A table as a file to take away: its bytes, its media type, and a name that says what, where and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from registry.domain.refusals import Refusal
from reports import words
from reports.columns import CONTRIBUTIONS, Table, contributions_table
from reports.facts import Facts, report_facts, selection_facts
from reports.opening import Opening, figure_words
from reports.render import charts, csv, json, pdf, recovery_pages, xlsx
from reports.render.stamp import METHOD, SIGNATURE, Answer, Stamp, claims, sha256, sheet_digest, sidecar
from reports.selection import Selection


@dataclass(frozen=True, kw_only=True)
class File:
    """What a door sends; `attached` is for keeping rather than reading."""

    name: str
    media_type: str
    chunks: Iterable[bytes]
    attached: bool = True
    signature: str = ""
    """of a format that cannot carry one itself"""

    @property
    def content(self) -> bytes:
        """All of it."""
        return b"".join(self.chunks)


JSON = "application/json"
CSV = "text/csv; charset=utf-8"
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def name_of(what: str, selection: Selection, extension: str) -> str:
    """What, where, when, on which basis."""
    parts = (what, selection.stream, selection.product, selection.area)
    kept = "_".join("".join(c if c.isalnum() else "-" for c in part) for part in parts if part)
    when = f"{selection.period.start}_{selection.period.end}"
    return f"huiliu_{kept}_{when}_{selection.basis}.{extension}"


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a kind of report is told beside its table: its JSON, its facts, its charts, and its tables on paper."""

    body: Callable[[Any], Mapping[str, Any]]
    facts: Callable[[Any, str], Facts]
    drawn: Callable[[Any, str], Sequence[charts.Bars]] = lambda _report, _language: ()
    sections: Callable[[Any, Table, str], Sequence[pdf.Section]] | None = None
    """of a PDF; without it, all rows in one table"""


def _recovery_charts(report: Any, language: str) -> Sequence[charts.Bars]:
    return charts.outcomes(report, language), charts.elements(report, language)


RECOVERY: Final = Manner(
    body=json.report_body, facts=report_facts, drawn=_recovery_charts, sections=recovery_pages.sections
)


@dataclass(frozen=True, kw_only=True)
class _Told:
    """A report about to be written down."""

    report: Answer
    table: Table
    language: str
    manner: Manner
    stamp: Stamp | None

    def file(self, extension: str, media_type: str, content: bytes, **more: Any) -> File:
        name = name_of(self.report.name, self.report.selection, extension)
        return File(name=name, media_type=media_type, chunks=[content], **more)

    def token(self, form: str, **digests: str) -> str:
        """The signature over the question and these digests; empty without a stamp."""
        if self.stamp is None:
            return ""
        more = {"code": self.stamp.code} if self.stamp.code else {}
        return self.stamp.signer.token(claims(self.report, self.table, form, self.language, **digests, **more))

    @property
    def facts(self) -> Facts:
        found = self.manner.facts(self.report, self.language)
        return [*found, *self.stamp.facts(self.language)] if self.stamp else found


def _report_json(told: _Told) -> File:
    body = dict(told.manner.body(told.report))
    if told.stamp is not None:
        body["method"] = METHOD
        body["verify"] = told.stamp.shown
        body["signature"] = told.stamp.signer.mark(body)
    return told.file("json", JSON, json.text(body).encode(), attached=False)


def _report_csv(told: _Told) -> File:
    content = _csv_content(told)
    return told.file("csv", CSV, content, signature=told.token("csv", file_sha256=sha256(content)))


def _report_sig(told: _Told) -> File:
    """What a CSV cannot say in itself: the signature over its bytes, to be kept beside it."""
    digest = sha256(_csv_content(told))
    name = name_of(told.report.name, told.report.selection, "csv")
    body = sidecar(name, digest, told.token("csv", file_sha256=digest))
    return told.file("csv.sig", JSON, json.text(body).encode())


def _csv_content(told: _Told) -> bytes:
    return "".join(csv.lines(told.table, told.language)).encode()


def _report_xlsx(told: _Told) -> File:
    facts = told.facts
    if told.stamp is not None:
        sheet = sheet_digest(xlsx.data_cells(told.table, told.language))
        token = told.token("xlsx", sheet_sha256=sheet, facts_sha256=sheet_digest(facts))
        facts = [*facts, (SIGNATURE[told.language], token)]
    content = xlsx.workbook(
        told.table,
        facts,
        language=told.language,
        made_at=told.report.selection.as_of_utc,
        bars=told.manner.drawn(told.report, told.language),
    )
    return told.file("xlsx", XLSX, content)


def _report_pdf(told: _Told) -> File:
    facts = told.manner.facts(told.report, told.language)
    sections = told.manner.sections
    document = pdf.Document(
        answer=told.report,
        title=facts[0][1],
        facts=facts,
        bars=told.manner.drawn(told.report, told.language),
        sections=(
            sections(told.report, told.table, told.language)
            if sections
            else pdf.whole(facts, told.table, told.language)
        ),
    )
    return told.file("pdf", PDF, pdf.document(document, told.table, language=told.language, stamp=told.stamp))


_REPORT: Final[Mapping[str, Callable[[_Told], File]]] = MappingProxyType(
    {"json": _report_json, "csv": _report_csv, "xlsx": _report_xlsx, "pdf": _report_pdf, "csv.sig": _report_sig}
)
FORMATS: Final = ("json", "csv", "xlsx", "pdf")
_OPENING: Final = ("json", "csv", "xlsx")


def check_format(form: str, known: Sequence[str] = tuple(_REPORT)) -> str:
    """The format, or Refusal `unknown_format`: asked before the ledger is."""
    if form not in known:
        raise Refusal("unknown_format", format=form[:20], known=list(known))
    return form


def report_file(
    report: Answer, table: Table, form: str, language: str, manner: Manner = RECOVERY, *, stamp: Stamp | None = None
) -> File:
    """The report in one of FORMATS (or `csv.sig`), signed where there is a stamp. Refusal: unknown_format."""
    told = _Told(report=report, table=table, language=language, manner=manner, stamp=stamp)
    return _REPORT[check_format(form)](told)


def opening_file(opening: Opening, form: str, language: str) -> File:
    """What is behind a figure, as JSON, CSV or XLSX. Refusal: unknown_format."""
    table = contributions_table(opening, language)
    selection, name = opening.selection, opening.asked.text
    if check_format(form, _OPENING) == "json":
        body = json.text(json.opening_body(opening, table))
        return File(name=name_of(name, selection, form), media_type=JSON, chunks=[body.encode()], attached=False)
    if form == "csv":
        lines = (line.encode() for line in csv.lines(table, language))
        return File(name=name_of(name, selection, form), media_type=CSV, chunks=lines)
    title = f"{figure_words(opening.asked)[language]} · {words.substance_words(opening.asked.substance)[language]}"
    facts = selection_facts(selection, language, title=title, forecast=opening.forecast)
    content = xlsx.workbook(table, facts, language=language, made_at=selection.as_of_utc)
    return File(name=name_of(name, selection, form), media_type=XLSX, chunks=[content])


def contribution_keys() -> tuple[str, ...]:
    """The cells of one contribution."""
    return tuple(column.key for column in CONTRIBUTIONS)
