"""Cells added up into balances: every figure of a group of cells, in exact integers. Pure, and one for all reports.

A cell is a sum of postings (`reports.queries.cube`); a figure weighs cells by `reports.figures.FIGURES`, the table
that opens it too, so what a report adds and what a reader sees behind it cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from reports.figures import FIGURES, Figure, Term
from reports.selection import Selection

PLACES = ("area", "site", "organisation")
"""breakdowns whose rows are places, between which mass crosses borders"""


@dataclass(frozen=True, kw_only=True)
class Balance:
    """The figures of one group; `key` names it by its columns."""

    key: Mapping[str, str]
    figures: Mapping[str, int]


def bucketed(cells: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """Divisions become the parts of the area; what crosses between two rows that are places crosses their border."""
    if selection.by not in PLACES:
        return cells
    bucket, here = cells["bucket"], cells["here"]
    if selection.by == "area":
        part_of = dict(selection.area_children)
        bucket, here = (each.map(lambda code: part_of.get(code, "")) for each in (bucket, here))
        if selection.basis == "cohort":
            return cells.assign(bucket=bucket)
    return cells.assign(bucket=bucket, inside=cells["inside"].astype(bool) & (bucket == here))


def balances(cells: pd.DataFrame, keys: Sequence[str], names: Iterable[str] = FIGURES) -> list[Balance]:
    """One balance per group of cells in which any of the named figures is not zero."""
    names = tuple(names)
    amount = cells["amount"].to_numpy("int64")
    figures = pd.DataFrame(
        {name: amount * weight(cells, FIGURES[name]) for name in names}, index=cells.index, dtype="Int64"
    )
    sums = figures.groupby([cells[key] for key in keys], sort=False).sum()
    sums = sums[(sums != 0).any(axis=1)]
    groups = [key if isinstance(key, tuple) else (key,) for key in sums.index]
    return [
        Balance(key=dict(zip(keys, map(str, group), strict=True)), figures=dict(zip(names, map(int, row), strict=True)))
        for group, row in zip(groups, sums.itertuples(index=False, name=None), strict=True)
    ]


def total_of(cells: pd.DataFrame, name: str) -> int:
    """One figure over all of these cells."""
    return int((cells["amount"].to_numpy("int64") * weight(cells, FIGURES[name])).sum())


def weight(cells: pd.DataFrame, figure: Figure) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """How often each cell counts in the figure, sign included."""
    found = np.zeros(len(cells), dtype=np.int64)
    for term in figure:
        found += term.sign * _matches(cells, term)
    return found


def _matches(cells: pd.DataFrame, term: Term) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    found = np.ones(len(cells), dtype=bool)
    if term.accounts is not None:
        found &= cells["account"].isin(term.accounts).to_numpy(bool)
    if term.kinds is not None:
        found &= cells["kind"].isin(term.kinds).to_numpy(bool)
    if term.but_kinds is not None:
        found &= ~cells["kind"].isin(term.but_kinds).to_numpy(bool)
    if term.inside is not None:
        found &= cells["inside"].to_numpy(bool) == term.inside
    if term.direction is not None:
        found &= cells["direction"].to_numpy("int64") == term.direction
    return found.astype(np.int64)
