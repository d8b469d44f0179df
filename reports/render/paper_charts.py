"""Charts on paper, as vectors: stacked bars of amounts, bars of rates with the norm as a line across them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Final

from reports.numbers import grouped
from reports.render.charts import Bars
from reports.render.paper import (
    INK,
    LEADING,
    LINE,
    MARGIN_MM,
    MM_PER_POINT,
    ROOM_MM,
    SOFT,
    STRONG,
    TOP_MM,
    Box,
    Flow,
    Stroke,
    Words,
)

COLOURS: Final = {
    "reuse": "#523a72",
    "cascade": "#8a6bab",
    "remanufacture": "#255d7e",
    "retread": "#7fa9bf",
    "recycle": "#1b6b4d",
    "energy": "#b98a2f",
    "dispose": "#a9573f",
    "loss": "#5c6660",
    "stock": "#b9c2b2",
    "transit": "#dfe4d6",
    "element_recovery": "#1b6b4d",
    "treatment_yield": "#7fb395",
}
"""the colours of the page's charts"""
_OTHERS: Final = ("#1b6b4d", "#255d7e", "#b98a2f", "#8a6bab", "#a9573f", "#7fa9bf", "#5c6660", "#7fb395")
_NORM: Final = "#9c2f1d"
_NORMS: Final = frozenset({"norm", "target"})
_SIZE_PT: Final = 7.5
_LINE_MM: Final = _SIZE_PT * MM_PER_POINT * LEADING
_LABEL_MOST_MM: Final = 74.0
_VALUE_MM: Final = 22.0
_TONNE_KG: Final = 1000
_LEAST: Final = Decimal("0.001")
"""of what an axis shows: a gram"""
_SQUEEZED: Final = 0.58
"""how much of a good row's height still reads"""


@dataclass(frozen=True, kw_only=True)
class _Scale:
    """From a value to millimetres. `top`: the value at the right end; `step`: between two ticks."""

    left_mm: float
    room_mm: float
    top: Decimal
    step: Decimal

    def x_mm(self, value: Decimal) -> float:
        return self.left_mm + self.room_mm * float(max(Decimal(0), value) / self.top)


def flow_chart(flow: Flow, bars: Bars) -> None:
    """The chart, whole on one page; nothing where there is nothing to draw."""
    series = {
        key: [None if value is None else Decimal(value) for value in values]
        for key, values in zip(bars.keys, bars.series.values(), strict=True)
    }
    if not bars.categories or not any(value for values in series.values() for value in values):
        return
    stacked = bars.unit in ("kg", "kWh")
    unit, series = _tonnes(bars.unit, series)
    drawn = {key: values for key, values in series.items() if key not in _NORMS}
    per_row = 1 if stacked else max(1, len(drawn))
    head_mm, foot_mm = 8.0 + _LINE_MM * 2.4, _LINE_MM + 5.0
    row_mm = _row_mm(flow, per_row, len(bars.categories), head_mm + foot_mm)
    flow.need(head_mm + row_mm * len(bars.categories) + foot_mm)
    flow.heading(bars.title, size_pt=10.0, keep_mm=0.0)
    _legend(flow, bars)
    label_mm = min(
        _LABEL_MOST_MM, max(flow.fonts.width_mm(flow.fonts.printable(each), _SIZE_PT) for each in bars.categories)
    )
    scale = _scale(label_mm, series, stacked=stacked)
    _axis(flow, scale, unit, row_mm * len(bars.categories))
    for place, category in enumerate(bars.categories):
        label = flow.fonts.wrapped(category, label_mm, _SIZE_PT)[0]
        middle_mm = flow.y_mm + row_mm / 2 + _SIZE_PT * MM_PER_POINT * 0.36
        flow.put(Words(text=label, x_mm=MARGIN_MM + label_mm, y_mm=middle_mm, size_pt=_SIZE_PT, align="right"))
        values = {key: each[place] for key, each in series.items()}
        (_stack if stacked else _beside)(flow, scale, values, row_mm)
        flow.skip(row_mm)
    flow.skip(foot_mm)


def _row_mm(flow: Flow, per_row: int, rows: int, around_mm: float) -> float:
    """As tall as reads well; a little less where the chart then still stands on the page at hand."""
    good_mm = 3.4 * per_row + 2.4 if per_row > 1 else 6.6
    here_mm = (flow.bottom_mm - flow.y_mm - around_mm) / rows
    page_mm = (flow.bottom_mm - TOP_MM - around_mm) / rows
    return min(good_mm, here_mm if here_mm >= good_mm * _SQUEEZED else page_mm)


def _tonnes(unit: str, series: dict[str, list[Decimal | None]]) -> tuple[str, dict[str, list[Decimal | None]]]:
    """Large amounts in t (MWh): an axis of eight digits tells nobody anything."""
    most = max(value for values in series.values() for value in values if value is not None)
    if unit not in ("kg", "kWh") or most < 10 * _TONNE_KG:
        return unit, series
    scaled = {key: [None if each is None else each / _TONNE_KG for each in values] for key, values in series.items()}
    return {"kg": "t", "kWh": "MWh"}[unit], scaled


def colour_of(bars: Bars, key: str) -> str:
    """The colour of a series: its own, or the next of a fixed row."""
    if key in _NORMS:
        return _NORM
    return COLOURS.get(key) or _OTHERS[list(bars.keys).index(key) % len(_OTHERS)]


