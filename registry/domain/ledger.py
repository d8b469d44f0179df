"""Accounts, postings, entries and what a batch holds: the floor everybody walks on.

Every entry sums to zero for each substance, and for each origin of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from registry.domain.origins import Origin, Shares, add

STOCK = "stock"
TRANSIT = "transit"
ORIGIN_END_OF_LIFE = "origin:end_of_life"
ORIGIN_ADDITION = "origin:addition"
LOSS = "loss"
DIFFERENCE_WEIGHING = "difference:weighing"
DIFFERENCE_ASSAY = "difference:assay"

MASS = "mass"


def outcome_account(outcome: str) -> str:
    """The account of an outcome of the ladder."""
    return f"outcome:{outcome}"


HOLDING_ACCOUNTS: Mapping[str, str] = {
    "stock": STOCK,
    "transit": TRANSIT,
    "cascade": outcome_account("cascade"),
    "reuse": outcome_account("reuse"),
}
"""status of a batch's place → the account that holds its mass"""


@dataclass(frozen=True, kw_only=True)
class Posting:
    """One line of an entry: signed grams (or Wh), with the origins they came from, which sum to the amount."""

    account: str
    site_id: str
    batch_id: str
    substance: str
    amount: int
    origins: Mapping[Origin, int]

    def negated(self) -> Posting:
        """The same line the other way round."""
        return replace(self, amount=-self.amount, origins={origin: -part for origin, part in self.origins.items()})


def unbalanced(postings: Iterable[Posting]) -> dict[tuple[str, str], int]:
    """What does not sum to zero: (substance, origin key or '') → rest. Empty for a true entry.

    A posting whose origins do not sum to its amount shows under (substance, 'posting').
    """
    sums: defaultdict[tuple[str, str], int] = defaultdict(int)
    for posting in postings:
        sums[posting.substance, ""] += posting.amount
        for origin, part in posting.origins.items():
            sums[posting.substance, origin.key] += part
        rest = posting.amount - sum(posting.origins.values())
        if rest:
            sums[posting.substance, "posting"] += abs(rest)
    return {key: rest for key, rest in sums.items() if rest}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a batch is: status stock · transit · cascade · reuse · closed · void."""

    status: str
    site_id: str
    holder_id: str
    to_site_id: str | None = None
    """the named receiver, while it travels (a second life travels without leaving its status)"""
    container_id: str | None = None
    fit: bool = False
    """its last inspection found it fit for reuse or cascade"""


Holding = dict[str, Shares]
"""substance → origin → amount"""


@dataclass(kw_only=True)
class BatchState:
    """What a decider sees of one batch: where it is and what it holds, by origin.

    `holding_site_id` is the site its holding account is posted at: the place itself, but for a second life that has
    moved on (custody moves, nothing is posted).
    """

    id: str
    stream: str
    product: str | None
    producer_id: str | None
    place: Place
    holding_site_id: str
    holding: Holding = field(default_factory=dict)
    arrived_on: date | None = None
    """local day since when it lies there; None: not known"""

    @property
    def account(self) -> str:
        """The account its mass stands in."""
        return HOLDING_ACCOUNTS[self.place.status]

    @property
    def mass_g(self) -> int:
        """Book mass."""
        return self.amount(MASS)

    def amount(self, substance: str) -> int:
        """Book amount of a substance; 0 where it was never declared."""
        return sum(self.holding.get(substance, {}).values())

    def known(self) -> tuple[str, ...]:
        """The substances it holds, mass first, then by name."""
        return tuple(sorted(self.holding, key=lambda substance: (substance != MASS, substance)))

    def apply(self, posting: Posting) -> None:
        """Let a posting of its holding account change what it holds."""
        shares = self.holding.setdefault(posting.substance, {})
        add(shares, posting.origins)
        if not shares:
            del self.holding[posting.substance]
