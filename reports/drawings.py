"""What the charts of the pages draw, as plain data for static/js/charts: exact decimal text, names in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from registry.domain import streams
from registry.domain.mass import kg_text
from registry.domain.refusals import Refusal
from registry.domain.substances import is_element
from reports import words
from reports.loop import OPEN, Loop
from reports.numbers import percent, rounded
from reports.recovery import COLLECTED
from reports.report import Line, Report
from reports.shortfall import Shortfall, Step

Drawn = dict[str, Any]
Node = tuple[str, str]

OPEN_WORDS: Final = {"zh": "在库与在途", "en": "In stock and transit"}
LOOP_TITLE: Final = {"zh": "从收集到去向", "en": "From collection to outcome"}
_COLUMN: Final[Mapping[str, int]] = {"stream": 0, "product": 0, "process": 1, "end": 2}


def process_words(code: str) -> words.Words:
    """The process's name; the code itself where the table does not know it, and a dash for no process."""
    if not code:
        return {"zh": "无工序", "en": "No process"}
    try:
        found = streams.process(code)
    except Refusal:
        return {"zh": code, "en": code}
    return {"zh": found.name_zh, "en": found.name_en}


def node_name(node: Node, language: str) -> str:
    """A node of the loop in words."""
    column, code = node
    if column == "stream":
        return words.stream_words(code)[language]
    if column == "product":
        return code or words.UNNAMED[language]
    if column == "process":
        return process_words(code)[language]
    return OPEN_WORDS[language] if code == OPEN else words.FIGURES[code][language]


def sankey(loop: Loop, language: str, href: Callable[[Node], str | None]) -> Drawn:
    """The loop in tonnes; `href` says where a node leads."""
    return {
        "kind": "sankey",
        "title": LOOP_TITLE[language],
        "unit": "t",
        "nodes": [
            {
                "id": "/".join(node),
                "name": node_name(node, language),
                "depth": _COLUMN[node[0]],
                "end": node[0] == "end",
                "key": node[1] if node[0] == "end" else None,
                "value": _tonnes(loop.held(node)),
                "href": href(node),
            }
            for node in loop.nodes
        ],
        "links": [
            {
                "source": "/".join(link.source),
                "target": "/".join(link.target),
                "value": _tonnes(link.grams),
                "from": node_name(link.source, language),
                "to": node_name(link.target, language),
            }
            for link in loop.links
        ],
    }


def _tonnes(grams: int) -> str:
    return rounded(grams, 1_000_000, 6)


def trend(report: Report, elements: Sequence[str], language: str) -> Drawn:
    """Recovery per period of a report by month, quarter or year; without elements the recycling rate of the mass."""
    lines = [line for line in report.lines if line.source == COLLECTED and line.bucket]
    periods = sorted({line.bucket for line in lines})
    series = [
        {
            "key": element,
            "name": words.substance_words(element)[language],
            "values": [_rate(lines, period, element, "recycled") for period in periods],
        }
        for element in elements
        if is_element(element)
    ]
    if not series:
        name = words.RATE_WORDS["recycling_rate"][language]
        values = [_rate(lines, period, "mass", "recycling") for period in periods]
        series = [{"key": "recycling_rate", "name": name, "values": values}]
    target = _target(lines, elements[0]) if elements else None
    if target is not None:
        name = {"zh": "规范值", "en": "Norm"}[language]
        series.append({"key": "target", "name": name, "values": [target] * len(periods)})
    title = {"zh": "回收率走势", "en": "Recovery over time"}[language]
    return {"kind": "line", "title": title, "unit": "%", "categories": periods, "series": series}


def _rate(lines: Sequence[Line], period: str, substance: str, over: str) -> str | None:
    mine = [line for line in lines if line.bucket == period and line.substance == substance]
    return percent(sum(line.figures[over] for line in mine), sum(line.figures["input"] for line in mine))


def _target(lines: Sequence[Line], element: str) -> str | None:
    norm = next((line.norm for line in lines if line.substance == element and line.norm), None)
    return None if norm is None or norm.value is None else f"{norm.value}"


PARTS: Final[Mapping[str, words.Words]] = {
    "recycled": {"zh": "再生产出", "en": "Recycled"},
    "second_life": {"zh": "再使用与梯次", "en": "Reuse and cascade"},
    "open": OPEN_WORDS,
    "elsewhere": {"zh": "差异与其他", "en": "Differences and other"},
}


def parts(found: Shortfall, language: str) -> list[tuple[str, str, int]]:
    """(key, name, grams) of all that an element's input became: they sum to it."""
    rows = [
        ("recycled", PARTS["recycled"][language], found.recycled_g),
        ("second_life", PARTS["second_life"][language], found.second_life_g),
        *(("lost", lost_name(step, language), step.lost_g) for step in found.steps),
        ("open", PARTS["open"][language], found.open_g),
        ("elsewhere", PARTS["elsewhere"][language], found.elsewhere_g),
    ]
    return [row for row in rows if row[2]]


def lost_name(step: Step, language: str) -> str:
    """What a process lost, as a label."""
    name = process_words(step.process)[language]
    return {"zh": f"{name}中流失", "en": f"Lost in {name[:1].lower()}{name[1:]}"}[language]


def whereabouts(found: Shortfall, language: str) -> Drawn:
    """Where the element of the input is now, in percent of the input."""
    rows = parts(found, language)
    name = words.substance_words(found.element)[language]
    return {
        "kind": "bar",
        "title": {"zh": f"投入的 {name} 去了哪里", "en": f"Where the {name} went"}[language],
        "unit": "%",
        "categories": [text for _, text, _ in rows],
        "series": [
            {
                "key": "share",
                "name": {"zh": "占投入", "en": "Of the input"}[language],
                "values": [percent(amount, found.input_g) for *_, amount in rows],
                "keys": [key for key, *_ in rows],
            }
        ],
    }


def ladder(totals: Mapping[str, int], keys: Sequence[str], language: str) -> Drawn:
    """What became of the mass: one bar per rung of the ladder and per open state."""
    used = [key for key in keys if totals[key]]
    return {
        "kind": "bar",
        "title": {"zh": "去向", "en": "What became of it"}[language],
        "unit": "kg",
        "categories": [words.FIGURES[key][language] for key in used],
        "series": [
            {
                "key": "mass",
                "name": words.FIGURES["collected"][language],
                "values": [kg_text(totals[key]) for key in used],
                "keys": used,
            }
        ],
    }
