"""What a decider knows, and what it decides: pure values, so that `verify` can decide again from the events alone."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from registry.domain.events import CodeRef
from registry.domain.ledger import HOLDING_ACCOUNTS, MASS, BatchState, Place, Posting
from registry.domain.origins import Origin, Shares
from registry.domain.refusals import Refusal


@dataclass(frozen=True, kw_only=True)
class SiteFacts:
    """What a decision needs to know of a site."""

    id: str
    organisation_id: str
    division_code: str
    organisation_kind: str = ""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One event in hand: who acts where and when, and every batch it names, as it stands.

    `batches` maps the reference as written to the state; `contained` maps a container reference to the batches in it.
    `month` is YYYY-MM in the jurisdiction's zone. `contents` are the frozen contents of a collect.
    """

    event_id: str
    organisation_id: str
    role: str
    site: SiteFacts
    month: str
    batches: Mapping[str, BatchState] = field(default_factory=dict)
    contained: Mapping[str, tuple[BatchState, ...]] = field(default_factory=dict)
    container_ids: Mapping[str, str] = field(default_factory=dict)
    sites: Mapping[str, SiteFacts] = field(default_factory=dict)
    contents: Mapping[str, int] = field(default_factory=dict)

    def new_id(self, slot: str, chosen: str | None = None) -> str:
        """The id of a batch this event makes: the client's choice, else derived from the event (repeatable)."""
        return chosen or str(uuid.uuid5(uuid.UUID(self.event_id), slot))

    def held_here(self, ref: str, statuses: frozenset[str]) -> BatchState:
        """The batch, if the actor's organisation holds it, at the acting site, in one of the statuses.

        Refusals: not_yours (before anything else, without data), wrong_state, wrong_site.
        """
        batch = self.batches[ref]
        if batch.place.holder_id != self.organisation_id:
            raise Refusal("not_yours", batch=ref)
        travelling = batch.place.to_site_id is not None
        if batch.place.status not in statuses or travelling:
            raise Refusal("wrong_state", batch=ref, status="transit" if travelling else batch.place.status)
        if batch.place.site_id != self.site.id:
            raise Refusal("wrong_site", batch=ref, site=batch.place.site_id)
        return batch

    def written(self, ref: str) -> str:
        """The name the sender wrote for a batch it reached by its container: the ids inside are not the sender's to
        know before it is seen whose they are.
        """
        return next((box for box, inside in self.contained.items() if any(batch.id == ref for batch in inside)), ref)

    def spread(self, refs: tuple[str, ...]) -> list[tuple[str, BatchState]]:
        """The batches named, containers replaced by what they carry.

        Refusals: container_empty, duplicate_batch_in_event.
        """
        out: list[tuple[str, BatchState]] = []
        for ref in refs:
            if ref in self.contained:
                if not self.contained[ref]:
                    raise Refusal("container_empty", container=ref)
                out += [(batch.id, batch) for batch in self.contained[ref]]
            else:
                out.append((ref, self.batches[ref]))
        ids = [batch.id for _, batch in out]
        for ref, batch in out:
            if ids.count(batch.id) > 1:
                raise Refusal("duplicate_batch_in_event", batch=ref)
        return out


@dataclass(frozen=True, kw_only=True)
class NewBatch:
    """A batch the event makes. `code` None: the service draws one, if `marked`."""

    id: str
    stream: str
    product: str | None = None
    producer_id: str | None = None
    code: str | None = None
    codes: tuple[CodeRef, ...] = ()
    marked: bool = True


@dataclass(frozen=True, kw_only=True)
class Move:
    """A batch touched (in · out · about): its place before (None: it did not exist) and after, its book mass after."""

    batch_id: str
    role: str
    before: Place | None
    after: Place
    mass_g: int


@dataclass(frozen=True, kw_only=True)
class Edge:
    """Mass that went from one batch into another."""

    from_batch_id: str
    to_batch_id: str
    mass_g: int


