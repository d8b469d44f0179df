"""Where mass came from, and how those shares travel to the gram.

An origin is (stream, product, producer or none, county of collection, month of collection), or one of two
pseudo-origins: `addition` (reagents) and `unknown` (found without a source). DOMAIN §5.
Shares are split by the largest remainder, each substance by its own shares.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Generic, TypeVar


@dataclass(frozen=True, order=True)
class Origin:
    """Ordered by its fields, so that ties of the largest remainder always fall the same way."""

    kind: str
    stream: str = ""
    product: str = ""
    producer_id: str = ""
    division_code: str = ""
    month: str = ""

    @cached_property
    def key(self) -> str:
        """The canonical text an origin is stored once under."""
        return f"{self.kind}|{self.stream}|{self.product}|{self.producer_id}|{self.division_code}|{self.month}"


ADDITION = Origin("addition")
UNKNOWN = Origin("unknown")

Shares = dict[Origin, int]

Key = TypeVar("Key", bound=Any)
"""what shares are kept by: origins, or batch ids where masses flow along edges; must sort"""


@lru_cache(maxsize=100_000)
def origin_from_key(key: str) -> Origin:
    """The inverse of `Origin.key`."""
    return Origin(*key.split("|"))


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Parts of `total` in proportion to the weights, by largest remainder; they sum to it exactly.

    Weights are not negative and not all zero; ties go to the earlier place. A negative total gives negative parts.
    """
    whole = sum(weights)
    if whole <= 0:
        raise ValueError("nothing to apportion by")
    if total < 0:
        return [-part for part in apportion(-total, weights)]
    parts = []
    rests = []
    for place, weight in enumerate(weights):
        part, rest = divmod(total * weight, whole)
        parts.append(part)
        rests.append((-rest, place))
    short = total - sum(parts)
    if short:
        for _, place in sorted(rests)[:short]:
            parts[place] += 1
    return parts


def share_out(total: int, shares: Mapping[Key, int]) -> dict[Key, int]:
    """`total` divided among origins in proportion to `shares` (never all zero); zero parts are left out.

    Where the shares hold at least `total`, no origin gives more than it has.
    """
    if len(shares) == 1:
        return {next(iter(shares)): total} if total else {}
    origins = sorted(shares)
    parts = apportion(total, [shares[origin] for origin in origins])
    return {origin: part for origin, part in zip(origins, parts, strict=True) if part}


def add(into: dict[Key, int], more: Mapping[Key, int], sign: int = 1) -> None:
    """Add (or take away) shares in place; what comes to zero disappears."""
    for origin, amount in more.items():
        left = into.get(origin, 0) + sign * amount
        if left:
            into[origin] = left
        else:
            into.pop(origin, None)


def total(rows: Iterable[Mapping[Key, int]]) -> dict[Key, int]:
    """The sum of several rows of shares."""
    out: dict[Key, int] = {}
    for row in rows:
        add(out, row)
    return out


class Pool(Generic[Key]):
    """One substance's origins on their way through an event: filled by what goes in, drawn by what comes out.

    Draws are proportional to what is left, so that the last one takes exactly the rest and every origin closes.
    """

    def __init__(self, shares: Mapping[Key, int]) -> None:
        self.left: dict[Key, int] = {key: amount for key, amount in shares.items() if amount}

    @property
    def amount(self) -> int:
        """What is left, all origins together."""
        return sum(self.left.values())

    def fill(self, shares: Mapping[Key, int]) -> None:
        """Put shares in."""
        add(self.left, shares)

    def draw(self, amount: int) -> dict[Key, int]:
        """Take `amount` (at most what is left), pro rata."""
        if amount == 0:
            return {}
        if amount < 0 or amount > self.amount:
            raise ValueError("a draw must be within what is left")
        taken = share_out(amount, self.left)
        add(self.left, taken, -1)
        return taken
