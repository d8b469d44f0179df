"""The figures of a balance: which postings each one sums, and with which sign. One table for the sum and its opening.

A report adds cells (sums of postings by account, event kind and side) and a contributions page lists the postings
behind one figure; both read this table, so that contributions sum to the figure by construction. Signs are chosen so
that the closing equation of DOMAIN §2 reads without minus:

collected + additions + received =
    outcomes + loss + stock + transit + differences (positive: missing) + sent out (+ moved to other streams)

On the flow basis stock and transit are changes within the period.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from registry.domain.ledger import (
    DIFFERENCE_ASSAY,
    DIFFERENCE_WEIGHING,
    LOSS,
    ORIGIN_ADDITION,
    ORIGIN_END_OF_LIFE,
    STOCK,
    TRANSIT,
    outcome_account,
)
from registry.domain.outcomes import COUNTS_AS_RECOVERY, COUNTS_AS_RECYCLING, CUSTODY_KEPT, LADDER

CROSSINGS: Final = frozenset({"receive", "retire"})
"""The kinds whose entry spans two sites: what they post inside a selection is what crossed its border."""


@dataclass(frozen=True, kw_only=True)
class Term:
    """Some postings, and the sign they count with. None: any.

    `inside`: the event happened inside the selection. `direction`: sign of the posting, before any reversal of it.
    """

    sign: int = 1
    accounts: frozenset[str] | None = None
    kinds: frozenset[str] | None = None
    but_kinds: frozenset[str] | None = None
    inside: bool | None = None
    direction: int | None = None


Figure = tuple[Term, ...]


def _account(*accounts: str, sign: int = 1) -> Figure:
    return (Term(accounts=frozenset(accounts), sign=sign),)


_OUTCOMES: Final = tuple(each.code for each in LADDER if each.processed_into)

_COLLECTED = _account(ORIGIN_END_OF_LIFE, sign=-1)
_RECEIVED = (Term(kinds=CROSSINGS, inside=True),)
# Contents are assumed at collection until an inspection measures them; what a process claims above them is no input.
_MEASURED = (Term(accounts=frozenset({DIFFERENCE_ASSAY}), kinds=frozenset({"inspect"}), sign=-1),)


def _outcomes(codes: frozenset[str]) -> Figure:
    return _account(*(outcome_account(code) for code in codes if code != "loss"))


_PROCESS = frozenset({"process"})

FIGURES: Final[Mapping[str, Figure]] = MappingProxyType(
    {
        "collected": _COLLECTED,
        "additions": _account(ORIGIN_ADDITION, sign=-1),
        "received": _RECEIVED,
        **{code: _account(outcome_account(code)) for code in _OUTCOMES},
        "loss": _account(LOSS),
        "stock": _account(STOCK),
        "transit": _account(TRANSIT),
        "difference_weighing": _account(DIFFERENCE_WEIGHING),
        "difference_assay": _account(DIFFERENCE_ASSAY),
        "sent_out": (Term(kinds=CROSSINGS, inside=False, sign=-1),),
        "moved": (Term(but_kinds=CROSSINGS, sign=-1),),
        "input": (*_COLLECTED, *_RECEIVED, *_MEASURED),
        "recycled": _account(outcome_account("recycle")),
        "second_life": _outcomes(CUSTODY_KEPT),
        "recycling": _outcomes(COUNTS_AS_RECYCLING),
        "recovery": _outcomes(COUNTS_AS_RECOVERY),
        "closed": (*_outcomes(frozenset(_OUTCOMES)), *_account(LOSS)),
        "treated": (*_outcomes(frozenset(_OUTCOMES) - CUSTODY_KEPT), *_account(LOSS)),
        "process_input": (Term(accounts=frozenset({STOCK}), kinds=_PROCESS, direction=-1, sign=-1),),
        "intermediates": (Term(accounts=frozenset({STOCK}), kinds=_PROCESS, direction=1),),
        "process_output": (
            Term(accounts=frozenset({STOCK}), kinds=_PROCESS, direction=1),
            Term(accounts=frozenset(outcome_account(code) for code in _OUTCOMES), kinds=_PROCESS),
        ),
        # What a place gave away, counted where the next one took it: a shipment when it is received, a second life when
        # it is retired.
        "handed_on": (
            Term(accounts=frozenset({TRANSIT}), kinds=frozenset({"receive"}), direction=-1, sign=-1),
            Term(
                accounts=frozenset(outcome_account(code) for code in CUSTODY_KEPT),
                kinds=frozenset({"retire"}),
                direction=-1,
                sign=-1,
            ),
        ),
        "counted_output": (
            Term(accounts=frozenset(outcome_account(code) for code in COUNTS_AS_RECYCLING), kinds=_PROCESS),
        ),
    }
)

IN_SIDE: Final = ("collected", "additions", "received")
OUT_SIDE: Final = (
    *_OUTCOMES,
    "loss",
    "stock",
    "transit",
    "difference_weighing",
    "difference_assay",
    "sent_out",
    "moved",
)
OUTCOME_FIGURES: Final = _OUTCOMES


@dataclass(frozen=True, kw_only=True)
class Rate:
    """One figure over another. `kinds` of substance it is asked for: mass, energy, element."""

    key: str
    over: str
    under: str
    kinds: frozenset[str]


_MASS = frozenset({"mass"})
_BULK = frozenset({"mass", "energy"})
_ELEMENT = frozenset({"element"})

RATES: Final[Mapping[str, Rate]] = MappingProxyType(
    {
        rate.key: rate
        for rate in (
            Rate(key="element_recovery", over="recycled", under="input", kinds=_ELEMENT),
            Rate(key="treatment_yield", over="recycled", under="treated", kinds=_ELEMENT),
            Rate(key="recycling_rate", over="recycling", under="input", kinds=_MASS),
            Rate(key="recovery_rate", over="recovery", under="input", kinds=_MASS),
            Rate(key="traceability", over="closed", under="input", kinds=_MASS),
            Rate(key="step_yield", over="process_output", under="process_input", kinds=_MASS),
            *(Rate(key=f"{code}_of_input", over=code, under="input", kinds=_BULK) for code in (*_OUTCOMES, "loss")),
            *(Rate(key=f"{code}_of_closed", over=code, under="closed", kinds=_BULK) for code in (*_OUTCOMES, "loss")),
        )
    }
)
