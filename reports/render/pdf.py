"""A report typeset as PDF: what it is and how it was asked, its charts, its tables with definition and source beneath
them, its findings, and how to check the file. Chinese and English from one embedded font; the same answer gives the
same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import qrcode

from registry.config import PROJECT
from registry.domain.periods import ZONE
from reports import words
from reports.columns import Table
from reports.facts import Facts
from reports.render.charts import Bars
from reports.render.paper import (
    AMBER,
    FOOT_MM,
    HEIGHT_MM,
    INK,
    LINE,
    MARGIN_MM,
    MOSS,
    ROOM_MM,
    SOFT,
    STONE,
    TOP_MM,
    WIDTH_MM,
    Box,
    Flow,
    Fonts,
    Mark,
    Stroke,
    Words,
    printed,
)
from reports.render.paper_charts import flow_chart
from reports.render.paper_tables import flow_table
from reports.render.stamp import Answer, Stamp, claims, sha256, signed_pdf, spoken

FONTS: Final[Path] = PROJECT / "static" / "vendor" / "fonts"
_QR_MM: Final = 25.0
_PROSE: Final[words.Words] = {
    "zh": "定义|出处|规则版本|发现|问题|估算",
    "en": "Definition|Source|Rule version|Finding|Question|Estimate",
}
"""labels of the facts that are sentences, not values"""
_SAID: Final[dict[str, words.Words]] = {
    "house": {"zh": "回流 · 再生资源循环登记簿", "en": "Huiliu 回流 · registry of the recycled-resource loop"},
    "data": {"zh": "数据", "en": "Data"},
    "empty": {"zh": "所选条件下没有账目。", "en": "Nothing is booked under this selection."},
    "findings": {"zh": "发现", "en": "Findings"},
    "rules": {"zh": "规则版本", "en": "Rule versions"},
    "check": {"zh": "如何核验", "en": "How to check this file"},
    "zeros": {
        "zh": "全为零的列未列出；完整数据见 XLSX、CSV 与 JSON。",
        "en": "Columns of zeros are left out; XLSX, CSV and JSON hold all.",
    },
    "published": {
        "zh": "本文件是第 {number} 次报送的冻结报告，逐字节存档。扫描首页二维码，或在核验页输入核验码 {code}，"
        "选择本文件，即可核对其 SHA-256。",
        "en": "This file is the frozen report of submission {number}, kept byte for byte. Scan the code on the first "
        "page, or enter {code} on the page for checking, and choose this file: its SHA-256 is compared.",
    },
    "passing": {
        "zh": "本文件未经报送，带有登记簿对其全部内容、查询条件与数据截止时间的签名。"
        "在核验页选择本文件，即可知其是否被改动。",
        "en": "This file is not a published report. The registry signed its content, its question and its cut-off: "
        "choose it on the page for checking to learn whether it was altered.",
    },
    "key": {"zh": "签名密钥", "en": "Signing key"},
    "page": {"zh": "第 {page} 页 / 共 {pages} 页", "en": "page {page} of {pages}"},
    "cut_off": {"zh": "数据截止 {moment}", "en": "cut-off {moment}"},
}


@dataclass(frozen=True, kw_only=True)
class Section:
    """One table with its heading and what is to be said beneath it: definition and source."""

    title: str
    table: Table
    notes: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Document:
    """All that is typeset."""

    answer: Answer
    title: str
    facts: Facts
    bars: Sequence[Bars]
    sections: Sequence[Section]


def document(told: Document, table: Table, *, language: str, stamp: Stamp | None) -> bytes:
    """The file, signed where there is a stamp. Raises OSError where the fonts are not installed."""
    fonts = Fonts(FONTS)
    try:
        flow = Flow(fonts=fonts)
        _head(flow, told, language, stamp)
        for bars in told.bars:
            flow_chart(flow, bars)
        for section in told.sections:
            _section(flow, section, language)
        _lists(flow, told, language)
        if stamp is not None:
            _check(flow, stamp, language)
        _frame(flow, told, language, stamp)
        made_at = told.answer.selection.as_of_utc.replace(microsecond=0)
        content = printed(fonts, flow.pages, title=told.title, language=language, made_at=made_at)
    finally:
        fonts.close()
    if stamp is None:
        return content
    more = {"code": stamp.code} if stamp.code else {}
    claimed = claims(told.answer, table, "pdf", language, file_sha256=sha256(content), **more)
    return signed_pdf(content, stamp.signer.token(claimed))


def whole(facts: Facts, table: Table, language: str) -> list[Section]:
    """Every row in one table, the definitions and sources of the facts beneath it."""
    labels = _PROSE[language].split("|")[:2]
    return [
        Section(
            title=_SAID["data"][language],
            table=table,
            notes=[f"{k}：{v}" if language == "zh" else f"{k}: {v}" for k, v in facts if k in labels],
        )
    ]


def _head(flow: Flow, told: Document, language: str, stamp: Stamp | None) -> None:
    flow.y_mm = MARGIN_MM
    room_mm = ROOM_MM - (_QR_MM + 6.0 if stamp else 0.0)
    flow.put(
        Words(text=_SAID["house"][language], x_mm=MARGIN_MM, y_mm=flow.y_mm + 3.0, size_pt=8.0, colour=MOSS, bold=True)
    )
    flow.skip(6.0)
    for line in flow.fonts.wrapped(told.title, room_mm, 22.0, bold=True):
        flow.skip(10.0)
        flow.put(Words(text=line, x_mm=MARGIN_MM, y_mm=flow.y_mm, size_pt=22.0, bold=True))
    flow.skip(4.0)
    if stamp is not None:
        _qr(flow, stamp, WIDTH_MM - MARGIN_MM - _QR_MM, MARGIN_MM - 2.0)
    prose = _PROSE[language].split("|")
    values = [(label, text) for label, text in told.facts if label not in prose and text != told.title]
    notice = words.FORECAST[language]
    cut_off = told.answer.selection.as_of_utc
    plain = [
        (label, _local(cut_off) if text == cut_off.isoformat() else text) for label, text in values if text != notice
    ]
    _grid(flow, plain, room_mm)
    for _, text in values:
        if text == notice:
            _notice(flow, text)
    for label, text in told.facts:
        if label in (prose[4], prose[5]):
            flow.paragraph(f"{label} · {text}", colour=SOFT)
    flow.skip(2.0)


def _local(moment: datetime) -> str:
    """As the jurisdiction's clocks show it, with its zone."""
    return f"{moment.astimezone(ZONE):%Y-%m-%d %H:%M:%S} (UTC+8)"


