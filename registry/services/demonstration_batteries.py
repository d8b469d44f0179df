"""The model's batteries as a year of events: collected by the truckload, sorted, given a second life or processed.

Masses and contents are the model's, to the gram. What the model does not say comes from illustrative tables: who made
a load, where it was collected, how healthy it was, which plant took it and what a process put out besides the metals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from registry.domain.events import CodeRef, Collect, Inspect, OutputLine, Part, Process, ProcessInput, Split
from registry.domain.origins import apportion
from registry.domain.substances import ENERGY
from registry.domain.tables import rows
from registry.services.demonstration_loads import (
    Piece,
    Prefecture,
    held,
    pieces,
    prefectures,
    total,
    truckloads,
    yields,
)
from registry.services.demonstration_model import CASCADE, Lot
from registry.services.demonstration_script import Script

STREAM: Final = "power_battery"
_PLANTS: Final = MappingProxyType(
    {
        "outdated_hydrometallurgy": "oldhydro_qdn",
        "outdated_pyrometallurgy": "pyro_lps",
        "pyro_hydrometallurgy": "hydro_tr",
    }
)
"""Where a route leads; hydrometallurgy by prefecture."""
YEAR_LETTERS: Final = "123456789ABCDEFGHJKLMNPRST"
"""GB/T 34014: the letter of the year of making, from 2011"""
_WHOLE: Final = 1000


@dataclass(frozen=True, kw_only=True)
class _Sorted:
    """A batch that lies sorted at the plant, and the energy it holds."""

    batch: str
    energy_wh: int


@dataclass(frozen=True, kw_only=True)
class _Delivery:
    """What one lot became after sorting, ready for the plant of its route."""

    month: _Month
    lot: Lot
    plant: str
    ready: Sequence[_Sorted]


def tell(script: Script, lots: Sequence[Lot]) -> None:
    """Write down all steps of the model's batteries."""
    grouped: dict[tuple[int, str, str], list[Lot]] = defaultdict(list)
    for lot in lots:
        grouped[lot.month, lot.division_code, lot.chemistry].append(lot)
    by_code = prefectures()
    deliveries: dict[tuple[int, str, str], list[_Delivery]] = defaultdict(list)
    for (number, division_code, chemistry), together in sorted(grouped.items()):
        month = _Month(script, number, by_code[division_code], chemistry, together)
        for delivery in month.tell():
            deliveries[number, month.prefecture.sorting_site, delivery.plant].append(delivery)
    for place, ((number, sorting_site, plant), arriving) in enumerate(sorted(deliveries.items())):
        script.hand_over(
            f"battery/out/{sorting_site}/{plant}/{number:02d}",
            from_site=sorting_site,
            to_site=plant,
            batches=[ready.batch for delivery in arriving for ready in delivery.ready],
            sent=script.at(number, 20, 8, place % 60),
            taken=script.at(number, 21, 15, place % 60),
        )
        for delivery in arriving:
            delivery.month.process(delivery)


