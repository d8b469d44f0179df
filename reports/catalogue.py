"""The reports there are. A report exists because it stands in this table: API, pages, commands and files read it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from registry.domain.refusals import Refusal
from reports.entry import Entry
from reports.indicators import (
    avoided_co2,
    claim_reconciliation,
    collection_rate,
    discrepancies,
    element_recovery,
    flows,
    licence_findings,
    mass_balance,
    outcomes,
    pathway_deviations,
    plan_indicators,
    process_efficiency,
    recovery_rates,
    second_life,
    stock_ageing,
    timeliness,
    traceability,
)
from reports.words import Words

GROUPS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "loop": {"zh": "回收与去向", "en": "Recovery and outcomes"},
        "plants": {"zh": "工厂与工序", "en": "Plants and processes"},
        "books": {"zh": "账目与核对", "en": "Books and checks"},
        "duties": {"zh": "目标与义务", "en": "Targets and duties"},
    }
)

CATALOGUE: Final[Mapping[str, Entry]] = MappingProxyType(
    {
        entry.name: entry
        for entry in (
            recovery_rates.ENTRY,
            outcomes.ENTRY,
            second_life.ENTRY,
            element_recovery.ENTRY,
            flows.ENTRY,
            traceability.ENTRY,
            avoided_co2.ENTRY,
            process_efficiency.ENTRY,
            mass_balance.ENTRY,
            collection_rate.ENTRY,
            plan_indicators.ENTRY,
            stock_ageing.ENTRY,
            discrepancies.ENTRY,
            timeliness.ENTRY,
            pathway_deviations.ENTRY,
            claim_reconciliation.ENTRY,
            licence_findings.ENTRY,
        )
    }
)
if unknown := {entry.about.group for entry in CATALOGUE.values()} - GROUPS.keys():
    raise LookupError(f"groups without words: {unknown}")


def entry_of(name: str) -> Entry:
    """The report of that name. Refusal: not_found."""
    try:
        return CATALOGUE[name]
    except KeyError:
        raise Refusal("not_found", report=name[:40]) from None