@dataclass(frozen=True, kw_only=True)
class Finding:
    """True, but something is missed: kept and shown. kind: finding · advice."""

    code: str
    kind: str = "finding"
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What an event does. `new_containers`: references that become containers."""

    postings: tuple[Posting, ...] = ()
    new: tuple[NewBatch, ...] = ()
    moves: tuple[Move, ...] = ()
    edges: tuple[Edge, ...] = ()
    findings: tuple[Finding, ...] = ()


class Draft:
    """A decision being written. Postings of a batch change its state at once, so that later lines see it."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.postings: list[Posting] = []
        self.new: list[NewBatch] = []
        self.edges: list[Edge] = []
        self.findings: list[Finding] = []
        self._moves: dict[str, Move] = {}

    def post(self, *, account: str, site_id: str, batch_id: str, substance: str, origins: Mapping[Origin, int]) -> None:
        """One posting whose amount is the sum of its origins; nothing when there are none."""
        if origins:
            self.postings.append(
                Posting(
                    account=account,
                    site_id=site_id,
                    batch_id=batch_id,
                    substance=substance,
                    amount=sum(origins.values()),
                    origins=dict(origins),
                )
            )

    def out_of(self, batch: BatchState, substance: str, origins: Mapping[Origin, int]) -> None:
        """Take from what the batch holds."""
        self._hold(batch, substance, {origin: -part for origin, part in origins.items()})

    def into(self, batch: BatchState, substance: str, origins: Mapping[Origin, int]) -> None:
        """Put into what the batch holds."""
        self._hold(batch, substance, origins)

    def _hold(self, batch: BatchState, substance: str, origins: Mapping[Origin, int]) -> None:
        if not origins:
            return
        self.post(
            account=batch.account,
            site_id=batch.holding_site_id,
            batch_id=batch.id,
            substance=substance,
            origins=origins,
        )
        batch.apply(self.postings[-1])

    def rehouse(self, batch: BatchState, place: Place, *, holding_site_id: str) -> None:
        """Move all the batch holds to the account of another place; postings only where account or site change."""
        held = {substance: dict(shares) for substance, shares in batch.holding.items()}
        if (HOLDING_ACCOUNTS[place.status], holding_site_id) != (batch.account, batch.holding_site_id):
            for substance in sorted(held, key=_mass_first):
                self.out_of(batch, substance, held[substance])
            batch.place, batch.holding_site_id = place, holding_site_id
            for substance in sorted(held, key=_mass_first):
                self.into(batch, substance, held[substance])
        batch.place = place

    def make(self, new: NewBatch, place: Place) -> BatchState:
        """A new batch, still empty, at a place."""
        self.new.append(new)
        return BatchState(
            id=new.id,
            stream=new.stream,
            product=new.product,
            producer_id=new.producer_id,
            place=place,
            holding_site_id=place.site_id,
        )

    def touched(self, batch: BatchState, role: str, before: Place | None, mass_g: int | None = None) -> None:
        """Record where the batch now is: closed when it holds nothing more; touched twice, `before` stays the first."""
        mass = batch.mass_g if mass_g is None else mass_g
        if not batch.holding and batch.place.status != "closed" and mass_g is None:
            batch.place = replace(batch.place, status="closed", to_site_id=None, container_id=None)
        earlier = self._moves.get(batch.id)
        self._moves[batch.id] = Move(
            batch_id=batch.id,
            role=earlier.role if earlier else role,
            before=earlier.before if earlier else before,
            after=batch.place,
            mass_g=mass,
        )

    def find(self, code: str, *, kind: str = "finding", **facts: object) -> None:
        """Note a finding (or an advice)."""
        self.findings.append(Finding(code=code, kind=kind, facts=facts))

    def done(self) -> Decision:
        """The decision."""
        return Decision(
            postings=tuple(self.postings),
            new=tuple(self.new),
            moves=tuple(self._moves.values()),
            edges=tuple(edge for edge in self.edges if edge.mass_g),
            findings=tuple(self.findings),
        )


def _mass_first(substance: str) -> tuple[bool, str]:
    return substance != MASS, substance


def shares_of(batch: BatchState, substance: str) -> Shares:
    """A copy of the batch's origin shares of a substance."""
    return dict(batch.holding.get(substance, {}))
