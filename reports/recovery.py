"""The recovery report: what was collected, what became of it, and which share of each element came back.

Pure: a frame of cells in, a Report out. Sums stay integer; a rate is rounded once, half up, at its cell; nothing is
clamped. DOMAIN §2, §5, §6.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pandas as pd

from registry.domain.rules import RuleRow, norm_for
from registry.domain.streams import streams
from registry.domain.substances import MASS, SUBSTANCES, is_element
from reports.balances import balances, bucketed, total_of
from reports.facts import comparator
from reports.figures import FIGURES, RATES
from reports.numbers import exact_percent, percent
from reports.report import Finding, Line, Report
from reports.selection import Selection

NAME = "recovery"
COLLECTED = "collected"
_KEYS = ["source", "stream", "product", "bucket", "substance"]
_SOURCES = {COLLECTED: 0, "addition": 1, "unknown": 2}
_SUBSTANCES = {each.code: place for place, each in enumerate(SUBSTANCES)}
_HUNDRED = Decimal(100)


def recovery(cells: pd.DataFrame, selection: Selection) -> Report:
    """The report over these cells. Norms are those in force on the period's last day, or at the cut-off if earlier."""
    lines = _held_against_norms(_lines(bucketed(cells, selection)), selection.rules_on)
    return Report(
        name=NAME,
        selection=selection,
        lines=tuple(lines),
        findings=tuple(_findings(lines, selection)),
        rules=tuple(dict.fromkeys(line.norm for line in lines if line.norm)),
        totals=_totals(cells),
        forecast=bool(len(cells)) and bool(cells["forecast"].max()),
    )


def _lines(cells: pd.DataFrame) -> list[Line]:
    return sorted((_line(each.key, each.figures) for each in balances(cells, _KEYS)), key=_order)


def _totals(cells: pd.DataFrame) -> dict[str, int]:
    counted = cells[(cells["source"] == COLLECTED) & (cells["substance"] == MASS)]
    return {key: total_of(counted, key) for key in FIGURES}


def _line(key: Mapping[str, str], figures: Mapping[str, int]) -> Line:
    kind = "element" if is_element(key["substance"]) else key["substance"]
    rates = {
        rate.key: percent(figures[rate.over], figures[rate.under])
        for rate in RATES.values()
        # Pseudo-origins count in neither basis: they have a balance, but no rate.
        if kind in rate.kinds and key["source"] == COLLECTED
    }
    return Line(
        source=key["source"],
        stream=key["stream"],
        product=key["product"],
        bucket=key["bucket"],
        substance=key["substance"],
        figures=figures,
        rates=rates,
    )


def _order(line: Line) -> tuple[int, int, str, str, int]:
    places = {each.code: place for place, each in enumerate(streams())}
    return (
        _SOURCES.get(line.source, len(_SOURCES)),
        places.get(line.stream, len(places)),
        line.product,
        line.bucket,
        _SUBSTANCES.get(line.substance, len(_SUBSTANCES)),
    )


def _held_against_norms(lines: list[Line], day: date) -> list[Line]:
    """The lines with their norms and verdicts.

    Norms speak of what a plant makes of what it takes apart, so the verdict takes the share of what was treated:
    a battery in its second life, or still waiting, has missed no smelter's norm. A norm of several elements is one
    rate of them together.
    """
    known = {(line.row_key, line.substance): line for line in lines}
    judged = []
    for line in lines:
        norm = norm_for(line.substance, product=line.stream, on=day) if "treatment_yield" in line.rates else None
        if norm is None or norm.value is None:
            judged.append(line)
            continue
        together = [known[line.row_key, each] for each in norm.elements if (line.row_key, each) in known]
        judged.append(replace(line, norm=norm, verdict=_verdict(together, norm)))
    return judged


def _verdict(lines: Sequence[Line], norm: RuleRow) -> str:
    treated = sum(line.figures["treated"] for line in lines)
    if treated == 0:
        return ""
    recycled = sum(line.figures["recycled"] for line in lines)
    return "met" if norm.is_met_by(exact_percent(recycled, treated)) else "missed"


def _findings(lines: Iterable[Line], selection: Selection) -> Iterator[Finding]:
    for line in lines:
        if line.source == COLLECTED:
            yield from _rate_findings(line)
            if line.figures["moved"]:
                yield _finding("does_not_close", line, grams=str(line.figures["moved"]))
        if line.verdict == "missed" and line.norm:
            yield _finding(
                "norm_missed",
                line,
                percent=line.rates["treatment_yield"] or "",
                norm=f"{comparator(line.norm)} {line.norm.value}",
                instrument=line.norm.instrument,
            )
        # On the flow basis, and by process, these two are changes, which may fall; else a cohort's are what is there.
        for account in ("stock", "transit") if selection.basis == "cohort" and selection.by != "process" else ():
            if line.figures[account] < 0:
                yield _finding("negative_stock", line, account=account, grams=str(line.figures[account]))


def _rate_findings(line: Line) -> Iterator[Finding]:
    empty: dict[str, str] = {}
    for key, value in line.rates.items():
        rate = RATES[key]
        over, under = line.figures[rate.over], line.figures[rate.under]
        if under == 0:
            empty.setdefault(rate.under, key)
        elif exact_percent(over, under) > _HUNDRED:
            yield _finding("rate_above_100", line, rate=key, percent=value or "")
    for figure, key in empty.items():
        yield _finding("zero_denominator", line, rate=key, figure=figure)


def _finding(code: str, line: Line, **facts: str) -> Finding:
    return Finding(
        code=code,
        stream=line.stream,
        product=line.product,
        bucket=line.bucket,
        substance=line.substance,
        facts=facts,
    )
