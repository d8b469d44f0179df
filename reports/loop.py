"""The loop at a glance: what was collected, through which process it found its end, and which end. Pure.

Every gram of a cohort ends in exactly one way, so three columns suffice and nothing is counted twice: a process shows
what it brought to an end (outcomes and loss, net of intermediates, which count at the process that ends them); what
no process has ended yet goes straight to stock and transit. Amounts in grams; the links out of a process sum to the
link into it, all links into the last column to what was collected (less what differences took or brought).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reports.figures import OUTCOME_FIGURES
from reports.recovery import COLLECTED
from reports.report import Report
from reports.words import is_total

ENDS = (*OUTCOME_FIGURES, "loss")
OPEN = "open"
_STANDING = ("stock", "transit")


@dataclass(frozen=True, kw_only=True)
class Link:
    """Mass between two nodes; a node is (column, code) with the column stream, product, process or end."""

    source: tuple[str, str]
    target: tuple[str, str]
    grams: int


@dataclass(frozen=True, kw_only=True)
class Loop:
    """Links, largest first, and what each node holds."""

    links: tuple[Link, ...]
    collected_g: int

    def held(self, node: tuple[str, str]) -> int:
        """What goes through a node: in, or out where nothing goes in."""
        into = sum(link.grams for link in self.links if link.target == node)
        return into or sum(link.grams for link in self.links if link.source == node)

    @property
    def nodes(self) -> tuple[tuple[str, str], ...]:
        """Every node once: sources first, then processes, then ends in the order of the ladder."""
        found = dict.fromkeys(node for link in self.links for node in (link.source, link.target))
        return tuple(sorted(found, key=_place))


_COLUMNS = ("stream", "product", "process", "end")


def _place(node: tuple[str, str]) -> tuple[int, int, str]:
    column, code = node
    ends = (*ENDS, OPEN)
    return _COLUMNS.index(column), ends.index(code) if code in ends else 0, code


def loop(report: Report) -> Loop:
    """The loop of a cohort's recovery report by process. One stream starts at its products, several at the streams."""
    by = "product" if report.selection.stream else "stream"
    ended: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(int)))
    standing: dict[str, int] = defaultdict(int)
    collected = 0
    for line in report.lines:
        if line.source != COLLECTED or not is_total(line.substance):
            continue
        origin = line.product if by == "product" else line.stream
        collected += line.figures["collected"]
        standing[origin] += sum(line.figures[key] for key in _STANDING)
        for end in ENDS:
            ended[origin][line.bucket][end] += line.figures[end]
    links = [link for origin, found in ended.items() for link in _through((by, origin), _settled(found))]
    links += [
        Link(source=(by, origin), target=("end", OPEN), grams=grams) for origin, grams in standing.items() if grams > 0
    ]
    return Loop(links=_merged(links), collected_g=collected)


def _settled(found: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """Ends by process. What came back from an end without a process (a retired second life) is taken from the process
    that had brought most to that end: a link cannot be negative.
    """
    ends = {process: dict(amounts) for process, amounts in found.items() if process}
    for end, amount in found.get("", {}).items():
        if amount < 0 and ends:
            process = max(ends, key=lambda each: ends[each].get(end, 0))
            ends[process][end] = ends[process].get(end, 0) + amount
        elif amount > 0:
            ends.setdefault("", {})[end] = amount
    return ends


def _through(origin: tuple[str, str], ends: Mapping[str, Mapping[str, int]]) -> Iterable[Link]:
    for process, amounts in ends.items():
        kept = {end: amount for end, amount in amounts.items() if amount > 0}
        if not process:
            yield from (Link(source=origin, target=("end", end), grams=amount) for end, amount in kept.items())
            continue
        if kept:
            yield Link(source=origin, target=("process", process), grams=sum(kept.values()))
        yield from (
            Link(source=("process", process), target=("end", end), grams=amount) for end, amount in kept.items()
        )


def _merged(links: Iterable[Link]) -> tuple[Link, ...]:
    sums: dict[tuple[tuple[str, str], tuple[str, str]], int] = defaultdict(int)
    for link in links:
        sums[link.source, link.target] += link.grams
    merged = (Link(source=source, target=target, grams=grams) for (source, target), grams in sums.items())
    return tuple(sorted(merged, key=lambda link: -link.grams))
