"""Scenes that a regulator has to ask about: fit for another life and scrapped, declared above content, never settled.

In the checked year on illustrative streams only; the battery scene stands in the year before.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Final

from registry.domain.events import Collect, Inspect, OutputLine, Process, ProcessInput, Receive, ReceiveLine
from registry.services.demonstration_mess import collect, send
from registry.services.demonstration_past import collect as collect_battery
from registry.services.demonstration_script import Script
from registry.services.demonstration_streams import Lying, bring, process

_CORES: Final = (
    ("point_zy_1", "gearbox", 2_460_000, None),
    ("point_gy_1", "starter", 1_180_000, "no_demand"),
    ("point_tr_2", "gearbox", 890_000, None),
)
"""site, product, mass, and the reason given"""


def tell(script: Script) -> None:
    """Write down all scenes."""
    for scene in (_cores_scrapped, _batteries_smelted, _claimed_too_much, _still_travelling, _still_missing):
        scene(script)


def _cores_scrapped(script: Script) -> None:
    """Cores that passed their inspection and were scrapped all the same: one plant says why, twice it does not."""
    for number, (site, product, mass_g, reason) in enumerate(_CORES):
        at = script.at(6, 16 + number, 10)
        path = f"findings/cores/{number}"
        batch = collect(script, path, site=site, at=at, stream="reman_part", product=product, mass_g=mass_g)
        lies = bring(script, path, Lying(batch=batch, site=site, mass_g=mass_g, since=at), "reman_gy")
        looked = Inspect(batch=batch, grade="A", passed=True)
        script.tell(f"{path}/test", site="reman_gy", at=lies.since + timedelta(days=1), details=looked)
        process(script, path, lies, "reject_to_scrap", product, reason=reason)


def _batteries_smelted(script: Script) -> None:
    """Batteries of Zunyi that could have had a second life, leached at once, without a word."""
    at = script.at(10, 8, 9, years_before=1)
    path = "findings/batteries"
    load = collect_battery(
        script, path, site="point_zy_2", at=at, chemistry="LFP", mass_g=4_260_000, producer="maker_b"
    )
    load = bring(script, path, load, "hydro_tr")
    looked = load.since + timedelta(days=1)
    details = Inspect(batch=load.batch, grade="B", state_of_health_permille=803, passed=True)
    script.tell(f"{path}/test", site="hydro_tr", at=looked, details=details)
    process(script, path, load, "hydrometallurgy", "LFP")


def _claimed_too_much(script: Script) -> None:
    """A remelting plant declares more copper in its ingots than the cable ever held."""
    at = script.at(9, 3, 11)
    path = "findings/claim"
    mass_g, copper_g, ingots_g = 2_080_000, 1_850_000, 1_960_000
    batch = script.dice.id(f"{path}/batch", at)
    details = Collect(
        stream="nonferrous", product="copper", mass_g=mass_g, batch_id=batch, contents_g={"copper": copper_g}
    )
    script.tell(f"{path}/collect", site="point_bj_1", at=at, details=details)
    lies = bring(script, path, Lying(batch=batch, site="point_bj_1", mass_g=mass_g, since=at), "nonferrous_bj")
    claim = OutputLine(mass_g=ingots_g, to="recycle", product="ingots", contents_g={"copper": copper_g + 62_000})
    dross = OutputLine(mass_g=90_000, to="dispose", product="dross")
    melted = Process(process="sort_remelt", inputs=(ProcessInput(batch=batch),), outputs=(claim, dross))
    script.tell(f"{path}/remelt", site="nonferrous_bj", at=lies.since + timedelta(days=3), details=melted)


def _still_travelling(script: Script) -> None:
    """Wet bales: a part was refused in December and has not come back to its sender."""
    at = script.at(12, 11, 9)
    path = "findings/refused"
    bales = collect(script, path, site="point_qn_1", at=at, stream="plastic", product="PE", mass_g=5_340_000)
    send(script, path, (bales,), site="point_qn_1", to="plastic_as", at=at + timedelta(days=1))
    taken = at + timedelta(days=2)
    line = ReceiveLine(batch=bales, mass_g=5_340_000, refused_g=760_000, refusal_reason="too_wet")
    # The part that travels back is named by the server, in this way.
    back = str(uuid.uuid5(uuid.UUID(script.dice.id(f"{path}/receive", taken)), f"refused:{bales}"))
    script.tell(f"{path}/receive", site="plastic_as", at=taken, details=Receive(lines=(line,)), makes=(back,))


def _still_missing(script: Script) -> None:
    """Copper that left Tongren and did not all arrive; nobody has found it since."""
    at = script.at(11, 5, 13)
    path = "findings/missing"
    cable = collect(script, path, site="point_tr_1", at=at, stream="nonferrous", product="copper", mass_g=1_940_000)
    send(script, path, (cable,), site="point_tr_1", to="nonferrous_bj", at=at + timedelta(days=1))
    line = ReceiveLine(batch=cable, mass_g=1_872_000, reason="missing")
    script.tell(f"{path}/receive", site="nonferrous_bj", at=at + timedelta(days=2), details=Receive(lines=(line,)))
