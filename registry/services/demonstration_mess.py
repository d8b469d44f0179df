"""Honest mess of the checked year, on illustrative streams only: differences, a refusal, corrections, a late event.

The expired licence is a flow's: the cullet plant's ended on 1 September (`demo_licences`), its furnace did not.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Final

from registry.domain.events import (
    Collect,
    Dispatch,
    Load,
    Merge,
    OutputLine,
    Process,
    ProcessInput,
    Receive,
    ReceiveLine,
    Reverse,
    Stocktake,
    Unload,
)
from registry.services.demonstration_script import Script

_LATE: Final = timedelta(days=75)


def tell(script: Script, *, container_code: str) -> None:
    """Write down all scenes. `container_code`: a label of the roll at point_gy_1."""
    _partly_refused(script)
    _scale_says_otherwise(script)
    _some_is_missing(script)
    _found_in_the_yard(script)
    _wrong_digit(script)
    _both_take_it_back(script)
    _caged(script, container_code)
    _late(script)


def collect(
    script: Script,
    path: str,
    *,
    site: str,
    at: datetime,
    stream: str,
    product: str,
    mass_g: int,
    code: str | None = None,
    measured: str = "weighed",
    lag: timedelta | None = None,
) -> str:
    """An illustrative batch enters the loop; its id."""
    batch = script.dice.id(f"{path}/batch", at)
    details = Collect(stream=stream, product=product, mass_g=mass_g, batch_id=batch, code=code, measured=measured)
    script.tell(f"{path}/collect", site=site, at=at, details=details, lag=lag)
    return batch


def send(script: Script, path: str, batches: tuple[str, ...], *, site: str, to: str, at: datetime) -> None:
    """A dispatch that somebody else will take over, or nobody yet."""
    script.tell(f"{path}/dispatch", site=site, at=at, details=Dispatch(batches=batches, to_site=script.site(to)))


def _partly_refused(script: Script) -> None:
    """Oil in the load: a part travels back, and is taken back."""
    at = script.at(4, 8, 9)
    tyres = collect(
        script, "mess/refused", site="point_qdn_1", at=at, stream="tyre", product="truck", mass_g=10_200_000
    )
    send(script, "mess/refused", (tyres,), site="point_qdn_1", to="tyre_zy", at=at + timedelta(days=1))
    taken = at + timedelta(days=2)
    line = ReceiveLine(batch=tyres, mass_g=10_200_000, refused_g=1_350_000, refusal_reason="oil_contaminated")
    # The part that travels back is named by the server, in this way.
    back = str(uuid.uuid5(uuid.UUID(script.dice.id("mess/refused/receive", taken)), f"refused:{tyres}"))
    script.tell("mess/refused/receive", site="tyre_zy", at=taken, details=Receive(lines=(line,)), makes=(back,))
    script.tell(
        "mess/refused/back",
        site="point_qdn_1",
        at=taken + timedelta(days=2),
        details=Receive(lines=(ReceiveLine(batch=back),)),
    )
    crumb(script, "mess/refused", tyres, 10_200_000 - 1_350_000, at=taken + timedelta(days=3))


def crumb(script: Script, path: str, batch: str, mass_g: int, *, at: datetime) -> None:
    """Tyres into crumb, the plain way."""
    made = OutputLine(mass_g=mass_g * 7 // 10, to="recycle", product="crumb_rubber")
    fibre = OutputLine(mass_g=mass_g * 2 // 10, to="energy", product="fibre")
    details = Process(process="crumb", inputs=(ProcessInput(batch=batch),), outputs=(made, fibre))
    script.tell(f"{path}/crumb", site="tyre_zy", at=at, details=details)


def _scale_says_otherwise(script: Script) -> None:
    """The same bales on another scale: the plant's says 46 kg more."""
    at = script.at(6, 10, 10)
    bales = collect(script, "mess/scale", site="point_as_1", at=at, stream="plastic", product="PET", mass_g=7_950_000)
    send(script, "mess/scale", (bales,), site="point_as_1", to="plastic_as", at=at + timedelta(days=1))
    line = ReceiveLine(batch=bales, mass_g=7_996_000, reason="scale")
    script.tell("mess/scale/receive", site="plastic_as", at=at + timedelta(days=2), details=Receive(lines=(line,)))


def _some_is_missing(script: Script) -> None:
    """Cable that left and did not arrive; later some of it turns up behind the shed."""
    at = script.at(7, 15, 14)
    cable = collect(
        script, "mess/missing", site="point_lps_2", at=at, stream="nonferrous", product="copper", mass_g=3_180_000
    )
    send(script, "mess/missing", (cable,), site="point_lps_2", to="nonferrous_bj", at=at + timedelta(days=1))
    line = ReceiveLine(batch=cable, mass_g=3_055_000, reason="missing")
    taken = at + timedelta(days=2)
    script.tell("mess/missing/receive", site="nonferrous_bj", at=taken, details=Receive(lines=(line,)))
    counted = Stocktake(mass_g=3_092_000, batch=cable, reason="found")
    script.tell("mess/missing/found", site="nonferrous_bj", at=taken + timedelta(days=30), details=counted)


