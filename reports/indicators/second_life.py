"""Cascade versus recycling 梯次/再生: what lives on as a product against what becomes material, by mass and energy."""

from __future__ import annotations

from typing import Final

from reports.entry import Entry
from reports.selection import BREAKDOWNS
from reports.sheets import Part, Share, Sheet, asked_sheet, framed_sheet
from reports.tabular import ROW_NAMES, About, Chart

ABOUT: Final = About(
    name="cascade_vs_recycling",
    title={"zh": "梯次利用与再生利用", "en": "Cascade versus recycling"},
    group="loop",
    question={
        "zh": "先梯次利用、后再生利用做到了几成？",
        "en": "How far does second life come before recycling?",
    },
    definition={
        "zh": "再使用与梯次利用的量，与再生利用的量相比：按质量（千克），按标称电量（千瓦时）。"
        "梯次占比 = 再使用与梯次 ÷（再使用与梯次 + 再生利用）。经退役再回到库中的电池不再计入梯次。",
        "en": "What went into reuse and cascade, against what went into recycling: by mass (kg) and by nominal energy "
        "(kWh). Second-life share = reuse and cascade ÷ (reuse and cascade + recycling). A battery retired from its "
        "second life counts there no more.",
    },
    source="贵州省“十四五”工业节能规划 四(八)、专栏8：先梯次利用后再生利用",
    charts=(
        Chart(
            kind="stacked",
            title={"zh": "梯次利用与再生利用（质量）", "en": "Second life and recycling (mass)"},
            label=ROW_NAMES,
            series=("second_life", "recycled"),
        ),
        Chart(
            kind="stacked",
            title={"zh": "梯次利用与再生利用（电量）", "en": "Second life and recycling (energy)"},
            label=ROW_NAMES,
            series=("second_life_energy", "recycled_energy"),
        ),
    ),
)

SHEET: Final = Sheet(
    about=ABOUT,
    parts=(
        Part(key="input"),
        Part(key="reuse"),
        Part(key="cascade"),
        Part(key="second_life"),
        Part(key="recycled"),
        Part(
            key="second_life_energy",
            figure="second_life",
            substance="energy",
            words={"zh": "再使用与梯次（电量）", "en": "Reuse and cascade (energy)"},
        ),
        Part(
            key="recycled_energy",
            figure="recycled",
            substance="energy",
            words={"zh": "再生利用（电量）", "en": "Recycling (energy)"},
        ),
    ),
    shares=(
        Share(
            key="second_life_share",
            over=("second_life",),
            under=("second_life", "recycled"),
            words={"zh": "梯次占比（质量）", "en": "Second-life share (mass)"},
        ),
        Share(
            key="second_life_energy_share",
            over=("second_life_energy",),
            under=("second_life_energy", "recycled_energy"),
            words={"zh": "梯次占比（电量）", "en": "Second-life share (energy)"},
        ),
    ),
)

ENTRY: Final = Entry(about=ABOUT, query=asked_sheet(SHEET), frame=framed_sheet(SHEET), breakdowns=BREAKDOWNS)