def _grid(flow: Flow, values: Facts, room_mm: float) -> None:
    """Label over value, three beside each other."""
    column_mm = room_mm / 3
    for start in range(0, len(values), 3):
        lines = [flow.fonts.wrapped(text, column_mm - 4.0, 9.0) for _, text in values[start : start + 3]]
        for place, (label, _) in enumerate(values[start : start + 3]):
            x_mm = MARGIN_MM + place * column_mm
            flow.put(Words(text=label, x_mm=x_mm, y_mm=flow.y_mm + 3.0, size_pt=6.5, colour=SOFT))
            for number, line in enumerate(lines[place]):
                flow.put(Words(text=line, x_mm=x_mm, y_mm=flow.y_mm + 7.2 + 4.4 * number, size_pt=9.0, colour=INK))
        flow.skip(5.4 + 4.4 * max(len(each) for each in lines))


def _notice(flow: Flow, text: str) -> None:
    lines = flow.fonts.wrapped(text, ROOM_MM - 6.0, 8.0)
    height_mm = 4.2 * len(lines) + 2.6
    flow.skip(1.0)
    flow.put(Box(x_mm=MARGIN_MM, y_mm=flow.y_mm, width_mm=ROOM_MM, height_mm=height_mm, colour=AMBER))
    for number, line in enumerate(lines, start=1):
        flow.put(Words(text=line, x_mm=MARGIN_MM + 3.0, y_mm=flow.y_mm + 4.2 * number + 0.3, size_pt=8.0))
    flow.skip(height_mm + 2.0)


