"""A machine that drives random events, possible and impossible, through the real capture and looks at the ledger.

Most steps choose batches that fit the event, so that histories grow deep; some choose blindly, to be refused.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from registry.domain.events import Addition, OutputLine, Part, ProcessInput, ReceiveLine
from tests.ledgers import an_id
from tests.services.invariants import counts
from tests.services.started_machine import WHO, StartedMachine, masses

REASONS = ("scale", "missing", "found", None)
PROCESSES = ("dismantle", "hydrometallurgy", "pyrometallurgy", "test_regroup", "crumb", "sort_remelt")
OUTS = ("stock", "recycle", "cascade", "reuse", "energy", "dispose")
percents = st.integers(0, 120)


class LedgerMachine(StartedMachine):
    """Random events after the start, and what must hold of each."""

    # --- random events -----------------------------------------------------------------------------------------------

    @rule(
        who=st.sampled_from(WHO),
        stream=st.sampled_from(("power_battery", "power_battery", "tyre", "nonferrous")),
        product=st.sampled_from(("LFP", "NCM", None)),
        mass_g=masses,
        lithium=percents,
        capacity=st.one_of(st.none(), st.integers(0, 10**6)),
    )
    def collect(
        self, *, who: str, stream: str, product: str | None, mass_g: int, lithium: int, capacity: int | None
    ) -> None:
        contents = {"lithium": mass_g * lithium // 100} if lithium % 3 else None
        facts = {"stream": stream, "product": product, "mass_g": mass_g, "capacity_wh": capacity}
        self.say(who, "collect", contents_g=contents, **facts)

    @rule(data=st.data(), to=st.sampled_from(WHO), more=st.booleans())
    def dispatch(self, data: st.DataObject, to: str, more: bool) -> None:
        who, batch, _ = self.pick(data, "stock", "cascade", "reuse")
        also = (self.pick(data, "stock")[1],) if more else ()
        self.say(who, "dispatch", batches=(batch, *also), to_site=self.world.site(to))

    @rule(data=st.data(), weighed=percents, reason=st.sampled_from(REASONS), refused=st.integers(-60, 120))
    def receive(self, data: st.DataObject, weighed: int, reason: str | None, refused: int) -> None:
        who, batch, mass_g = self.pick(data, "transit", "cascade", "reuse", travelling=True)
        arrived = mass_g if reason is None else mass_g * weighed // 100
        part = arrived * max(refused, 0) // 100
        line = ReceiveLine(
            batch=batch,
            mass_g=None if reason is None else arrived,
            reason=reason,
            refused_g=part,
            refusal_reason="wet" if part else None,
        )
        self.say(who, "receive", lines=(line,))

    @rule(data=st.data(), cut=st.integers(-1, 101))
    def split(self, data: st.DataObject, cut: int) -> None:
        who, batch, mass_g = self.pick(data, "stock")
        first = mass_g * cut // 100
        self.say(who, "split", batch=batch, children=(Part(mass_g=first), Part(mass_g=mass_g - first)))

    @rule(data=st.data())
    def merge(self, data: st.DataObject) -> None:
        who, one, _ = self.pick(data, "stock")
        others = [place.batch_id for place, _ in self.places() if place.site_id == self.world.site(who)]
        two = data.draw(st.sampled_from([each for each in others if each != one] or [one]), label="other")
        self.say(who, "merge", batches=(one, two))

    @rule(data=st.data(), lithium=percents, by_lab=st.booleans(), fit=st.sampled_from((True, False, None)))
    def inspect(self, data: st.DataObject, lithium: int, by_lab: bool, fit: bool | None) -> None:
        who, batch, mass_g = self.pick(data, "stock")
        contents = {"lithium": mass_g * lithium // 200} if lithium % 4 else None
        self.say("lab" if by_lab else who, "inspect", batch=batch, contents_g=contents, passed=fit)

    @rule(
        data=st.data(),
        process=st.sampled_from(PROCESSES),
        taken=st.integers(0, 110),
        shares=st.lists(
            st.tuples(st.integers(0, 60), st.sampled_from(OUTS)),
            min_size=1,
            max_size=3,
        ),
        claim=st.one_of(st.none(), percents),
        acid=st.integers(0, 30),
    )
    def process(
        self,
        *,
        data: st.DataObject,
        process: str,
        taken: int,
        shares: list[tuple[int, str]],
        claim: int | None,
        acid: int,
    ) -> None:
        who, batch, mass_g = self.pick(data, "stock")
        part = mass_g * taken // 100 if taken <= 99 else mass_g
        outputs = tuple(
            OutputLine(
                mass_g=part * share // 100,
                to=to,
                contents_g={"lithium": part * share * claim // 10_000} if claim is not None and number == 0 else None,
            )
            for number, (share, to) in enumerate(shares)
        )
        added = part * acid // 100
        self.say(
            who,
            "process",
            process=process,
            inputs=(ProcessInput(batch=batch, mass_g=part if taken <= 99 else None),),
            outputs=outputs,
            additions=(Addition(material="acid", mass_g=added, contents_g={"iron": added // 2}),) if added else (),
        )

    @rule(data=st.data(), part=percents, weighed=st.one_of(st.none(), percents), reason=st.sampled_from(REASONS))
    def retire(self, data: st.DataObject, part: int, weighed: int | None, reason: str | None) -> None:
        who, batch, mass_g = self.pick(data, "cascade", "reuse")
        taken = mass_g * part // 100
        found = None if weighed is None else taken * weighed // 100
        self.say(who, "retire", batch=batch, mass_g=taken, weighed_g=found, reason=reason)

    @rule(data=st.data(), found=percents, reason=st.sampled_from(REASONS))
    def stocktake(self, data: st.DataObject, found: int, reason: str | None) -> None:
        who, batch, mass_g = self.pick(data, "stock")
        self.say(who, "stocktake", batch=batch, mass_g=mass_g * found // 100, reason=reason)

    @rule(who=st.sampled_from(WHO), mass_g=masses)
    def find(self, who: str, mass_g: int) -> None:
        self.say(who, "stocktake", stream="tyre", mass_g=mass_g)

    @rule(data=st.data(), cage=st.integers(0, 1))
    def load(self, data: st.DataObject, cage: int) -> None:
        who, batch, _ = self.pick(data, "stock", "cascade")
        self.say(who, "load", container=self.cages[cage], batches=(batch,))

    @rule(data=st.data(), does=st.sampled_from(("unload", "dispatch", "receive")), to=st.sampled_from(WHO))
    def move_a_container(self, data: st.DataObject, does: str, to: str) -> None:
        inside = [place for place, _ in self.places() if place.container_id]
        where = {place.to_site_id if does == "receive" else place.site_id for place in inside}
        who = data.draw(st.sampled_from([name for name in WHO if self.world.site(name) in where] or WHO), label="who")
        code = data.draw(st.sampled_from(self.cages), label="container")
        facts: dict[str, dict[str, Any]] = {
            "unload": {"container": code},
            "dispatch": {"batches": (code,), "to_site": self.world.site(to)},
            "receive": {"lines": (ReceiveLine(batch=code),)},
        }
        self.say(who, does, **facts[does])

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), back=st.integers(0, 3))
    def reverse(self, data: st.DataObject, back: int) -> None:
        author, command, _ = self.sent[max(len(self.sent) - 1 - back, 0)]
        who = data.draw(st.sampled_from((author, author, *WHO)), label="who")
        self.say(who, "reverse", event=command.id, reason="typo")

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        who, command, first = data.draw(st.sampled_from(self.sent), label="again")
        before = counts(self.session)
        again = self._capture(who, command)
        assert (again.status, again.receipt) == ("exists", first.receipt)
        assert counts(self.session) == before

    @precondition(lambda self: self.sent)
    @rule(data=st.data(), kind=st.sampled_from(("collect", "split", "merge", "process")))
    def refuse(self, data: st.DataObject, kind: str) -> None:
        """A wrong event of each kind leaves every table as it was."""
        who, batch, mass_g = self.pick(data, "stock")
        before = counts(self.session)
        wrong: dict[str, dict[str, Any]] = {
            "collect": {"stream": "tyre", "mass_g": 0},
            "split": {"batch": batch, "children": (Part(mass_g=mass_g), Part(mass_g=1))},
            "merge": {"batches": (batch, an_id("nobody's"))},
            "process": {
                "process": "hydrometallurgy",
                "inputs": (ProcessInput(batch=batch),),
                "outputs": (OutputLine(mass_g=mass_g + 1, to="recycle"),),
            },
        }
        assert self.say(who, kind, **wrong[kind]).status in ("rejected", "waiting")
        assert counts(self.session) == before
