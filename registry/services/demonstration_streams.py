"""The illustrative streams: what `demo_flows` says, month by month, through every process of the trade.

A flow either collects (its `from_sites` take turns) or takes up what another one's process put into stock
(`source_line` = flow/output): a fridge becomes steel, plastic, copper, glass and a board, each at its own plant.
Nothing here is a statistic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from registry.domain.events import Collect, OutputLine, Process, ProcessInput
from registry.domain.origins import apportion
from registry.domain.tables import rows, words
from registry.services.demonstration_loads import Yield, yields
from registry.services.demonstration_script import Script

_WHOLE: Final = 1000
_PPM: Final = 1_000_000
_FOUND_AGAIN_PERCENT: Final = 97
"""of a declared element, in the recycled line"""
_STEP: Final = timedelta(days=4)
"""from one plant of a chain to the next"""


@dataclass(frozen=True, kw_only=True)
class Flow:
    """One row of `demo_flows`."""

    key: str
    months: tuple[int, ...]
    stream: str
    product: str
    mass_g: int
    from_sites: tuple[str, ...]
    plant: str
    process: str
    source_line: str
    producer: str
    contents_ppm: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Lying:
    """A batch that lies in stock somewhere: what is known of it."""

    batch: str
    site: str
    mass_g: int
    since: datetime
    contents_g: Mapping[str, int] = field(default_factory=dict)


def flows() -> tuple[Flow, ...]:
    """All rows, in table order: a flow stands below the one it takes from."""
    return tuple(
        Flow(
            key=row["key"],
            months=tuple(int(month) for month in words(row["months"])),
            stream=row["stream"],
            product=row["product"],
            mass_g=int(row["mass_kg"]) * _WHOLE,
            from_sites=words(row["from_sites"]),
            plant=row["plant_site"],
            process=row["process"],
            source_line=row["source_line"],
            producer=row["producer"],
            contents_ppm=dict(_pair(word) for word in words(row["contents_ppm"])),
        )
        for row in rows("demo_flows")
    )


def _pair(word: str) -> tuple[str, int]:
    element, _, ppm = word.partition(":")
    return element, int(ppm)


def tell(script: Script) -> None:
    """Write down all steps of the illustrative flows."""
    lying: dict[tuple[str, int], Lying] = {}
    for flow in flows():
        for month in flow.months:
            path = f"flow/{flow.key}/{month:02d}"
            lies = lying[flow.source_line, month] if flow.source_line else collect(script, path, flow, month)
            if lies.site != flow.plant:
                lies = bring(script, path, lies, flow.plant)
            made = process(script, path, lies, flow.process, flow.product)
            lying |= {(f"{flow.key}/{output}", month): lies for output, lies in made.items()}


def collect(script: Script, path: str, flow: Flow, month: int) -> Lying:
    """One collection of a flow."""
    site = flow.from_sites[flow.months.index(month) % len(flow.from_sites)]
    day = script.dice.between(f"{path}/day", 3, 9)
    at = script.at(month, day, script.dice.between(f"{path}/hour", 8, 17), script.dice.between(f"{path}/minute", 0, 59))
    mass_g = flow.mass_g * script.dice.between(f"{path}/mass", 850, 1150) // _WHOLE
    contents = {element: mass_g * ppm // _PPM for element, ppm in flow.contents_ppm.items()}
    batch = script.dice.id(f"{path}/batch", at)
    script.tell(
        f"{path}/collect",
        site=site,
        at=at,
        details=Collect(
            stream=flow.stream,
            mass_g=mass_g,
            batch_id=batch,
            product=flow.product,
            producer=script.organisation(flow.producer) if flow.producer else None,
            contents_g=contents or None,
        ),
    )
    return Lying(batch=batch, site=site, mass_g=mass_g, since=at, contents_g=contents)


def bring(script: Script, path: str, lies: Lying, plant: str) -> Lying:
    """A hand-over to a plant, as sent."""
    taken = lies.since + timedelta(days=2, hours=3)
    script.hand_over(
        path, from_site=lies.site, to_site=plant, batches=[lies.batch], sent=lies.since + timedelta(days=1), taken=taken
    )
    return Lying(batch=lies.batch, site=plant, mass_g=lies.mass_g, since=taken, contents_g=lies.contents_g)


def process(
    script: Script,
    path: str,
    lies: Lying,
    process_code: str,
    product: str,
    *,
    metals_in: str | None = None,
    reason: str | None = None,
) -> dict[str, Lying]:
    """A process by `demo_yields` where the batch lies; what it put into stock, by output.

    Known elements are declared in the output `metals_in`, else in the first recycled line.
    """
    found = yields(process_code, product)
    lost = _WHOLE - sum(line.permille for line in found)
    masses = apportion(lies.mass_g, [*(line.permille for line in found), lost])
    at = lies.since + _STEP
    made = {line.output: script.dice.id(f"{path}/{line.output}", at) for line in found}
    main = metals_in or next((line.output for line in found if line.to == "recycle"), None)
    metals = {element: amount * _FOUND_AGAIN_PERCENT // 100 for element, amount in lies.contents_g.items()}
    outputs = tuple(
        _line(line, mass_g, made[line.output], metals if line.output == main else None)
        for line, mass_g in zip(found, masses, strict=False)
    )
    script.tell(
        f"{path}/process",
        site=lies.site,
        at=at,
        details=Process(process=process_code, inputs=(ProcessInput(batch=lies.batch),), outputs=outputs, reason=reason),
    )
    return {
        line.output: Lying(
            batch=made[line.output],
            site=lies.site,
            mass_g=mass_g,
            since=at,
            contents_g=metals if line.output == main else {},
        )
        for line, mass_g in zip(found, masses, strict=False)
        if line.to == "stock"
    }


def _line(line: Yield, mass_g: int, batch: str, metals: Mapping[str, int] | None) -> OutputLine:
    return OutputLine(
        mass_g=mass_g, to=line.to, stream=line.stream, product=line.output, batch_id=batch, contents_g=metals or None
    )
