"""Placed on market: said once per key, corrected by naming what is replaced, never written over, seen by its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.domain.parties import Actor
from registry.domain.refusals import Refusal
from registry.services import market
from registry.services.parties import create_organisation
from registry.store.base import writing
from registry.store.market import PlacedOnMarketRow
from tests.ledgers import NOON

BOSS = Actor(id="boss", role="administrator")


class Makers:
    """Two producers, one recycler, and short words for declaring."""

    def __init__(self, session: Session) -> None:
        self.session = session
        with writing(session):
            found = {
                name: create_organisation(session, name_zh=name, kind=kind, now=NOON).id
                for name, kind in (("甲", "producer"), ("乙", "producer"), ("丙", "recycler"))
            }
            session.commit()
        self.ids = found

    def actor(self, name: str) -> Actor:
        return Actor(id=name, role="producer", organisation_id=self.ids[name])

    def declare(self, who: str = "甲", mass_g: int | None = 1000, **more: Any) -> tuple[market.Declaration, bool]:
        asked = {"stream": "tyre", "division_code": "520000", "year": 2024, "now": NOON, **more}
        with writing(self.session):
            found = market.declare(self.session, actor=asked.pop("actor", self.actor(who)), mass_g=mass_g, **asked)
            self.session.commit()
        return found

    def seen(self, actor: Actor, **more: Any) -> list[int | None]:
        return [each.mass_g for each in market.declarations(self.session, actor=actor, **more)]


@pytest.fixture
def makers(session: Session) -> Makers:
    return Makers(session)


def _refused(makers: Makers, **more: Any) -> Refusal:
    with pytest.raises(Refusal) as refused:
        makers.declare(**more)
    return refused.value


def test_a_declaration_is_seen_by_its_producer_and_by_no_other(makers: Makers) -> None:
    makers.declare("甲", 1000)
    assert makers.seen(makers.actor("甲")) == [1000]
    assert makers.seen(makers.actor("乙")) == []
    assert makers.seen(BOSS) == [1000]


def test_a_regulator_sees_the_places_of_its_division(makers: Makers) -> None:
    makers.declare(mass_g=1, division_code="520102")
    makers.declare(mass_g=2, division_code="520302")
    assert makers.seen(Actor(id="r", role="regulator", division_code="520100")) == [1]
    assert sorted(filter(None, makers.seen(Actor(id="r", role="regulator", division_code="520000")))) == [1, 2]
    assert makers.seen(Actor(id="r", role="regulator")) == []


def test_the_same_again_changes_nothing(makers: Makers) -> None:
    first, written = makers.declare()
    again, written_again = makers.declare()
    assert (written, written_again, first.id) == (True, False, again.id)


def test_another_mass_for_the_same_key_is_a_conflict_that_names_what_stands(makers: Makers) -> None:
    first, _ = makers.declare(mass_g=1000)
    refusal = _refused(makers, mass_g=1200)
    assert (refusal.code, refusal.facts["declaration"]) == ("already_declared", first.id)


def test_a_correction_stands_and_what_it_replaced_is_kept(makers: Makers) -> None:
    first, _ = makers.declare(mass_g=1000)
    second, _ = makers.declare(mass_g=1200, replaces=first.id)
    assert (second.version, makers.seen(BOSS)) == (2, [1200])
    assert makers.session.scalar(select(func.count()).select_from(PlacedOnMarketRow)) == 2
    assert _refused(makers, mass_g=1300, replaces=first.id).code == "declaration_superseded"


def test_a_withdrawn_declaration_is_gone_and_not_zero(makers: Makers) -> None:
    first, _ = makers.declare(mass_g=1000)
    gone, _ = makers.declare(mass_g=None, replaces=first.id)
    assert makers.seen(BOSS) == []
    assert _refused(makers, mass_g=None, year=2023).code == "nothing_to_withdraw"
    back, _ = makers.declare(mass_g=900)
    assert (gone.version, back.version, makers.seen(BOSS)) == (2, 3, [900])


def test_zero_is_a_declaration(makers: Makers) -> None:
    makers.declare(mass_g=0)
    assert makers.seen(BOSS) == [0]


def test_products_places_and_years_are_keys_of_their_own(makers: Makers) -> None:
    for more in ({}, {"product": "truck"}, {"division_code": "520100"}, {"year": 2023}, {"stream": "weee"}):
        makers.declare(mass_g=1, **more)
    assert len(makers.seen(BOSS)) == 5
    assert makers.seen(BOSS, stream="tyre", year=2023) == [1]


def test_what_stood_at_a_past_moment_stays_to_be_asked(makers: Makers) -> None:
    first, _ = makers.declare(mass_g=1000)
    makers.declare(mass_g=1200, replaces=first.id, now=NOON + timedelta(days=2))
    then = makers.session.scalars(market.standing_ids(NOON + timedelta(days=1))).all()
    assert then == [first.id]
    assert makers.session.scalars(market.standing_ids(NOON - timedelta(days=1))).all() == []


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"stream": "cars"}, "unknown_stream"),
        ({"division_code": "999999"}, "unknown_division"),
        ({"year": 20244}, "year_out_of_range"),
        ({"product": "a\nb"}, "name_malformed"),
        ({"who": "丙"}, "declares_nothing"),
        ({"organisation_id": "nobody"}, "unknown_organisation"),
    ],
)
def test_what_cannot_be_declared_is_refused(makers: Makers, more: dict[str, Any], code: str) -> None:
    assert _refused(makers, **more).code == code


def test_only_an_administrator_speaks_for_another(makers: Makers) -> None:
    assert _refused(makers, who="甲", organisation_id=makers.ids["乙"]).code == "unknown_organisation"
    made, _ = makers.declare(actor=BOSS, organisation_id=makers.ids["乙"])
    assert made.organisation.id == makers.ids["乙"]