def _qr(flow: Flow, stamp: Stamp, left_mm: float, top_mm: float) -> None:
    """The address for checking, and under it the code in words' reach."""
    symbol = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    symbol.add_data(stamp.verify_address)
    symbol.make(fit=True)
    rows = symbol.get_matrix()
    side_mm = _QR_MM / len(rows)
    for row, cells in enumerate(rows):
        first = None
        for column, dark in enumerate((*cells, False)):
            if dark and first is None:
                first = column
            elif not dark and first is not None:
                box = (left_mm + first * side_mm, top_mm + row * side_mm, (column - first) * side_mm)
                flow.put(Box(x_mm=box[0], y_mm=box[1], width_mm=box[2], height_mm=side_mm, colour="#000000"))
                first = None
    under = spoken(stamp.code) if stamp.code else stamp.verify_address.removeprefix("HTTPS://").removeprefix("HTTP://")
    size_pt = 7.0 if stamp.code else 5.5
    middle_mm = left_mm + _QR_MM / 2
    flow.put(
        Words(text=under, x_mm=middle_mm, y_mm=top_mm + _QR_MM + 1.4, size_pt=size_pt, align="middle", colour=SOFT)
    )


def _section(flow: Flow, section: Section, language: str) -> None:
    flow.skip(2.0)
    flow.heading(section.title)
    flow_table(flow, section.table, language, empty=_SAID["empty"][language])
    for note in (*section.notes, *([_SAID["zeros"][language]] if section.table.rows else [])):
        flow.paragraph(note, size_pt=7.0, colour=SOFT)
    flow.skip(3.0)


def _lists(flow: Flow, told: Document, language: str) -> None:
    """The findings and the versions of the rules, one under the other."""
    labels = _PROSE[language].split("|")
    for title, label in (("findings", labels[3]), ("rules", labels[2])):
        found = [text for each, text in told.facts if each == label]
        if not found:
            continue
        flow.heading(_SAID[title][language], size_pt=10.0, keep_mm=8.0)
        for text in found:
            flow.need(6.0)
            flow.put(Box(x_mm=MARGIN_MM + 0.6, y_mm=flow.y_mm + 1.7, width_mm=1.1, height_mm=1.1, colour=MOSS))
            flow.paragraph(text, size_pt=7.5, x_mm=MARGIN_MM + 3.6, room_mm=ROOM_MM - 3.6)
            flow.skip(0.5)
        flow.skip(3.0)


def _check(flow: Flow, stamp: Stamp, language: str) -> None:
    flow.need(30.0)
    flow.heading(_SAID["check"][language], size_pt=10.0, keep_mm=8.0)
    said = _SAID["published" if stamp.code else "passing"][language]
    flow.paragraph(said.format(number=stamp.number, code=spoken(stamp.code)), size_pt=8.0)
    for label, text in stamp.facts(language):
        flow.paragraph(f"{label}  {text}", size_pt=7.5, colour=SOFT)
    flow.paragraph(f"{_SAID['key'][language]}  {stamp.signer.key.id}", size_pt=7.5, colour=SOFT)


def _frame(flow: Flow, told: Document, language: str, stamp: Stamp | None) -> None:
    """What stands on every page: which report it belongs to, as of when, and which page of how many."""
    selection = told.answer.selection
    area = words.division_words(selection.area)[language]
    running = f"{told.title} · {area} · {selection.period.start} – {selection.last_day}"
    moment = _SAID["cut_off"][language].format(moment=_local(selection.as_of_utc))
    foot = " · ".join((moment, *([stamp.verify_address] if stamp else ())))
    for number, marks in enumerate(flow.pages, start=1):
        page = _SAID["page"][language].format(page=number, pages=len(flow.pages))
        marks.extend(_edges(running if number > 1 else "", foot, page))


def _edges(running: str, foot: str, page: str) -> list[Mark]:
    foot_mm = HEIGHT_MM - FOOT_MM + 4.0
    right_mm = WIDTH_MM - MARGIN_MM
    marks: list[Mark] = [
        Stroke(x_mm=MARGIN_MM, y_mm=foot_mm, to_x_mm=right_mm, to_y_mm=foot_mm, colour=LINE),
        Words(text=foot, x_mm=MARGIN_MM, y_mm=foot_mm + 4.0, size_pt=6.5, colour=SOFT),
        Words(text=page, x_mm=right_mm, y_mm=foot_mm + 4.0, size_pt=6.5, colour=SOFT, align="right"),
    ]
    if running:
        marks += [
            Box(x_mm=0.0, y_mm=0.0, width_mm=WIDTH_MM, height_mm=TOP_MM - 6.0, colour=STONE),
            Words(text=running, x_mm=MARGIN_MM, y_mm=TOP_MM - 11.0, size_pt=7.5, colour=SOFT),
        ]
    return marks
