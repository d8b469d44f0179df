"""A report as JSON: every number exact decimal text, names in both languages, one object per stream and product."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from registry.domain.mass import kg_text, t_text
from registry.domain.periods import ZONE
from registry.domain.rules import RuleRow
from registry.domain.substances import is_element
from reports import words
from reports.columns import Table
from reports.figures import IN_SIDE, OUT_SIDE, OUTCOME_FIGURES, RATES
from reports.opening import Opening, amount_text
from reports.report import Finding, Line, Report
from reports.selection import Selection

_FATES = (*OUTCOME_FIGURES, "loss")


def text(body: Mapping[str, Any]) -> str:
    """The body as UTF-8 JSON, the same text for the same answer."""
    return json.dumps(body, ensure_ascii=False, indent=2)


def head(selection: Selection, *, forecast: bool) -> dict[str, Any]:
    """What was asked, and what a reader must know of every answer."""
    return {
        "basis": selection.basis,
        "filters": selection.parameters(),
        "area_name": dict(words.division_words(selection.area)),
        "cut_off": selection.as_of_utc.isoformat().replace("+00:00", "Z"),
        "zone": ZONE.key,
        "notice": dict(words.FORECAST) if forecast else None,
    }


def report_body(report: Report) -> dict[str, Any]:
    """The whole report."""
    selection = report.selection
    rows = list(report.rows.items())
    return {
        "report": report.name,
        "title": dict(words.TITLE),
        **head(selection, forecast=report.forecast),
        "definition": {key: dict(words.DEFINITIONS[key]) for key in (selection.basis, "recovery", "closing")},
        "rule_versions": [_rule(rule) for rule in report.rules],
        "totals_kg": {key: kg_text(value) for key, value in report.totals.items()},
        "rows": [_row(key, lines, selection) for key, lines in rows if key[0] == "collected"],
        "other_sources": [_row(key, lines, selection) for key, lines in rows if key[0] != "collected"],
        "findings": [_finding(finding) for finding in report.findings],
    }


def _rule(rule: RuleRow) -> dict[str, Any]:
    return {
        "rule": rule.rule,
        "indicator": rule.indicator,
        "norm_percent": f"{rule.comparator} {rule.value}",
        "instrument": rule.instrument,
        "valid_from": rule.valid_from.isoformat(),
        "valid_to": rule.valid_to.isoformat() if rule.valid_to else None,
        "verified": rule.verified_as,
    }


def _row(key: tuple[str, str, str, str], lines: Mapping[str, Line], selection: Selection) -> dict[str, Any]:
    source, stream, product, bucket = key
    named: dict[str, Any] = {"stream": stream, "stream_name": dict(words.stream_words(stream)), "product": product}
    if selection.by in ("area", "month"):
        named[selection.by] = bucket
    if selection.by == "area":
        named["area_name"] = dict(words.division_words(bucket))
    mass = lines.get("mass")
    energy = lines.get("energy")
    return {
        "source": source,
        **named,
        **(_mass(mass) if mass else {}),
        "energy_kwh": _sides(energy) if energy else None,
        "substances": [_element(line) for code, line in lines.items() if is_element(code)],
    }


def _mass(line: Line) -> dict[str, Any]:
    figures = line.figures
    return {
        "collected_kg": kg_text(figures["collected"]),
        "collected_t": t_text(figures["collected"]),
        "received_kg": kg_text(figures["received"]),
        "additions_kg": kg_text(figures["additions"]),
        "input_kg": kg_text(figures["input"]),
        "outcomes_kg": {code: kg_text(figures[code]) for code in _FATES},
        "closed_kg": kg_text(figures["closed"]),
        "shares_of_input_percent": _shares(line, "input"),
        "shares_of_closed_percent": _shares(line, "closed"),
        **{
            f"{key}_percent": value
            for key, value in line.rates.items()
            if not key.endswith(("_of_input", "_of_closed"))
        },
        "closing": _closing(line),
    }


def _shares(line: Line, base: str) -> dict[str, str | None]:
    return {code: line.rates[f"{code}_of_{base}"] for code in _FATES if f"{code}_of_{base}" in line.rates}


def _closing(line: Line) -> dict[str, Any]:
    return {**_sides(line), "rest_kg": kg_text(line.rest)}


def _sides(line: Line) -> dict[str, Any]:
    return {
        "in": {key: kg_text(line.figures[key]) for key in IN_SIDE},
        "out": {key: kg_text(line.figures[key]) for key in OUT_SIDE},
    }


def _element(line: Line) -> dict[str, Any]:
    figures = line.figures
    return {
        "substance": line.substance,
        "name": dict(words.substance_words(line.substance)),
        "contained_kg": kg_text(figures["input"]),
        "recycled_kg": kg_text(figures["recycled"]),
        "cascade_kg": kg_text(figures["cascade"]),
        "reuse_kg": kg_text(figures["reuse"]),
        "treated_kg": kg_text(figures["treated"]),
        "rate_percent": line.rates.get("element_recovery"),
        "treated_rate_percent": line.rates.get("treatment_yield"),
        "norm": _rule(line.norm) if line.norm else None,
        "verdict": line.verdict or None,
        "closing": _closing(line),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    where = {"stream": finding.stream, "product": finding.product, "bucket": finding.bucket}
    return {
        "code": finding.code,
        **{name: value for name, value in where.items() if value},
        "substance": finding.substance,
        "facts": dict(finding.facts),
        "text": {each: words.finding_text(finding.code, finding.facts, each) for each in ("zh", "en")},
    }


def opening_body(opening: Opening, table: Table) -> dict[str, Any]:
    """One page of contributions; `total_kg` is the figure, `others` what the reader may not open."""
    items: Sequence[Mapping[str, Any]] = table.rows
    unit = words.unit_of(opening.asked.substance)
    count = len(opening.rows)
    return {
        "figure": opening.asked.text,
        **head(opening.selection, forecast=opening.forecast),
        "unit": unit,
        "total": amount_text(opening.asked, opening.total),
        "items": [dict(row) for row in items[:count]],
        "others": [{"where": row["site"], "amount": row["amount"]} for row in items[count:]],
        "next": opening.cursor,
    }


def rate_keys() -> tuple[str, ...]:
    """The rates a row may carry, for the API's description."""
    return tuple(RATES)
