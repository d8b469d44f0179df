"""The illustrative batteries: all of the year before, so that the checked year holds the model's batteries only.

Scenes that a model of averages cannot have: two chemistries merged and assayed, black mass reprocessed at a second
plant, a second life that moves on and partly comes back, a battery fit for cascade that was recycled all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from registry.domain.contents import contents_g
from registry.domain.events import (
    Addition,
    CodeRef,
    Collect,
    Inspect,
    Merge,
    OutputLine,
    Part,
    Process,
    ProcessInput,
    Retire,
    Split,
)
from registry.services.demonstration_batteries import STREAM, second_life_code
from registry.services.demonstration_script import Script
from registry.services.demonstration_streams import Lying, bring, process

WH_PER_KG: Final[Mapping[str, int]] = {"LFP": 112, "NCM": 148}
_LATE: Final = timedelta(days=75)
"""beyond every deadline that was ever in force"""


def tell(script: Script) -> None:
    """Write down all scenes of the year before."""
    for scene in (_merged, _black_mass, _second_life, _recycled_all_the_same, _late):
        scene(script)


def collect(
    script: Script,
    path: str,
    *,
    site: str,
    at: datetime,
    chemistry: str,
    mass_g: int,
    producer: str | None = None,
    code: str | None = None,
    codes: Sequence[CodeRef] = (),
    lag: timedelta | None = None,
) -> Lying:
    """An illustrative battery, or a pallet of them, enters the loop."""
    capacity_wh = mass_g * WH_PER_KG[chemistry] // 1000
    batch = script.dice.id(f"{path}/batch", at)
    script.tell(
        f"{path}/collect",
        site=site,
        at=at,
        lag=lag,
        details=Collect(
            stream=STREAM,
            mass_g=mass_g,
            batch_id=batch,
            product=chemistry,
            producer=script.organisation(producer) if producer else None,
            capacity_wh=capacity_wh,
            code=code,
            codes=tuple(codes),
        ),
    )
    contents = contents_g(chemistry, capacity_wh=capacity_wh)
    return Lying(batch=batch, site=site, mass_g=mass_g, since=at, contents_g=contents)


def _merged(script: Script) -> None:
    """LFP and NCM in one load: each producer keeps its own lithium. The laboratory finds less than was written."""
    at = script.at(3, 4, 10, years_before=1)
    lfp = collect(
        script, "past/merge/lfp", site="point_lps_1", at=at, chemistry="LFP", mass_g=3_240_000, producer="maker_b"
    )
    ncm = collect(
        script, "past/merge/ncm", site="point_lps_1", at=at + timedelta(hours=3), chemistry="NCM", mass_g=2_115_000,
        producer="maker_a",
    )  # fmt: skip
    loads = [bring(script, f"past/merge/{each.batch}", each, "pyro_lps") for each in (lfp, ncm)]
    at = loads[-1].since + timedelta(days=1)
    mixed = script.dice.id("past/merge/mixed", at)
    batches = tuple(load.batch for load in loads)
    script.tell("past/merge", site="pyro_lps", at=at, details=Merge(batches=batches, batch_id=mixed))
    written = {name: sum(load.contents_g.get(name, 0) for load in loads) for name in ncm.contents_g}
    measured = {
        name: amount * script.dice.between(f"past/assay/{name}", 930, 985) // 1000 for name, amount in written.items()
    }
    script.tell(
        "past/assay",
        site="lab",
        at=at + timedelta(days=3),
        details=Inspect(batch=mixed, grade="C", passed=False, contents_g=measured, hazards=("residual_voltage",)),
    )
    mass_g = sum(load.mass_g for load in loads)
    flux_g = 400_000
    alloy_g, slag_g = mass_g * 36 // 100, mass_g * 38 // 100 + flux_g
    script.tell(
        "past/smelt",
        site="pyro_lps",
        at=at + timedelta(days=8),
        details=Process(
            process="pyrometallurgy",
            inputs=(ProcessInput(batch=mixed),),
            additions=(Addition(material="flux", mass_g=flux_g),),
            outputs=(
                OutputLine(mass_g=alloy_g, to="recycle", product="alloy", contents_g=_percent(measured, 80)),
                OutputLine(mass_g=slag_g, to="dispose", product="slag"),
            ),
        ),
    )


def _percent(contents: Mapping[str, int], percent: int) -> dict[str, int]:
    return {name: amount * percent // 100 for name, amount in contents.items()}


def _black_mass(script: Script) -> None:
    """Dismantled here, leached there: the recovery belongs to both plants' chain."""
    at = script.at(5, 12, 9, years_before=1)
    packs = collect(script, "past/packs", site="point_gy_2", at=at, chemistry="NCM", mass_g=6_480_000, producer="car_d")
    packs = bring(script, "past/packs", packs, "dismantle_gy")
    made = process(script, "past/dismantle", packs, "dismantle", "NCM", metals_in="black_mass")
    powder = bring(script, "past/powder", made["black_mass"], "hydro_qn")
    process(script, "past/leach", powder, "hydrometallurgy", "black_mass")
    steel = bring(script, "past/casings", made["steel_casing"], "steel_lps")
    process(script, "past/casings", steel, "melt", "steel_casing")


