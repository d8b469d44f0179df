"""A frozen answer: the table as it was told, and what of it reads otherwise when the same question is asked again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reports.columns import Table

_KEYS: Final = frozenset({"text", "id", "whole", "named"})
"""kinds of column by which rows are told apart"""
SHOWN_MOST: Final = 500


@dataclass(frozen=True, kw_only=True)
class Change:
    """One cell that reads otherwise; `row`: what names it. A row that came or went changes all its cells."""

    row: tuple[str, ...]
    column: str
    words: Mapping[str, str]
    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True)
class Later:
    """An event that was recorded after the answer and touches its figures."""

    seq: int
    id: str
    kind: str
    occurred_at: str
    recorded_at: str


@dataclass(frozen=True, kw_only=True)
class Staleness:
    """What became of a published answer since. `stale`: it would read otherwise today."""

    changes: Sequence[Change]
    changed: int
    events: Sequence[Later]

    @property
    def stale(self) -> bool:
        """Whether any figure changed."""
        return self.changed > 0


def frozen_table(table: Table) -> dict[str, Any]:
    """The table as plain values, ready for canonical JSON."""
    columns = [
        {"key": each.key, "kind": each.kind, "unit": each.unit, "words": dict(each.words)} for each in table.columns
    ]
    rows = [[row.get(each.key) for each in table.columns] for row in table.rows]
    return {"columns": columns, "rows": rows}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Every cell of two frozen tables that differs, in the order of the later one; rows that went come last."""
    keys = _naming(before, after)
    old, new = _named(before, keys), _named(after, keys)
    columns = {each["key"]: each["words"] for each in (*before["columns"], *after["columns"])}
    names = [f"{key}_name" if f"{key}_name" in columns else key for key in keys]
    found: list[Change] = []
    for name in dict.fromkeys((*new, *old)):
        was, now = old.get(name, {}), new.get(name, {})
        said = tuple(dict.fromkeys(part for key in names if (part := (now or was).get(key))))
        found += [
            Change(row=said, column=key, words=words, before=was.get(key), after=now.get(key))
            for key, words in columns.items()
            if key not in (*keys, *names) and was.get(key) != now.get(key)
        ]
    return found


def _naming(*tables: Mapping[str, Any]) -> list[str]:
    """The fewest columns from the left that tell the rows of each table apart."""
    keys = [each["key"] for each in tables[0]["columns"] if each["kind"] in _KEYS]
    known = [key for key in keys if all(key in [each["key"] for each in table["columns"]] for table in tables)]
    for count in range(1, len(known) + 1):
        if all(_apart(table, known[:count]) for table in tables):
            return known[:count]
    return known


def _apart(table: Mapping[str, Any], keys: Sequence[str]) -> bool:
    names = [tuple(row[key] for key in keys) for row in _rows(table)]
    return len(set(names)) == len(names)


def _rows(table: Mapping[str, Any]) -> Iterator[dict[str, str | None]]:
    keys = [each["key"] for each in table["columns"]]
    return (dict(zip(keys, row, strict=True)) for row in table["rows"])


def _named(table: Mapping[str, Any], keys: Sequence[str]) -> dict[tuple[str | None, ...], dict[str, str | None]]:
    """Rows by what names them; rows that nothing tells apart are counted."""
    found: dict[tuple[str | None, ...], dict[str, str | None]] = {}
    for row in _rows(table):
        name = tuple(row[key] for key in keys)
        again = sum(1 for each in found if each[:-1] == name) if (*name, "") in found else 0
        found[(*name, str(again) if again else "")] = row
    return found
