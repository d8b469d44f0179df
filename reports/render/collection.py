"""How a collection rate report is told: its columns, its JSON, its facts."""

from __future__ import annotations

from typing import Any, Final

from registry.domain import scheme_words
from registry.domain.mass import kg_text
from registry.domain.schemes import Scheme
from reports import words
from reports.collection import CollectionLine, CollectionReport
from reports.columns import Column, Row, Table
from reports.facts import selection_facts
from reports.numbers import rounded
from reports.render import json
from reports.render.files import Manner


def _column(key: str, zh: str, en: str, kind: str = "text", unit: str = "") -> Column:
    return Column(key=key, words={"zh": zh, "en": en}, kind=kind, unit=unit)


COLUMNS: Final = (
    _column("stream", "物料代码", "Stream code"),
    _column("stream_name", "物料", "Stream"),
    _column("product", "品类", "Product"),
    _column("bucket", "地区", "Area"),
    _column("bucket_name", "地区名称", "Area name"),
    _column("year", "年份", "Year", "whole"),
    _column("scheme", "办法", "Scheme"),
    _column("window", "计入的年份", "Years of the window"),
    _column("collected_kg", "收集量", "Collected", "mass", "kg"),
    _column("placed_mean_kg", "平均投放量", "Placed on the market, mean", "mass", "kg"),
    _column("rate_percent", "收集率", "Collection rate", "rate", "%"),
    _column("findings", "发现", "Findings"),
)


def collection_table(report: CollectionReport, language: str) -> Table:
    """One row per rate."""
    return Table(name=report.name, columns=COLUMNS, rows=[_cells(line, language) for line in report.lines])


def _cells(line: CollectionLine, language: str) -> Row:
    return {
        "stream": line.stream,
        "stream_name": words.stream_words(line.stream)[language],
        "product": line.product or None,
        "bucket": line.bucket or None,
        "bucket_name": words.division_words(line.bucket)[language] if line.bucket else None,
        "year": str(line.year),
        "scheme": line.scheme.code,
        "window": " ".join(map(str, line.rate.window)) or None,
        "collected_kg": kg_text(line.collected_g),
        "placed_mean_kg": _mean_kg(line),
        "rate_percent": _rate(line),
        "findings": "; ".join(scheme_words.said(each, language) for each in line.findings) or None,
    }


def _mean_kg(line: CollectionLine) -> str | None:
    """Rounded for reading; the rate is computed from the sum."""
    window = line.rate.window
    return rounded(line.rate.base_g, 1000 * len(window), 3) if window else None


def _rate(line: CollectionLine) -> str | None:
    return None if line.rate.rate_percent is None else f"{line.rate.rate_percent:f}"


def _body(report: CollectionReport) -> dict[str, Any]:
    selection = report.selection
    schemes = dict.fromkeys(line.scheme for line in report.lines)
    return {
        "report": report.name,
        "title": dict(words.COLLECTION_TITLE),
        **json.head(selection, forecast=report.forecast),
        "definition": {key: dict(words.DEFINITIONS[key]) for key in (selection.basis, "collection")},
        "rule_versions": [_scheme(each) for each in schemes],
        "rows": [_row(line) for line in report.lines],
        "findings": [finding for line in report.lines for finding in _findings(line)],
    }


def _row(line: CollectionLine) -> dict[str, Any]:
    return {
        "stream": line.stream,
        "stream_name": dict(words.stream_words(line.stream)),
        "product": line.product,
        **({"area": line.bucket, "area_name": dict(words.division_words(line.bucket))} if line.bucket else {}),
        "year": line.year,
        "scheme": line.scheme.code,
        "window": list(line.rate.window),
        "collected_kg": kg_text(line.collected_g),
        "placed_on_market_kg": {str(year): kg_text(grams) for year, grams in line.placed_g.items()},
        "placed_mean_kg": _mean_kg(line),
        "rate_percent": _rate(line),
    }


def _findings(line: CollectionLine) -> list[dict[str, Any]]:
    where = {"stream": line.stream, "product": line.product, "bucket": line.bucket, "year": str(line.year)}
    return [
        {
            "code": finding.code,
            **{name: value for name, value in where.items() if value},
            "facts": dict(finding.facts),
            "text": {each: scheme_words.said(finding, each) for each in ("zh", "en")},
        }
        for finding in line.findings
    ]


def _scheme(scheme: Scheme) -> dict[str, Any]:
    return {
        "rule": scheme.code,
        "window": list(scheme.window),
        "instrument": scheme.instrument,
        "valid_from": scheme.valid_from.isoformat(),
        "valid_to": scheme.valid_to.isoformat() if scheme.valid_to else None,
        "source": scheme.source,
        "verified": scheme.verified_as,
        "enabled": scheme.enabled,
        "reason": scheme.reason,
    }


_RULE: Final = {"zh": "规则版本", "en": "Rule version"}


def _facts(report: CollectionReport, language: str) -> list[tuple[str, str]]:
    facts = selection_facts(
        report.selection,
        language,
        title=words.COLLECTION_TITLE[language],
        forecast=report.forecast,
        definitions=("collection",),
    )
    schemes = dict.fromkeys(line.scheme for line in report.lines)
    return [*facts, *((_RULE[language], _scheme_text(each)) for each in schemes)]


def _scheme_text(scheme: Scheme) -> str:
    window = " ".join(f"Y{offset:+d}" if offset else "Y" for offset in scheme.window)
    parts = (scheme.code, window, scheme.instrument, f"{scheme.valid_from} – {scheme.valid_to or '…'}")
    return " · ".join((*parts, scheme.verified_as, scheme.reason)).rstrip(" ·")


COLLECTION: Final = Manner(body=_body, facts=_facts)