def _legend(flow: Flow, bars: Bars) -> None:
    x_mm = MARGIN_MM
    for key, name in zip(bars.keys, bars.series, strict=True):
        width_mm = flow.fonts.width_mm(flow.fonts.printable(name), _SIZE_PT) + 9.0
        if x_mm + width_mm > MARGIN_MM + ROOM_MM:
            x_mm = MARGIN_MM
            flow.skip(_LINE_MM)
        tall_mm = 3.0 if key in _NORMS else 2.4
        wide_mm = 0.7 if key in _NORMS else 3.0
        flow.put(
            Box(
                x_mm=x_mm + (3.0 - wide_mm) / 2,
                y_mm=flow.y_mm + (3.2 - tall_mm) / 2,
                width_mm=wide_mm,
                height_mm=tall_mm,
                colour=colour_of(bars, key),
            ),
            Words(text=name, x_mm=x_mm + 4.2, y_mm=flow.y_mm + 2.6, size_pt=_SIZE_PT, colour=SOFT),
        )
        x_mm += width_mm
    flow.skip(_LINE_MM + 1.6)


def _scale(label_mm: float, series: dict[str, list[Decimal | None]], *, stacked: bool) -> _Scale:
    columns = list(zip(*series.values(), strict=True))
    heights = [[each or Decimal(0) for each in column] for column in columns]
    most = max([*(sum(each, Decimal(0)) if stacked else max(each) for each in heights), _LEAST])
    step = _nice(most / 5)
    left_mm = MARGIN_MM + label_mm + 2.5
    top = step * (most / step).to_integral_value(rounding=ROUND_CEILING)
    return _Scale(left_mm=left_mm, room_mm=MARGIN_MM + ROOM_MM - left_mm - _VALUE_MM, top=top, step=step)


def _nice(step: Decimal) -> Decimal:
    """1, 2 or 5 with zeros: at least the given step."""
    power = Decimal(10) ** step.adjusted()
    return next(power * each for each in (1, 2, 5, 10) if power * each >= step)


def _axis(flow: Flow, scale: _Scale, unit: str, height_mm: float) -> None:
    value = Decimal(0)
    foot_mm = flow.y_mm + height_mm
    while value <= scale.top:
        x_mm = scale.x_mm(value)
        colour = STRONG if value == 0 else LINE
        flow.put(Stroke(x_mm=x_mm, y_mm=flow.y_mm, to_x_mm=x_mm, to_y_mm=foot_mm, colour=colour, width_mm=0.15))
        text = grouped(f"{value.normalize():f}")
        flow.put(Words(text=text, x_mm=x_mm, y_mm=foot_mm + 3.4, size_pt=6.5, colour=SOFT, align="middle"))
        value += scale.step
    end_mm = scale.left_mm + scale.room_mm + 4.0
    flow.put(Words(text=unit, x_mm=end_mm + 4.0, y_mm=foot_mm + 3.4, size_pt=6.5, colour=SOFT))


def _stack(flow: Flow, scale: _Scale, values: dict[str, Decimal | None], row_mm: float) -> None:
    x_mm, total = scale.left_mm, Decimal(0)
    for place, (key, value) in enumerate(values.items()):
        if not value or value < 0:
            continue
        width_mm = scale.x_mm(value) - scale.left_mm
        colour = COLOURS.get(key) or _OTHERS[place % len(_OTHERS)]
        flow.put(_bar(x_mm, flow.y_mm + row_mm * 0.16, width_mm, row_mm * 0.68, colour))
        x_mm += width_mm
        total += value
    _value(flow, total, x_mm, flow.y_mm + row_mm / 2, decimals=1)


def _beside(flow: Flow, scale: _Scale, values: dict[str, Decimal | None], row_mm: float) -> None:
    drawn = [(key, value) for key, value in values.items() if key not in _NORMS]
    thick_mm = row_mm * 0.8 / max(1, len(drawn))
    top_mm = flow.y_mm + row_mm * 0.1
    for place, (key, value) in enumerate(drawn):
        y_mm = top_mm + place * thick_mm
        if value is not None:
            colour = COLOURS.get(key) or _OTHERS[place % len(_OTHERS)]
            flow.put(_bar(scale.left_mm, y_mm, scale.x_mm(value) - scale.left_mm, thick_mm * 0.88, colour))
            _value(flow, value, scale.x_mm(value), y_mm + thick_mm / 2, decimals=2)
    for key, value in values.items():
        if key in _NORMS and value is not None:
            flow.put(_bar(scale.x_mm(value) - 0.35, flow.y_mm + row_mm * 0.04, 0.7, row_mm * 0.92, _NORM))


def _bar(x_mm: float, y_mm: float, width_mm: float, height_mm: float, colour: str) -> Box:
    return Box(x_mm=x_mm, y_mm=y_mm, width_mm=width_mm, height_mm=height_mm, colour=colour)


def _value(flow: Flow, value: Decimal, x_mm: float, middle_mm: float, *, decimals: int) -> None:
    text = grouped(f"{value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):f}")
    flow.put(Words(text=text, x_mm=x_mm + 1.4, y_mm=middle_mm + 0.85, size_pt=6.5, colour=INK))