def _found_in_the_yard(script: Script) -> None:
    """A batch nobody knew: it has no origin and counts in no rate."""
    found = Stocktake(mass_g=940_000, stream="scrap_steel", product="light")
    script.tell("mess/yard", site="point_zy_2", at=script.at(9, 30, 17), details=found)


def _wrong_digit(script: Script) -> None:
    """Twelve tonnes of bottles were one and a quarter: taken back, said rightly, and merged for the lorry."""
    at = script.at(5, 20, 11)
    path = "mess/digit"
    collect(script, path, site="point_zy_2", at=at, stream="glass", product="bottles", mass_g=12_500_000)
    wrong = script.dice.id(f"{path}/collect", at)
    back = Reverse(event=wrong, reason="typing_error")
    script.tell(f"{path}/reverse", site="point_zy_2", at=at + timedelta(hours=2), details=back, builds_on=(wrong,))
    right = collect(
        script, f"{path}/right", site="point_zy_2", at=at + timedelta(minutes=5), stream="glass", product="bottles",
        mass_g=1_250_000, lag=timedelta(hours=9),
    )  # fmt: skip
    more = collect(
        script, f"{path}/more", site="point_zy_2", at=at + timedelta(days=1), stream="glass", product="bottles",
        mass_g=2_860_000, measured="estimated",
    )  # fmt: skip
    merged = script.dice.id(f"{path}/merged", at)
    details = Merge(batches=(right, more), batch_id=merged)
    script.tell(f"{path}/merge", site="point_zy_2", at=at + timedelta(days=2), details=details)


def _both_take_it_back(script: Script) -> None:
    """A receipt signed by two: the plant takes it back, the collector confirms, then the right one follows."""
    at = script.at(8, 12, 9)
    path = "mess/signed"
    tyres = collect(script, path, site="point_zy_1", at=at, stream="tyre", product="car", mass_g=6_420_000)
    send(script, path, (tyres,), site="point_zy_1", to="tyre_zy", at=at + timedelta(days=1))
    taken = at + timedelta(days=2)
    wrong = ReceiveLine(batch=tyres, mass_g=4_620_000, reason="missing")
    event = script.tell(f"{path}/receive", site="tyre_zy", at=taken, details=Receive(lines=(wrong,)))
    later = taken + timedelta(days=1)
    for hours, site in ((0, "tyre_zy"), (5, "point_zy_1")):
        script.tell(
            f"{path}/reverse/{site}",
            site=site,
            at=later + timedelta(hours=hours),
            details=Reverse(event=event, reason="typing_error"),
            builds_on=(event, tyres),
            makes=(tyres,),
        )
    right = Receive(lines=(ReceiveLine(batch=tyres, mass_g=6_418_000, reason="scale"),))
    script.tell(f"{path}/right", site="tyre_zy", at=later + timedelta(hours=7), details=right)
    crumb(script, path, tyres, 6_418_000, at=later + timedelta(days=2))


def _caged(script: Script, container_code: str) -> None:
    """Three fridges in a cage: the cage is sent and taken over, and emptied."""
    at = script.at(10, 9, 9)
    path = "mess/cage"
    fridges = tuple(
        collect(
            script, f"{path}/{number}", site="point_gy_1", at=at + timedelta(minutes=9 * number), stream="weee",
            product="refrigerator", mass_g=48_000 + 3_500 * number,
        )
        for number in range(3)
    )  # fmt: skip
    caged = Load(container=container_code, batches=fridges)
    cage = (container_code,)
    script.tell(f"{path}/load", site="point_gy_1", at=at + timedelta(hours=1), details=caged, makes=cage)
    send(script, path, cage, site="point_gy_1", to="weee_gy", at=at + timedelta(hours=3))
    taken = Receive(lines=(ReceiveLine(batch=container_code),))
    script.tell(f"{path}/receive", site="weee_gy", at=at + timedelta(hours=8), details=taken)
    emptied = Unload(container=container_code)
    script.tell(f"{path}/unload", site="weee_gy", at=at + timedelta(days=1), details=emptied, builds_on=cage)


def _late(script: Script) -> None:
    """Scrap of July that was written down in October."""
    collect(
        script, "mess/late", site="point_lps_2", at=script.at(7, 28, 15), stream="scrap_steel", product="light",
        mass_g=4_310_000, lag=_LATE,
    )  # fmt: skip
