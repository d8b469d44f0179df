"""What lies open when the story ends, so that every demo user finds something to do.

Battery scenes stand in December of the year before (the checked year holds the model's only), the others in the
last days of the checked year.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from registry.domain.events import CodeRef, Inspect, Load, Receive, ReceiveLine, Reverse
from registry.services.demonstration_batteries import YEAR_LETTERS
from registry.services.demonstration_mess import collect, send
from registry.services.demonstration_past import collect as collect_battery
from registry.services.demonstration_script import Script
from registry.services.demonstration_streams import bring

_LABELLED = ("tyre", "car", 2_140_000), ("plastic", "PET", 640_000), ("weee", "washing_machine", 71_500)


def tell(script: Script, rolls: Mapping[str, Sequence[str]]) -> None:
    """Write down what stays open. `rolls`: site → the codes of its roll."""
    labels = iter(rolls["point_gy_1"][1:])
    for number, (stream, product, mass_g) in enumerate(_LABELLED):
        at = script.at(12, 22, 9, 7 * number)
        path = f"open/labelled/{number}"
        collect(
            script, path, site="point_gy_1", at=at, stream=stream, product=product, mass_g=mass_g, code=next(labels)
        )
    _packs(script, labels_of=rolls["point_gy_1"][5:8])
    _under_way(script)
    _at_the_plants(script)
    _caged_tyres(script, container_code=rolls["point_zy_1"][0])
    _one_sided_reversal(script)


def _packs(script: Script, *, labels_of: Sequence[str]) -> None:
    """Single packs in the collector's stock, each with its maker's battery code."""
    for number, label in enumerate(labels_of):
        at = script.at(12, 9, 10, 11 * number, years_before=1)
        made = YEAR_LETTERS[script.year - 8 - 2011] if script.year >= 2019 else "1"
        code = f"9JCPE01TRACE0{number}{made}5{number + 1}{number + 1:07d}"
        collect_battery(
            script, f"open/pack/{number}", site="point_gy_1", at=at, chemistry="NCM", mass_g=385_000 + 9_000 * number,
            producer="maker_a", code=label, codes=(CodeRef(scheme="gb34014", value=code),),
        )  # fmt: skip


def _under_way(script: Script) -> None:
    """Shipments the plants have not taken over yet."""
    at = script.at(12, 16, 9, years_before=1)
    for number, (site, to, chemistry) in enumerate(
        [("point_gy_1", "sort_gy", "LFP"), ("point_qn_2", "sort_gy", "NCM"), ("sort_zy", "hydro_tr", "NCM")]
    ):
        path = f"open/way/{number}"
        at += timedelta(hours=5)
        lies = collect_battery(
            script, path, site="point_zy_1" if site == "sort_zy" else site, at=at, chemistry=chemistry,
            mass_g=1_420_000 + 77_000 * number, producer="maker_b",
        )  # fmt: skip
        if lies.site != site:
            lies = bring(script, f"{path}/in", lies, site)
        send(script, path, (lies.batch,), site=site, to=to, at=lies.since + timedelta(days=1))
    tyres = collect(
        script, "open/way/tyres", site="point_bj_1", at=script.at(12, 27, 9), stream="tyre", product="truck",
        mass_g=8_730_000,
    )  # fmt: skip
    send(script, "open/way/tyres", (tyres,), site="point_bj_1", to="tyre_zy", at=script.at(12, 28, 8))


def _at_the_plants(script: Script) -> None:
    """Stock that waits: one load passed its test, one has still to be looked at, one lies at the smelter."""
    at = script.at(12, 4, 9, years_before=1)
    for number, (site, plant, passed) in enumerate(
        [("point_gy_2", "sort_gy", True), ("point_as_1", "sort_gy", None), ("point_tr_1", "hydro_tr", False)]
    ):
        path = f"open/plant/{number}"
        lies = collect_battery(
            script, path, site=site, at=at + timedelta(hours=number), chemistry="LFP",
            mass_g=2_050_000 + 310_000 * number, producer="maker_a" if number else "maker_c",
        )  # fmt: skip
        lies = bring(script, path, lies, plant)
        if passed is not None:
            permille = 861 if passed else 540
            looked = Inspect(batch=lies.batch, grade="A", state_of_health_permille=permille, passed=passed)
            script.tell(f"{path}/test", site=plant, at=lies.since + timedelta(days=2), details=looked)


def _caged_tyres(script: Script, *, container_code: str) -> None:
    """A cage on its way to the tyre park."""
    at = script.at(12, 29, 9)
    tyres = tuple(
        collect(
            script, f"open/cage/{number}", site="point_zy_1", at=at + timedelta(minutes=6 * number), stream="tyre",
            product="car", mass_g=310_000 + 25_000 * number,
        )
        for number in range(3)
    )  # fmt: skip
    loaded = at + timedelta(hours=1)
    caged = Load(container=container_code, batches=tyres)
    script.tell("open/cage/load", site="point_zy_1", at=loaded, details=caged, makes=(container_code,))
    send(script, "open/cage", (container_code,), site="point_zy_1", to="tyre_zy", at=loaded + timedelta(hours=1))


def _one_sided_reversal(script: Script) -> None:
    """The tyre park takes a receipt back; the collector in Guiyang has still to confirm."""
    at = script.at(12, 10, 9)
    path = "open/reversal"
    tyres = collect(script, path, site="point_gy_1", at=at, stream="tyre", product="truck", mass_g=7_710_000)
    send(script, path, (tyres,), site="point_gy_1", to="tyre_zy", at=at + timedelta(days=1))
    wrong = Receive(lines=(ReceiveLine(batch=tyres, mass_g=7_170_000, reason="scale"),))
    event = script.tell(f"{path}/receive", site="tyre_zy", at=at + timedelta(days=2), details=wrong)
    script.tell(
        f"{path}/reverse",
        site="tyre_zy",
        at=at + timedelta(days=3),
        details=Reverse(event=event, reason="typing_error"),
        builds_on=(event,),
    )