class _Month:
    """One prefecture, chemistry and month: from the collection points through the sorting plant."""

    def __init__(self, script: Script, month: int, prefecture: Prefecture, chemistry: str, lots: Sequence[Lot]) -> None:
        self.script, self.month, self.prefecture, self.chemistry, self.lots = script, month, prefecture, chemistry, lots
        self.path = f"battery/{prefecture.key}/{chemistry}/{month:02d}"
        self.loads_g = truckloads(script.dice, f"{self.path}/weight", sum(lot.mass_g for lot in lots))
        self.pieces = pieces(lots, self.loads_g)

    def tell(self) -> Iterator[_Delivery]:
        """Collect, bring to the sorting plant, sort; what goes on to other plants comes back as deliveries."""
        self._bring_in()
        routed: dict[str, list[_Sorted]] = defaultdict(list)
        for load in range(len(self.loads_g)):
            for piece, ready in self._sort(load):
                routed[piece.route].append(ready)
        for lot in self.lots:
            if lot.route == CASCADE:
                self._regroup(lot, routed[CASCADE])
            else:
                plant = _PLANTS.get(lot.route, self.prefecture.hydrometallurgy_site)
                yield _Delivery(month=self, lot=lot, plant=plant, ready=routed[lot.route])

    def _at(self, day: int, hour: int, minute: int = 0) -> datetime:
        return self.script.at(self.month, day, hour, minute % 60)

    def _batch(self, name: str) -> str:
        return self.script.dice.id(f"{self.path}/batch/{name}", self._at(1, 8))

    def _bring_in(self) -> None:
        waiting: dict[str, list[str]] = defaultdict(list)
        for load in range(len(self.loads_g)):
            # Two collection points share the loads, two to one.
            point = f"point_{self.prefecture.key}_{1 + (self.month + load) % 3 // 2}"
            waiting[point].append(self._collect(load, point))
        for point, batches in waiting.items():
            self.script.hand_over(
                f"{self.path}/in/{point}",
                from_site=point,
                to_site=self.prefecture.sorting_site,
                batches=batches,
                sent=self._at(15, 8, len(batches)),
                taken=self._at(16, 14, len(batches)),
            )

    def _collect(self, load: int, point: str) -> str:
        path = f"{self.path}/load/{load}"
        market = [row for row in rows("demo_market_shares") if row["chemistry"] == self.chemistry]
        maker = market[self.script.dice.weighted(f"{path}/maker", [int(row["weight"]) for row in market])]["producer"]
        contents = total([piece for piece in self.pieces if piece.load == load])
        batch = self._batch(f"load/{load}")
        self.script.tell(
            path,
            site=point,
            at=self._at(self.script.dice.between(f"{path}/day", 2, 13), 9 + load % 8, load),
            details=Collect(
                stream=STREAM,
                mass_g=self.loads_g[load],
                batch_id=batch,
                product=self.chemistry,
                producer=self.script.organisation(maker) if maker else None,
                capacity_wh=contents.pop(ENERGY),
                contents_g=contents,
            ),
        )
        return batch

    def _sort(self, load: int) -> Iterator[tuple[Piece, _Sorted]]:
        """Split what takes more than one route, then look at every piece."""
        found = [piece for piece in self.pieces if piece.load == load]
        whole = self._batch(f"load/{load}")
        batches = [whole] if len(found) == 1 else [self._batch(f"load/{load}/{piece.route}") for piece in found]
        if len(found) > 1:
            parts = zip(found, batches, strict=True)
            self.script.tell(
                f"{self.path}/split/{load}",
                site=self.prefecture.sorting_site,
                at=self._at(17, 9, load),
                details=Split(
                    batch=whole, children=tuple(Part(mass_g=piece.mass_g, batch_id=batch) for piece, batch in parts)
                ),
            )
        for piece, batch, contents in zip(found, batches, held(found), strict=True):
            self._inspect(piece, batch, contents[ENERGY])
            yield piece, _Sorted(batch=batch, energy_wh=contents[ENERGY])

    def _inspect(self, piece: Piece, batch: str, energy_wh: int) -> None:
        path = f"{self.path}/inspect/{piece.load}/{piece.route}"
        passed = piece.route == CASCADE
        usual = 10 * self.prefecture.state_of_health_percent + (60 if passed else -180)
        permille = usual + self.script.dice.between(path, -40, 40)
        self.script.tell(
            path,
            site=self.prefecture.sorting_site,
            at=self._at(18, 9, piece.load),
            details=Inspect(
                batch=batch,
                grade="A" if passed else "C",
                state_of_health_permille=permille,
                capacity_wh=energy_wh * permille // _WHOLE,
                passed=passed,
            ),
        )

    def _regroup(self, lot: Lot, ready: Sequence[_Sorted]) -> None:
        """The second life: re-coded, and all that the pieces held goes along."""
        code = second_life_code(
            year=self.script.year, month=self.month, chemistry=self.chemistry, serial=self.prefecture.number
        )
        self.script.tell(
            f"{self.path}/regroup",
            site=self.prefecture.sorting_site,
            at=self._at(19, 10),
            details=Process(
                process="test_regroup",
                inputs=tuple(ProcessInput(batch=each.batch) for each in ready),
                outputs=(
                    OutputLine(
                        mass_g=lot.mass_g,
                        to=CASCADE,
                        product=lot.chemistry,
                        batch_id=self._batch("second_life"),
                        codes=(CodeRef(scheme="gb34014", value=code),),
                    ),
                ),
            ),
        )

    def process(self, delivery: _Delivery) -> None:
        """What the plant of the route made of the lot: the metals as the model says, the rest by `demo_yields`."""
        lot, ready = delivery.lot, delivery.ready
        found = yields(lot.route, lot.chemistry)
        lost = _WHOLE - sum(line.permille for line in found)
        masses = apportion(lot.mass_g, [*(line.permille for line in found), lost])
        nothing = dict.fromkeys((*lot.recovered_g, ENERGY), 0)
        metals = {**lot.recovered_g, ENERGY: sum(each.energy_wh for each in ready)}
        main = next(place for place, line in enumerate(found) if line.to == "recycle")
        outputs = tuple(
            OutputLine(
                mass_g=mass_g,
                to=line.to,
                product=line.output,
                batch_id=self._batch(f"{lot.route}/{line.output}"),
                # What is not recovered stays in the residue and the loss: they are left to inherit it.
                contents_g=metals if place == main else None if line.to == "dispose" else nothing,
            )
            for place, (line, mass_g) in enumerate(zip(found, masses, strict=False))
        )
        self.script.tell(
            f"{self.path}/{lot.route}",
            site=delivery.plant,
            at=self._at(24, 8 + self.prefecture.number, 5 * self.month),
            details=Process(
                process=lot.route,
                inputs=tuple(ProcessInput(batch=each.batch) for each in ready),
                outputs=outputs,
            ),
        )


def second_life_code(*, year: int, month: int, chemistry: str, serial: int) -> str:
    """A GB/T 34014 code of a second-life pack, 19 characters, by an invented maker; years from 2011 to 2036."""
    battery_type = {"LFP": "B", "NCM": "E"}[chemistry]
    # K is the 19th of the month, when the sorting plants regroup.
    return f"9SLP{battery_type}01{YEAR_LETTERS[year - 2011]}{'123456789ABC'[month - 1]}K{serial:07d}RP"
