"""Lives in which batteries are tested, recycled all the same, declared for, refused and taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from registry.domain.events import Dispatch, Inspect, OutputLine, Process, ProcessInput, Receive, ReceiveLine, Stocktake
from registry.services.transactions import writing
from registry.store.parties import LicenceRow
from tests.reports.books import NOW, Book
from tests.reports.walks import STEPS, Walk


def tested(walk: Walk) -> None:
    if place := walk.any_of("stock"):
        walk.tell(place.site_id, Inspect(batch=place.batch_id, passed=walk.random.random() < 0.8))


def recycled(walk: Walk) -> None:
    fit = [place for place in walk.places("stock") if place.fit]
    if fit:
        place = walk.random.choice(fit)
        half = max(1, place.mass_g // 2)
        claim = {"lithium": half // walk.random.choice([4, 40])} if walk.random.random() < 0.7 else None
        details = Process(
            process=walk.random.choice(["hydrometallurgy", "test_regroup"]),
            inputs=(ProcessInput(batch=place.batch_id),),
            outputs=(OutputLine(mass_g=half, to="stock", stream="power_battery", contents_g=claim),),
            reason=walk.random.choice([None, "", "no_buyer", "质量不稳定"]),
        )
        walk.tell(place.site_id, details)


def refused(walk: Walk) -> None:
    if (place := walk.any_of("transit")) and place.to_site_id:
        part = place.mass_g if walk.random.random() < 0.3 else max(1, place.mass_g // 4)
        line = ReceiveLine(batch=place.batch_id, refused_g=part, refusal_reason="oil")
        walk.tell(place.to_site_id, Receive(lines=(line,)))


def missed(walk: Walk) -> None:
    if place := walk.any_of("stock"):
        walk.tell(place.site_id, Stocktake(batch=place.batch_id, mass_g=max(1, place.mass_g - 3), reason="missing"))


def found_again(walk: Walk) -> None:
    if place := walk.any_of("stock"):
        walk.tell(place.site_id, Stocktake(batch=place.batch_id, mass_g=place.mass_g + 2, reason="found"))


def sent(walk: Walk) -> None:
    if place := walk.any_of("stock"):
        walk.tell(place.site_id, Dispatch(batches=(place.batch_id,), to_site=walk.random.choice(walk.sites)))


MORE = (tested, tested, recycled, recycled, refused, missed, found_again, sent)


class EventWalk(Walk):
    """Slow to write down: some of it is late."""

    def tell(self, site: str, details: object) -> None:
        days = self.random.choice([0, 1, 40, 70])
        recorded = min(self.now + timedelta(days=days), NOW - timedelta(days=1))
        result = self.book.tell(site, details, at=self.now, recorded=recorded)  # type: ignore[arg-type]
        self.stood += result.status == "created"


def lived(book: Book, seed: int, *, steps: int = 70) -> EventWalk:
    """A ledger of about so many events; the first site was licensed for a while, the last is for ever."""
    walk = EventWalk(book, seed)
    with writing(book.session):
        for number, (site, ends) in enumerate(((walk.sites[0], date(2025, 6, 1)), (walk.sites[2], None))):
            licence = {"number": "L", "process": "*", "valid_from": date(2020, 1, 1), "valid_to": ends}
            book.session.add(LicenceRow(id=f"{number}", site_id=site, **licence))
        book.session.commit()
    _all_of_it(walk)
    order = [*STEPS.values(), STEPS["collect"], STEPS["collect"], STEPS["receive"], *MORE]
    for _ in range(steps):
        walk.now += timedelta(hours=walk.random.randrange(1, 200))
        walk.random.choice(order)(walk)
    assert walk.now < datetime(2026, 10, 1, tzinfo=UTC)
    return walk


def _all_of_it(walk: Walk) -> None:
    """One life that every report of events has something to say of, whatever chance brought."""
    book, site = walk.book, walk.sites[1]
    batch = book.collect(site, 900, contents_g={"lithium": 9, "energy": 700}, at=walk.now, recorded=walk.now)
    book.told(site, Stocktake(batch=batch, mass_g=890, reason="missing"), at=walk.now, recorded=walk.now)
    book.told(site, Inspect(batch=batch, passed=True), at=walk.now, recorded=walk.now)
    claim = OutputLine(mass_g=400, to="recycle", contents_g={"lithium": 30})
    book.treat(site, batch, claim, at=walk.now, recorded=walk.now)
