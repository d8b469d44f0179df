"""Random but legal lives of batches: what the reconciliation tests recount. Refused steps are simply not taken."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from registry.domain.events import (
    Addition,
    Dispatch,
    Inspect,
    Merge,
    OutputLine,
    Part,
    Process,
    ProcessInput,
    Receive,
    ReceiveLine,
    Retire,
    Reverse,
    Split,
    Stocktake,
)
from registry.store.batches import BatchPlaceRow
from tests.reports.books import GUIYANG, MAY, NANMING, NOW, ZUNYI, Book

START = MAY.replace(month=3)


class Walk:
    """Steps at three sites of two prefectures, over half a year."""

    def __init__(self, book: Book, seed: int) -> None:
        self.book, self.random = book, random.Random(seed)
        owner = book.organisation()
        self.sites = [
            book.site(GUIYANG, organisation=owner),
            book.site(NANMING, organisation=owner),
            book.site(ZUNYI),
        ]
        self.now = START
        self.stood = 0

    def run(self, steps: int) -> None:
        for _ in range(steps):
            self.now += timedelta(hours=self.random.randrange(1, 240))
            STEPS[self.random.choice(ORDER)](self)

    def tell(self, site: str, details: object) -> None:
        recorded = self.now + timedelta(hours=self.random.randrange(72))
        result = self.book.tell(site, details, at=self.now, recorded=recorded)  # type: ignore[arg-type]
        self.stood += result.status == "created"

    def places(self, *statuses: str) -> list[BatchPlaceRow]:
        rows = self.book.session.query(BatchPlaceRow).filter(BatchPlaceRow.status.in_(statuses))
        return sorted(rows, key=lambda row: row.batch_id)

    def any_of(self, *statuses: str) -> BatchPlaceRow | None:
        found = self.places(*statuses)
        return self.random.choice(found) if found else None

    def part(self, whole: int) -> int:
        return self.random.randint(1, max(1, whole))


def collect(walk: Walk) -> None:
    mass_g, mix = walk.random.randrange(10, 5000), walk.random
    contents = {"lithium": mass_g // mix.randrange(8, 50)} if mix.random() < 0.7 else None
    product = mix.choice(["LFP", "NCM", None])
    walk.book.collect(
        mix.choice(walk.sites), mass_g, product=product, contents_g=contents, at=walk.now, recorded=walk.now
    )


def dispatch(walk: Walk) -> None:
    if place := walk.any_of("stock", "cascade"):
        walk.tell(place.site_id, Dispatch(batches=(place.batch_id,), to_site=walk.random.choice(walk.sites)))


def receive(walk: Walk) -> None:
    if (place := walk.any_of("transit")) and place.to_site_id:
        other = walk.random.random() < 0.5
        line = ReceiveLine(
            batch=place.batch_id,
            mass_g=max(1, place.mass_g + walk.random.randrange(-9, 9)) if other else None,
            reason=walk.random.choice(["scale", "missing"]) if other else None,
            refused_g=walk.part(place.mass_g) // 3 if walk.random.random() < 0.3 else 0,
            refusal_reason="wet",
        )
        walk.tell(place.to_site_id, Receive(lines=(line,)))


def split(walk: Walk) -> None:
    place = walk.any_of("stock")
    if place and place.mass_g > 1:
        first = walk.part(place.mass_g - 1)
        parts = (Part(mass_g=first), Part(mass_g=place.mass_g - first))
        walk.tell(place.site_id, Split(batch=place.batch_id, children=parts))


def merge(walk: Walk) -> None:
    if place := walk.any_of("stock"):
        near = [each.batch_id for each in walk.places("stock") if each.site_id == place.site_id]
        walk.tell(place.site_id, Merge(batches=tuple(near[:3])))


def inspect(walk: Walk) -> None:
    if place := walk.any_of("stock"):
        walk.tell(place.site_id, Inspect(batch=place.batch_id, contents_g={"lithium": place.mass_g // 20}))


def process(walk: Walk) -> None:
    if place := walk.any_of("stock"):
        used = walk.part(place.mass_g)
        acid = (Addition(material="acid", mass_g=walk.part(200)),) if walk.random.random() < 0.5 else ()
        third = max(1, used // 3)
        lines = (
            OutputLine(mass_g=third, to="recycle", contents_g={"lithium": third // 9}),
            OutputLine(mass_g=third, to=walk.random.choice(["stock", "energy"]), stream="power_battery"),
        )
        self_made = Process(
            process=walk.random.choice(["hydrometallurgy", "dismantle"]),
            inputs=(ProcessInput(batch=place.batch_id, mass_g=used),),
            outputs=lines[: walk.random.randint(1, 2)],
            additions=acid,
        )
        walk.tell(place.site_id, self_made)


def regroup(walk: Walk) -> None:
    if place := walk.any_of("stock"):
        line = OutputLine(mass_g=place.mass_g, to="cascade")
        inputs = (ProcessInput(batch=place.batch_id),)
        walk.tell(place.site_id, Process(process="test_regroup", inputs=inputs, outputs=(line,)))


def retire(walk: Walk) -> None:
    if place := walk.any_of("cascade"):
        part = walk.part(place.mass_g)
        weighed = max(1, part - walk.random.randrange(5))
        walk.tell(
            walk.random.choice(walk.sites),
            Retire(batch=place.batch_id, mass_g=part, weighed_g=weighed, reason="missing"),
        )


def stocktake(walk: Walk) -> None:
    if place := walk.any_of("stock"):
        found = max(1, place.mass_g + walk.random.randrange(-5, 5))
        walk.tell(place.site_id, Stocktake(batch=place.batch_id, mass_g=found, reason="scale"))


def find(walk: Walk) -> None:
    walk.tell(walk.random.choice(walk.sites), Stocktake(stream="power_battery", mass_g=walk.part(300)))


def reverse(walk: Walk) -> None:
    event = walk.random.choice(walk.book.events()[-4:] or [None])
    if event is not None:
        for site in (event.site_id, *walk.sites):
            walk.tell(site, Reverse(event=event.id, reason="typo"))


STEPS: Mapping[str, Callable[[Walk], None]] = {
    step.__name__: step
    for step in (
        collect, dispatch, receive, split, merge, inspect, process, regroup, retire, stocktake, find, reverse
    )
}  # fmt: skip
ORDER = [*STEPS, "collect", "collect", "dispatch", "receive", "receive", "process", "process"]


def walked(book: Book, seed: int, *, steps: int = 60) -> Walk:
    """A ledger of about so many events, the same for the same seed."""
    walk = Walk(book, seed)
    walk.run(steps)
    assert walk.now < NOW
    return walk


def some_day(walk: Walk) -> datetime:
    """A cut-off in the middle of it."""
    return START + (walk.now - START) / 2
