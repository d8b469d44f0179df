"""The demonstration province through capture, on both engines: it verifies, closes, and loads again unharmed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.domain.refusals import Refusal
from registry.services import demonstration
from registry.services.audit import verify
from registry.services.demonstration import Summary
from registry.services.demonstration_batteries import STREAM
from registry.services.demonstration_model import CASCADE, Lot, lots
from registry.store.base import writing
from registry.store.events import EventRow
from registry.store.ledger import EntryRow, PostingRow
from registry.store.origins import OriginRow, PostingOriginRow
from registry.store.parties import OrganisationRow, UserRow

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
PASSWORD = "one for everyone"


def play(session: Session, *, seed: int = 1, password: str | None = PASSWORD, second_use: str = "0.4") -> Summary:
    @contextmanager
    def transaction() -> Iterator[None]:
        with writing(session):
            yield
            session.commit()
            session.expunge_all()

    return demonstration.load(
        session,
        year=2025,
        scenario="BS",
        second_use=Decimal(second_use),
        seed=seed,
        now=NOW,
        transaction=transaction,
        password=password,
    )


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two months of one prefecture of the model; the illustrative streams are all there."""

    def few(*, year: int, scenario: str, second_use: Decimal) -> tuple[Lot, ...]:
        whole = lots(year=year, scenario=scenario, second_use=second_use)
        return tuple(lot for lot in whole if lot.division_code == "520400" and lot.month in (1, 12))

    monkeypatch.setattr(demonstration, "lots", few)


def test_a_province_loads_verifies_and_loads_again_without_a_trace(session: Session, small: None) -> None:
    first = play(session)
    assert first.created == sum(first.events.values()) > 500
    assert verify(session).differences == ()
    assert {user.password for user in first.users} == {PASSWORD}
    assert set(session.scalars(select(EventRow.recorded_by_loader))) == {True}
    _every_kind_of_mess_was_found(session)
    _the_cohort_closes(session)
    before = session.scalar(select(func.count()).select_from(EntryRow))
    again = play(session, second_use="0.40", password=None)
    assert (again.created, {user.password for user in again.users}) == (0, {None})
    assert session.scalar(select(func.count()).select_from(EntryRow)) == before
    with pytest.raises(Refusal, match="demo_other_parameters"):
        play(session, seed=2)


def _every_kind_of_mess_was_found(session: Session) -> None:
    findings = " ".join(session.scalars(select(EventRow.findings)))
    for code in (
        "weight_difference", "refused", "late", "no_licence_in_force", "cascade_before_recycling",
        "found_without_source", "claim_above_content",
    ):  # fmt: skip
        assert f'"{code}"' in findings
    # One that the other side confirmed (its first half stays what it was), one that still waits for it.
    assert session.scalar(select(func.count()).where(EventRow.status == "pending")) == 2


def _the_cohort_closes(session: Session) -> None:
    """Nothing of the checked year's batteries is left open, and their metals went where the model says."""
    query = (
        select(PostingRow.account, PostingRow.substance, func.sum(PostingOriginRow.amount))
        .join(PostingOriginRow, (PostingOriginRow.seq == PostingRow.seq) & (PostingOriginRow.line == PostingRow.line))
        .join(OriginRow, OriginRow.id == PostingOriginRow.origin_id)
        .where(OriginRow.stream == STREAM, OriginRow.month.startswith("2025"))
        .group_by(PostingRow.account, PostingRow.substance)
    )
    sums = {(account, substance): int(amount) for account, substance, amount in session.execute(query) if amount}
    model = demonstration.lots(year=2025, scenario="BS", second_use=Decimal("0.4"))
    assert {account for account, _ in sums} == {
        "origin:end_of_life", "outcome:cascade", "outcome:recycle", "outcome:energy", "outcome:dispose", "loss",
    }  # fmt: skip
    recycled = sum(lot.recovered_g["lithium"] for lot in model if lot.route != CASCADE)
    assert sums["outcome:recycle", "lithium"] == recycled
    inside = sum(lot.contents_g["lithium"] for lot in model if lot.route == CASCADE)
    assert abs(sums["outcome:cascade", "lithium"] - inside) <= 10
    assert sums["origin:end_of_life", "mass"] == -sum(lot.mass_g for lot in model)


def test_without_a_chosen_password_everyone_gets_another_one(
    session: Session, small: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demonstration, "story", lambda *_: ())
    users = play(session, password=None).users
    assert len({user.password for user in users}) == len(users) == session.scalar(select(func.count(UserRow.id)))


def test_a_parameter_nobody_knows_leaves_nothing_behind(session: Session) -> None:
    with pytest.raises(Refusal, match="demo_parameter"):
        play(session, second_use="1.5")
    assert session.scalar(select(func.count(OrganisationRow.id))) == 0


@pytest.mark.long
def test_the_whole_year_comes_out_of_the_ledger_as_published(session: Session) -> None:
    began = datetime.now(UTC)
    play(session, second_use="0")
    assert datetime.now(UTC) - began < timedelta(minutes=3)
    query = (
        select(OriginRow.product, PostingRow.substance, PostingRow.account, func.sum(PostingOriginRow.amount))
        .join(PostingOriginRow, PostingOriginRow.origin_id == OriginRow.id)
        .join(PostingRow, (PostingOriginRow.seq == PostingRow.seq) & (PostingOriginRow.line == PostingRow.line))
        .where(OriginRow.stream == STREAM, OriginRow.month.startswith("2025"))
        .group_by(OriginRow.product, PostingRow.substance, PostingRow.account)
    )
    sums = {key: int(amount) for *key_, amount in session.execute(query) for key in [tuple(key_)]}
    for chemistry, element, inside_g, recycled_g in (
        ("LFP", "lithium", 75_599_500, 44_370_100),
        ("NCM", "lithium", 44_830_900, 28_066_200),
        ("NCM", "nickel", 244_801_500, 191_044_200),
        ("NCM", "cobalt", 95_778_600, 74_746_100),
        ("NCM", "manganese", 97_920_600, 76_417_700),
    ):
        assert abs(sums[chemistry, element, "origin:end_of_life"] + inside_g) <= 100
        assert abs(sums[chemistry, element, "outcome:recycle"] - recycled_g) <= 100
