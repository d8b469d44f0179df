"""The words of schemes' figures, rates and findings in both languages: one table for API, pages and reports."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from registry.domain.obligations import Step
from registry.domain.schemes import SchemeFinding
from registry.domain.tables import rows

_NAMED = frozenset({"figure", "rate"})


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    return {row["key"]: row for row in rows("scheme_words")}


def word(key: str, language: str) -> str:
    """The name of a figure or rate, `zh` or `en`."""
    return _table()[key][language]


def said(finding: SchemeFinding, language: str) -> str:
    """A finding as a sentence."""
    facts = {name: word(text, language) if name in _NAMED else text for name, text in finding.facts.items()}
    return word(finding.code, language).format_map(facts)


def step_said(step: Step, language: str) -> str:
    """What a step of an obligation does."""
    key = "step_days_part" if step.name == "days" and step.part else f"step_{step.name}"
    return word(key, language).format_map({"part": part_name(step.part, language)})


def part_name(part: str, language: str) -> str:
    """The name of a part of an obligation; nothing for the whole."""
    return word(f"part_{part}", language) if part else ""