def _second_life(script: Script) -> None:
    """Tested, re-coded, sold on; half of it comes back, and the scale says otherwise."""
    at = script.at(6, 3, 9, years_before=1)
    packs = collect(
        script, "past/second", site="point_gy_1", at=at, chemistry="LFP", mass_g=1_860_000, producer="maker_c"
    )
    packs = bring(script, "past/second", packs, "sort_gy")
    at = packs.since + timedelta(days=1)
    script.tell(
        "past/second/test",
        site="sort_gy",
        at=at,
        details=Inspect(batch=packs.batch, grade="A", state_of_health_permille=842, passed=True),
    )
    cascade, reuse, rest = (script.dice.id(f"past/second/{name}", at) for name in ("cascade", "reuse", "rest"))
    code = second_life_code(year=script.year - 1, month=6, chemistry="LFP", serial=9001)
    rest_g = packs.mass_g - 1_120_000 - 240_000
    script.tell(
        "past/second/regroup",
        site="sort_gy",
        at=at + timedelta(days=2),
        details=Process(
            process="test_regroup",
            inputs=(ProcessInput(batch=packs.batch),),
            outputs=(
                OutputLine(
                    mass_g=1_120_000, to="cascade", product="LFP", batch_id=cascade,
                    codes=(CodeRef(scheme="gb34014", value=code),),
                ),
                OutputLine(mass_g=240_000, to="reuse", product="LFP", batch_id=reuse),
                OutputLine(mass_g=rest_g, to="stock", product="LFP", batch_id=rest),
            ),
        ),
    )  # fmt: skip
    left = Lying(batch=rest, site="sort_gy", mass_g=rest_g, since=at + timedelta(days=3))
    failed = Inspect(batch=rest, grade="C", state_of_health_permille=571, passed=False)
    script.tell("past/second/failed", site="sort_gy", at=left.since, details=failed)
    process(script, "past/repair", bring(script, "past/repair", left, "hydro_tr"), "direct_repair", "LFP")
    sold = at + timedelta(days=20)
    script.hand_over(
        "past/second/sold", from_site="sort_gy", to_site="point_qn_1", batches=[cascade], sent=sold,
        taken=sold + timedelta(days=2),
    )  # fmt: skip
    script.tell(
        "past/second/retire",
        site="point_qn_1",
        at=script.at(11, 18, 10, years_before=1),
        details=Retire(batch=cascade, mass_g=560_000, weighed_g=557_500, reason="scale"),
    )


def _recycled_all_the_same(script: Script) -> None:
    """Both passed their test and were smelted: one says why, of the other the regulator may ask."""
    at = script.at(8, 5, 9, years_before=1)
    load = collect(script, "past/fit", site="point_tr_1", at=at, chemistry="NCM", mass_g=2_740_000, producer="maker_a")
    load = bring(script, "past/fit", load, "hydro_tr")
    halves = [script.dice.id(f"past/fit/{half}", load.since) for half in (0, 1)]
    at = load.since + timedelta(days=1)
    parts = tuple(Part(mass_g=load.mass_g // 2, batch_id=half) for half in halves)
    script.tell("past/fit/split", site="hydro_tr", at=at, details=Split(batch=load.batch, children=parts))
    for number, (half, reason) in enumerate(zip(halves, (None, "no_buyer"), strict=True)):
        path = f"past/fit/{number}"
        looked = at + timedelta(days=1, hours=number)
        script.tell(
            f"{path}/test",
            site="hydro_tr",
            at=looked,
            details=Inspect(batch=half, grade="B", state_of_health_permille=815, passed=True),
        )
        lies = Lying(batch=half, site="hydro_tr", mass_g=load.mass_g // 2, since=looked)
        process(script, path, lies, "pyro_hydrometallurgy", "NCM", reason=reason)


def _late(script: Script) -> None:
    """Collected in September, written down in November."""
    collect(
        script, "past/late", site="point_bj_2", at=script.at(9, 2, 16, years_before=1), chemistry="LFP",
        mass_g=612_000, lag=_LATE,
    )  # fmt: skip
