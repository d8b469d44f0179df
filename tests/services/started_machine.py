"""The lower half of the machine: how it speaks to capture, and a start that has seen everything once."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from registry.domain.events import Addition, Capture, OutputLine, Part, ProcessInput, ReceiveLine
from registry.domain.identifiers import draw_code
from registry.services.audit import verify
from registry.services.capture import ItemResult, capture
from registry.services.transactions import writing
from registry.store.batches import BatchPlaceRow, BatchRow
from tests.ledgers import DETAILS, World, an_id, build, issue
from tests.services.invariants import counts, faults

WHO = ("point", "plant", "second")
REASONS = ("scale", "missing", "found", None)
PROCESSES = ("dismantle", "hydrometallurgy", "pyrometallurgy", "test_regroup", "crumb", "sort_remelt")
LARGE = 10**9
masses = st.one_of(st.integers(1, 50), st.integers(1, LARGE))
percents = st.integers(0, 120)


class StartedMachine(RuleBasedStateMachine):
    """`fresh` gives the engine of an empty, migrated database; `tally` counts what all runs reached."""

    fresh: ClassVar[Callable[[], Engine]]
    tally: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.engine = type(self).fresh()
        self.session = Session(self.engine)
        self.world: World = build(self.session)
        self.sent: list[tuple[str, Capture, ItemResult]] = []
        self.numbers = itertools.count(1)
        self.cages = [draw_code(), draw_code()]
        issue(self.session, *self.cages)

    def teardown(self) -> None:
        """Everything sent again changes nothing, and the whole ledger follows from its events."""
        try:
            self.the_ledger_is_true()
            before = counts(self.session)
            for who, command, first in self.sent:
                again = self._capture(who, command)
                assert (again.status, again.receipt) == ("exists", first.receipt)
            assert counts(self.session) == before
            assert verify(self.session).differences == ()
        finally:
            self.session.close()
            self.engine.dispose()

    # --- speaking ----------------------------------------------------------------------------------------------------

    def say(self, who: str, kind: str, **facts: Any) -> ItemResult:
        command = Capture(
            id=an_id(f"event {next(self.numbers)}"),
            kind=kind,
            site_id=self.world.site(who),
            occurred_at=self.world.tick(),
            details=DETAILS[kind](**facts),
        )
        result = self._capture(who, command)
        self.tally[f"{kind} {result.status}"] += 1
        if result.status == "created":
            self.sent.append((who, command, result))
        else:
            assert result.refusal is not None
            self.tally[result.refusal.code] += 1
        return result

    def _capture(self, who: str, command: Capture) -> ItemResult:
        now = command.occurred_at
        with writing(self.session):
            result = capture(self.session, actor=self.world.actors[who], command=command, now=now)
            self.session.commit()
        return result

    def places(self) -> list[Any]:
        rows = self.session.execute(
            select(BatchPlaceRow, BatchRow.stream)
            .join(BatchRow, BatchRow.id == BatchPlaceRow.batch_id)
            .where(BatchPlaceRow.status != "void")
            .order_by(BatchPlaceRow.batch_id)
        ).all()
        self.session.expunge_all()
        self.session.rollback()
        return [(place, stream) for place, stream in rows]

    def pick(self, data: st.DataObject, *statuses: str, travelling: bool = False) -> tuple[str, str, int]:
        """(who can act on it, batch, mass): one that fits, or now and then any other."""
        rows = self.places()
        fitting = [row for row in rows if row[0].status in statuses and (row[0].to_site_id is not None) == travelling]
        blind = data.draw(st.integers(0, 9), label="blind") == 0
        place, _ = data.draw(st.sampled_from(fitting if fitting and not blind else rows), label="batch")
        whose = place.to_site_id if travelling else place.site_id
        who = next((name for name in WHO if self.world.site(name) == whose), "point")
        if blind:
            who = data.draw(st.sampled_from(WHO), label="who")
        return who, place.batch_id, place.mass_g

    # --- a start that has seen everything once -----------------------------------------------------------------------

    @initialize(lfp=masses, ncm=masses)
    def two_chemistries_go_all_the_way(self, lfp: int, ncm: int) -> None:
        lfp, ncm = lfp + 100, ncm + 100
        loads = [
            self._new("point", product=product, mass_g=mass_g, contents_g={element: mass_g // 10, "energy": mass_g})
            for product, mass_g, element in (("LFP", lfp, "lithium"), ("NCM", ncm, "nickel"))
        ]
        self.say("point", "dispatch", batches=tuple(loads), to_site=self.world.site("plant"))
        lines = (
            ReceiveLine(batch=loads[0], mass_g=lfp - 3, reason="missing", refused_g=9, refusal_reason="wet"),
            ReceiveLine(batch=loads[1], mass_g=ncm + 3, reason="scale"),
        )
        self.say("plant", "receive", lines=lines)
        (mixed,) = self.world.made(self.say("plant", "merge", batches=tuple(loads)))
        self.say("plant", "inspect", batch=mixed, contents_g={"lithium": 9, "cobalt": 3}, passed=True)
        outputs = (
            OutputLine(mass_g=80, to="stock", product="black_mass", stream="power_battery"),
            OutputLine(mass_g=20, to="energy"),
        )
        made = self._process("plant", mixed, "dismantle", outputs, mass_g=110)
        self.say("plant", "dispatch", batches=(made[0],), to_site=self.world.site("second"))
        self.say("second", "receive", lines=(ReceiveLine(batch=made[0]),))
        soda = (Addition(material="soda", mass_g=30, contents_g={"lithium": 1}),)
        claim = OutputLine(mass_g=70, to="recycle", contents_g={"lithium": 9})
        self._process("second", made[0], "hydrometallurgy", (claim,), additions=soda)
        packs = self._process("plant", mixed, "test_regroup", (OutputLine(mass_g=40, to="cascade"),), mass_g=40)
        self.say("point", "retire", batch=packs[0], mass_g=15, weighed_g=14, reason="missing")
        self._the_small_things(packs[0])
        self.tally["the whole way"] += 1

    def _the_small_things(self, pack: str) -> None:
        """Containers, a split, a stocktake, and a correction of it."""
        cage, parent = self.cages[0], self._new("point", product="LFP", mass_g=100)
        parts = self.say("point", "split", batch=parent, children=(Part(mass_g=40), Part(mass_g=60)))
        self.say("point", "load", container=cage, batches=tuple(self.world.made(parts)))
        self.say("point", "dispatch", batches=(cage,), to_site=self.world.site("second"))
        self.say("second", "receive", lines=(ReceiveLine(batch=cage),))
        self.say("second", "unload", container=cage)
        counted = self.say("second", "stocktake", batch=self.world.made(parts)[0], mass_g=70, reason="found")
        self.say("second", "reverse", event=counted.id, reason="typo")
        self.say("plant", "dispatch", batches=(pack,), to_site=self.world.site("second"))

    def _new(self, who: str, **facts: Any) -> str:
        (batch_id,) = self.world.made(self.say(who, "collect", stream="power_battery", **facts))
        return batch_id

    def _process(
        self,
        who: str,
        batch: str,
        process: str,
        outputs: tuple[OutputLine, ...],
        mass_g: int | None = None,
        **more: Any,
    ) -> list[str]:
        inputs = (ProcessInput(batch=batch, mass_g=mass_g),)
        result = self.say(who, "process", process=process, inputs=inputs, outputs=outputs, **more)
        assert result.status == "created", result.refusal
        return self.world.made(result)

    # --- what always holds -------------------------------------------------------------------------------------------

    @invariant()
    def the_ledger_is_true(self) -> None:
        found = faults(self.session)
        if found:
            raise AssertionError(found)
