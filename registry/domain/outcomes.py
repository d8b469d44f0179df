"""The waste hierarchy as a ladder of outcomes: what a gram can finally become.

reuse > cascade > remanufacture / retread > recycle > energy > dispose, and loss beside them. Equal rank means
equal standing on the ladder (remanufacture and retread). Which outcomes count in which rate is a column here,
never an `if` in a report.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from registry.domain.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Outcome:
    """One rung. A lower `rank` is preferred.

    `custody_kept`: mass here still has a holder and can come back by a retire event.
    `processed_into`: a process may post lines here; loss is what the process could not name.
    """

    code: str
    rank: int
    name_zh: str
    name_en: str
    custody_kept: bool
    counts_as_recycling: bool
    counts_as_recovery: bool
    processed_into: bool = True


LADDER: Final[tuple[Outcome, ...]] = (
    Outcome("reuse", 1, "再使用", "Reuse", True, True, True),
    Outcome("cascade", 2, "梯次利用", "Cascade use", True, True, True),
    Outcome("remanufacture", 3, "再制造", "Remanufacture", False, True, True),
    Outcome("retread", 3, "翻新", "Retread", False, True, True),
    Outcome("recycle", 4, "再生利用", "Recycling", False, True, True),
    Outcome("energy", 5, "能源化利用", "Energy recovery", False, False, True),
    Outcome("dispose", 6, "处置", "Disposal", False, False, False),
    Outcome("loss", 7, "损耗", "Loss", False, False, False, processed_into=False),
)

_BY_CODE: Final = {each.code: each for each in LADDER}

OUTCOMES: Final[tuple[str, ...]] = tuple(each.code for each in LADDER)
CUSTODY_KEPT: Final[frozenset[str]] = frozenset(each.code for each in LADDER if each.custody_kept)
COUNTS_AS_RECYCLING: Final[frozenset[str]] = frozenset(each.code for each in LADDER if each.counts_as_recycling)
COUNTS_AS_RECOVERY: Final[frozenset[str]] = frozenset(each.code for each in LADDER if each.counts_as_recovery)


def outcome(code: str) -> Outcome:
    """The rung with this code. Raises Refusal("unknown_outcome")."""
    try:
        return _BY_CODE[code]
    except KeyError:
        raise Refusal("unknown_outcome", outcome=code) from None
