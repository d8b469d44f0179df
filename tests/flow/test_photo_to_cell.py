"""The way of a fact, with nothing played: a photo of our label → event → postings → a cell in a file."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from registry.services import codes
from registry.services.audit import verify
from registry.services.keys import issue_key
from registry.services.transactions import writing
from registry.store.ledger import PostingRow
from scanner.here import FONTS
from scanner.label_images import png
from scanner.labels import PRESETS, Label, draw, short_url
from tests.ledgers import NOON, World, an_id, build
from tests.scanner.photos import photograph
from tests.services.invariants import faults
from tests.serving import served

YEAR = {"stream": "power_battery", "area": "520000", "from": "2025-01-01", "to": "2026-01-01"}


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A party's machine with its key."""

    origin: str
    key: str

    def post(self, path: str, body: bytes, kind: str) -> Any:
        return json.loads(self._open(path, data=body, headers={"Content-Type": kind}))

    def get(self, path: str, **query: str) -> bytes:
        return self._open(f"{path}?{urlencode(query)}")

    def _open(self, path: str, **more: Any) -> bytes:
        request = Request(f"{self.origin}{path}", **more)  # noqa: S310  # the server this test started
        request.add_header("Authorization", f"Bearer {self.key}")
        request.add_header("Accept-Language", "en")
        try:
            with urlopen(request, timeout=60) as answer:  # noqa: S310  # as above
                found: bytes = answer.read()
        except HTTPError as error:
            raise AssertionError(f"{request.full_url}: {error.code} {error.read().decode()}") from None
        return found

    def capture(self, kind: str, *, site: str, at: str, **details: Any) -> Mapping[str, Any]:
        event = {"id": str(uuid.uuid4()), "kind": kind, "site": site, "occurred_at": at, "details": details}
        answer: Mapping[str, Any] = self.post("/api/v1/events", json.dumps(event).encode(), "application/json")
        assert answer["status"] == "created", answer
        return answer

    def read(self, photo: bytes) -> Mapping[str, Any]:
        """What the one mark in a photo names."""
        (mark,) = self.post("/api/v1/decode", photo, "image/jpeg")["marks"]
        found: Mapping[str, Any] = mark["resolution"]
        return found


@pytest.fixture
def world(engine: Engine) -> Iterator[World]:
    with Session(engine) as session:
        yield build(session)


def machine(world: World, origin: str, name: str, role: str, **more: str) -> Machine:
    with writing(world.session) as session:
        _, secret = issue_key(
            session, name=name, role=role, scopes=("read", "capture", "report"), now=datetime.now(UTC), **more
        )
        session.commit()
    return Machine(origin=origin, key=secret)


def roll(world: World) -> str:
    with writing(world.session) as session:
        _, (code,) = codes.issue(session, site_id=world.site("point"), count=1, actor_id=an_id("user point"), now=NOON)
        session.commit()
    return code


def on_a_crate(origin: str, code: str, seed: int) -> bytes:
    """The printed label as a phone in the yard sees it: tilted, turned, blurred, noisy."""
    label = Label(text=short_url(public_url=origin, code=code), code=code, lines=("废旧动力电池",))
    return photograph(png(draw(label, PRESETS["60x40"]), fonts=FONTS, dpi=203), seed=seed, tilt=0.2, turn_degrees=11)


def cell(workbook: bytes, *, column: str, substance: str) -> Any:
    """The value under a heading, in the row of a substance."""
    heads, *rows = CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(0).to_python()
    (row,) = [row for row in rows if row[heads.index("Substance code")] == substance]
    return row[heads.index(column)]


def test_a_photographed_label_becomes_a_cell_in_the_downloaded_file(world: World, database_url: str) -> None:
    code = roll(world)
    with served(database_url, workers=2) as origin:
        point = machine(world, origin, "point", "collector", organisation_id=an_id("point"))
        plant = machine(world, origin, "plant", "operator", organisation_id=an_id("plant"))
        regulator = machine(world, origin, "regulator", "regulator", division_code="520000")

        read = point.read(on_a_crate(origin, code, seed=3))
        assert read["normalised"] == code
        point.capture(
            "collect",
            site=world.site("point"),
            at="2025-05-01T09:00:00+08:00",
            stream="power_battery",
            product="LFP",
            mass_kg="412.5",
            code=read["normalised"],
            contents_kg={"lithium": "4.25"},
        )
        again = point.read(on_a_crate(origin, code, seed=4))
        assert again["batch"] is not None
        to = world.site("plant")
        point.capture(
            "dispatch", site=world.site("point"), at="2025-05-02T09:00:00+08:00", batches=[again["batch"]], to_site=to
        )
        arrived = plant.read(on_a_crate(origin, code, seed=5))["batch"]
        plant.capture("receive", site=to, at="2025-05-03T09:00:00+08:00", lines=[{"batch": arrived}])
        plant.capture(
            "process",
            site=to,
            at="2025-05-04T09:00:00+08:00",
            process="hydrometallurgy",
            inputs=[{"batch": arrived}],
            outputs=[{"mass_kg": "120", "to": "recycle", "contents_kg": {"lithium": "4.002"}}],
        )
        file = regulator.get("/api/v1/reports/recovery", **YEAR, basis="cohort", format="xlsx")
        opened = json.loads(
            regulator.get("/api/v1/reports/recovery/contributions", **YEAR, basis="cohort", figure="mass.collected")
        )
    _the_file_says_so(file)
    (line,) = opened["items"]
    assert (opened["total"], line["amount"], line["batch_code"]) == ("412.5", "412.5", code)
    _the_ledger_says_so(world, arrived)


def _the_file_says_so(file: bytes) -> None:
    collected, recycled, rate = "Collected (kg|kWh)", "Recycling (kg|kWh)", "Element recovery (%)"
    assert cell(file, column=collected, substance="mass") == 412.5
    assert cell(file, column=recycled, substance="mass") == 120
    assert cell(file, column=recycled, substance="lithium") == 4.002
    assert cell(file, column=rate, substance="lithium") == 94.16


def _the_ledger_says_so(world: World, batch_id: str) -> None:
    rows = world.session.execute(
        select(PostingRow.account, PostingRow.amount).where(
            PostingRow.batch_id == batch_id, PostingRow.substance == "mass"
        )
    ).all()
    assert sorted((row.account, row.amount) for row in rows) == [
        ("loss", 292_500),
        ("origin:end_of_life", -412_500),
        *(("stock", amount) for amount in (-412_500, -412_500, 412_500, 412_500)),
        *(("transit", amount) for amount in (-412_500, 412_500)),
    ]
    assert faults(world.session) == []
    assert verify(world.session).differences == ()
