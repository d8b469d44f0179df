"""Why an element did not come back: which process lost how much of it, what is in second life, what still waits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from reports.balances import balances, bucketed
from reports.dimensions import process_words
from reports.numbers import kg_shown, percent
from reports.selection import Selection
from reports.tabular import Named, TableRow, code_of

_MOST: Final = 3
_STEP: Final = {
    "zh": "{process}处理 {treated} kg，回收 {percent}%（少 {lost} kg）",
    "en": "{process} treated {treated} kg and gave back {percent}% ({lost} kg short)",
}
_SHARE: Final = {
    "second_life_share": {"zh": "再使用与梯次占 {percent}%", "en": "{percent}% lives on in reuse and cascade"},
    "open_share": {"zh": "在库与在途占 {percent}%", "en": "{percent}% waits in stock or transit"},
}
_JOIN: Final = {"zh": "；", "en": "; "}
Step = tuple[int, int, str]
"""what the process lost, what it treated, its code"""


def causes(cells: pd.DataFrame, selection: Selection, rows: Sequence[TableRow]) -> dict[int, Named]:
    """Place of a row that misses its norm → the sentence of its causes: the processes that lost most, then the rest.

    `cells` tell processes apart.
    """
    missed = {place: row for place, row in enumerate(rows) if code_of(row.cells.get("verdict")) == "missed"}
    if not missed:
        return {}
    steps = _steps(cells, selection)
    return {place: _sentence(row, steps.get(_key(row, selection), ())) for place, row in missed.items()}


def _steps(cells: pd.DataFrame, selection: Selection) -> Mapping[tuple[str, ...], Sequence[Step]]:
    found: defaultdict[tuple[str, ...], list[Step]] = defaultdict(list)
    keys = ["stream", "product", "bucket", "substance", "process"]
    chosen = bucketed(cells[(cells["source"] == "collected") & (cells["process"] != "")], selection)
    for balance in balances(chosen, keys, ("treated", "recycled")):
        treated, recycled = balance.figures["treated"], balance.figures["recycled"]
        if treated > recycled:
            *row, process = (balance.key[key] for key in keys)
            found[tuple(row)].append((treated - recycled, treated, process))
    return {key: sorted(steps, key=lambda step: (-step[0], step[2])) for key, steps in found.items()}


def _key(row: TableRow, selection: Selection) -> tuple[str, ...]:
    cells = row.cells
    bucket = code_of(cells.get(selection.by)) if selection.by not in ("stream", "product") else ""
    return code_of(cells["stream"]), code_of(cells.get("product")), bucket, code_of(cells["substance"])


def _sentence(row: TableRow, steps: Sequence[Step]) -> Named:
    return Named(code="", words={language: _said(row, steps, language) for language in ("zh", "en")})


def _said(row: TableRow, steps: Sequence[Step], language: str) -> str:
    parts = [
        _STEP[language].format(
            process=process_words(process)[language],
            treated=kg_shown(treated),
            percent=percent(treated - lost, treated),
            lost=kg_shown(lost),
        )
        for lost, treated, process in steps[:_MOST]
    ]
    parts += [
        words[language].format(percent=row.cells[key])
        for key, words in _SHARE.items()
        if row.cells.get(key) not in (None, "0.00")
    ]
    return _JOIN[language].join(parts)
