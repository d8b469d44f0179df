"""The figures of events: which lines of `event_tallies` each one sums, by which measure. One table for sum and opening.

A figure is asked for as `events.<measure>.<name>` or `events.<measure>.<name>.<detail>`: the measure is `count`,
`mass`, `energy` or an element; the detail is a kind of event (of deadlines) or the other side's site (of hand-overs).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from registry.domain import tallies
from registry.domain.substances import ENERGY, MASS
from reports import words
from reports.words import Words

EVENTS: Final = "events"
COUNT: Final = words.COUNT
NONE: Final = "none"
"""the detail of a discrepancy without another side"""


@dataclass(frozen=True, kw_only=True)
class TallyFigure:
    """Lines with one of the `counted` words, and of the `reasons` where any are named.

    `explained`: whether a reason was given; `open`: whether it is settled by the cut-off; `measure`: the column that
    is summed where mass or an element is asked for; `by_origin`: the area is that of collection, not the site's.
    """

    words: Words
    counted: frozenset[str]
    reasons: frozenset[str] | None = None
    explained: bool | None = None
    open: bool | None = None
    measure: str = "mass_g"
    by_origin: bool = False


def _figure(
    zh: str,
    en: str,
    *counted: str,
    reason: str | None = None,
    explained: bool | None = None,
    is_open: bool | None = None,
    measure: str = "mass_g",
    by_origin: bool = False,
) -> TallyFigure:
    return TallyFigure(
        words={"zh": zh, "en": en},
        counted=frozenset(counted),
        reasons=None if reason is None else frozenset({reason}),
        explained=explained,
        open=is_open,
        measure=measure,
        by_origin=by_origin,
    )


_D, _P = tallies.DIFFERENCE, tallies.DEVIATION
DISCREPANCIES: Final[Mapping[str, TallyFigure]] = MappingProxyType(
    {
        "scale": _figure("过磅差异", "Scales differ", _D, reason="scale"),
        "missing": _figure("短少", "Missing", _D, reason="missing"),
        "found": _figure("多出", "Found", _D, reason="found"),
        "no_source": _figure("无来源发现", "Found without a source", _D, reason=tallies.NO_SOURCE),
        "refused": _figure("拒收退回", "Refused, travelling back", tallies.REFUSED),
        "withdrawal": _figure("待对方确认的更正", "Correction the other party has to confirm", tallies.WITHDRAWAL),
    }
)
_SETTLED: Final = {
    f"{name}_open": TallyFigure(
        words={"zh": f"{figure.words['zh']}（未了结）", "en": f"{figure.words['en']}: open"},
        counted=figure.counted,
        reasons=figure.reasons,
        open=True,
    )
    for name, figure in DISCREPANCIES.items()
}

TALLY_FIGURES: Final[Mapping[str, TallyFigure]] = MappingProxyType(
    {
        "late": _figure("逾期记录", "Recorded late", tallies.LATE),
        "in_time": _figure("按期记录", "Recorded in time", tallies.IN_TIME),
        "due": _figure("有期限的事件", "Events under a deadline", tallies.LATE, tallies.IN_TIME),
        **DISCREPANCIES,
        **_SETTLED,
        "processed": _figure("处理量", "Processed", tallies.LICENSED, tallies.UNLICENSED),
        "unlicensed": _figure("无有效许可的处理量", "Processed without a licence in force", tallies.UNLICENSED),
        "expired": _figure("许可已过期", "Licence had expired", tallies.UNLICENSED, reason=tallies.EXPIRED),
        "never": _figure("从无许可", "Never licensed", tallies.UNLICENSED, reason=tallies.NEVER),
        "kept": _figure("合格且梯次或再使用", "Fit and kept in use", tallies.KEPT, by_origin=True),
        "fit": _figure("检测合格", "Tested fit", tallies.KEPT, _P, by_origin=True),
        "deviation": _figure("合格却再生利用", "Fit, recycled all the same", _P, by_origin=True),
        "explained": _figure("说明了理由", "With a reason given", _P, explained=True, by_origin=True),
        "unexplained": _figure("未说明理由", "Without a reason", _P, explained=False, by_origin=True),
        "content": _figure("理论含量", "Theoretical content", tallies.CLAIM, measure="content_g"),
        "declared": _figure("申报产出", "Declared in outputs", tallies.CLAIM),
        "outputs": _figure("产出合计", "Sum of outputs", tallies.CLAIM, measure="outputs_g"),
        "overclaim": _figure("超出含量的申报", "Declared above content", tallies.OVERCLAIM),
    }
)


def measure_of(figure: TallyFigure, substance: str) -> str:
    """The column that is summed."""
    return {COUNT: "count", ENERGY: "energy_wh"}.get(substance, figure.measure)


def line_substance(substance: str) -> str:
    """The substance the lines are about: all but claims are about total mass."""
    return MASS if substance in (COUNT, ENERGY) else substance


AGES: Final = (30, 90, 180, 365)
"""days: upper ends of the age classes, not included"""
STATES: Final[Mapping[str, Words]] = MappingProxyType(
    {"stock": {"zh": "在库", "en": "In stock"}, "transit": {"zh": "在途", "en": "In transit"}}
)
SINCE: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "site": {"zh": "到站（发出）后", "en": "Here since (travelling since)"},
        "origin": {"zh": "收集后", "en": "Since collection"},
    }
)
UNKNOWN_AGE: Final = "unknown"


def classes() -> tuple[str, ...]:
    """The age classes by name: their lower end in days."""
    return ("0", *(str(days) for days in AGES))


def class_words(name: str) -> Words:
    """What a class is called."""
    if name == UNKNOWN_AGE:
        return {"zh": "不明", "en": "unknown"}
    low = int(name)
    ends = [days for days in AGES if days > low]
    if not ends:
        return {"zh": f"{low} 天以上", "en": f"{low} days and more"}
    return {"zh": f"{low}–{ends[0] - 1} 天", "en": f"{low}–{ends[0] - 1} days"}


def class_of(days: int) -> str:
    """The class of an age; what is younger than nothing is of the first."""
    return str(max((low for low in (0, *AGES) if low <= days), default=0))


@dataclass(frozen=True, kw_only=True)
class AgeFigure:
    """What lies in a `state` (any where empty), of one age class (any where empty) since one of SINCE."""

    state: str
    since: str
    age: str

    @property
    def words(self) -> Words:
        """What it is called."""
        if not self.age:
            return {"zh": "合计", "en": "In all"}
        since, age = SINCE[self.since], class_words(self.age)
        return {language: f"{since[language]} {age[language]}" for language in ("zh", "en")}


AGE_FIGURES: Final[Mapping[str, AgeFigure]] = MappingProxyType(
    {
        **{f"lying_{state}": AgeFigure(state=state, since="", age="") for state in STATES},
        **{
            f"lying_{state}_{since}_{age}": AgeFigure(state=state, since=since, age=age)
            for state in STATES
            for since in SINCE
            for age in (*classes(), UNKNOWN_AGE)
        },
    }
)


def figure_words(name: str) -> Words:
    """The words of an event figure, whatever detail follows its name."""
    key = name.partition(".")[0]
    found = TALLY_FIGURES.get(key) or AGE_FIGURES[key]
    return found.words
