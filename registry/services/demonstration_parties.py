"""The demonstration's organisations, sites, licences, accounts and label rolls: invented, and marked illustrative.

Their ids belong to the parameters, their USCCs do not: so a database that already holds the cast tells which
parameters it was loaded with.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.domain.parties import Actor
from registry.domain.refusals import Refusal
from registry.domain.tables import rows
from registry.services import marks
from registry.services.accounts import create_user
from registry.services.demonstration_script import Dice
from registry.store.parties import CodeRollRow, IssuedCodeRow, LicenceRow, OrganisationRow, SiteRow

ROLLS: Final[Mapping[str, int]] = {"point_gy_1": 60, "point_zy_1": 20, "sort_gy": 20}
"""site → how many labels lie there, printed before anything was collected"""
_ROLE_OF_KIND: Final[Mapping[str, str]] = {"collection_company": "collector", "inspector": "inspector"}


@dataclass(frozen=True, kw_only=True)
class DemoUser:
    """An account as it is printed once: `password` is None when the account was there before."""

    name: str
    role: str
    place: str
    password: str | None


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Who plays: accounts to print, and the codes on each site's roll, sorted."""

    users: tuple[DemoUser, ...]
    rolls: Mapping[str, Sequence[str]]


def operators() -> dict[str, str]:
    """Site key → key of the organisation that runs it."""
    return {row["key"]: row["organisation"] for row in rows("demo_sites")}


def roles() -> dict[str, str]:
    """Organisation key → the role its people act in when they capture."""
    return {row["key"]: _ROLE_OF_KIND.get(row["kind"], "operator") for row in rows("demo_organisations")}


def actor(dice: Dice, *, organisation: str, role: str) -> Actor:
    """Who captures for an organisation: the loader, in its name."""
    return Actor(
        id=dice.party(f"actor/{organisation}"),
        role=role,
        kind="system",
        organisation_id=dice.party(f"organisation/{organisation}"),
        name="demonstration",
    )


def enrol(session: Session, *, dice: Dice, now: datetime, password: str | None) -> Cast:
    """Put the cast on the stage, or find it there.

    `password` is everyone's; None: a random one each. Refusals: demo_other_parameters when another demonstration is
    loaded, name_taken when someone else uses the name of a demo account, password_too_short.
    """
    if _enrolled(session, dice):
        users = tuple(_user(row, None) for row in rows("demo_users"))
    else:
        _add_parties(session, dice, now)
        users = tuple(_add_user(session, dice, row, now, password) for row in rows("demo_users"))
        for site, count in ROLLS.items():
            _add_roll(session, dice, site, count, now)
    return Cast(users=users, rolls={site: _roll(session, dice, site) for site in ROLLS})


def _enrolled(session: Session, dice: Dice) -> bool:
    table = rows("demo_organisations")
    expected = {row["uscc"]: _organisation(dice, row["key"]) for row in table}
    query = select(OrganisationRow.uscc, OrganisationRow.id).where(OrganisationRow.uscc.in_(expected))
    known = {uscc: organisation_id for uscc, organisation_id in session.execute(query) if uscc}
    if any(known[uscc] != expected[uscc] for uscc in known):
        raise Refusal("demo_other_parameters", parameters=dice.parameters.text)
    return len(known) == len(table)


def _organisation(dice: Dice, key: str) -> str:
    return dice.party(f"organisation/{key}")


def _add_parties(session: Session, dice: Dice, now: datetime) -> None:
    for row in rows("demo_organisations"):
        session.add(
            OrganisationRow(
                id=_organisation(dice, row["key"]),
                uscc=row["uscc"],
                name_zh=row["name_zh"],
                name_en=row["name_en"],
                kind=row["kind"],
                illustrative=True,
                created_at_utc=now,
            )
        )
    session.flush()
    for row in rows("demo_sites"):
        session.add(
            SiteRow(
                id=dice.party(f"site/{row['key']}"),
                organisation_id=_organisation(dice, row["organisation"]),
                name_zh=row["name_zh"],
                name_en=row["name_en"],
                kind=row["kind"],
                division_code=row["division_code"],
                streams=row["streams"],
                longitude=Decimal(row["longitude"]),
                latitude=Decimal(row["latitude"]),
                illustrative=True,
                closed_at_utc=None,
                created_at_utc=now,
            )
        )
    session.flush()
    for row in rows("demo_licences"):
        session.add(
            LicenceRow(
                id=dice.party(f"licence/{row['number']}"),
                site_id=dice.party(f"site/{row['site']}"),
                number=row["number"],
                process=row["process"],
                valid_from=_day(row["valid_from"], dice.parameters.year),
                valid_to=_day(row["valid_to"], dice.parameters.year),
            )
        )
    session.flush()


def _day(cell: str, year: int) -> date:
    """A day said relative to the demonstration's year: `-3-01-01` is New Year three years before it."""
    years, month, day = cell.rsplit("-", 2)
    return date(year + int(years), int(month), int(day))


def _add_user(session: Session, dice: Dice, row: Mapping[str, str], now: datetime, password: str | None) -> DemoUser:
    chosen = password or secrets.token_urlsafe(9)
    create_user(
        session,
        name=row["name"],
        password=chosen,
        role=row["role"],
        now=now,
        organisation_id=_organisation(dice, row["organisation"]) if row["organisation"] else None,
        site_id=dice.party(f"site/{row['site']}") if row["site"] else None,
        division_code=row["division_code"] or None,
    )
    return _user(row, chosen)


def _user(row: Mapping[str, str], password: str | None) -> DemoUser:
    named = {party["key"]: party["name_zh"] for table in ("demo_organisations", "demo_sites") for party in rows(table)}
    place = named.get(row["site"]) or named.get(row["organisation"]) or ""
    return DemoUser(name=row["name"], role=row["role"], place=place, password=password)


def _add_roll(session: Session, dice: Dice, site: str, count: int, now: datetime) -> None:
    roll = CodeRollRow(
        id=dice.party(f"roll/{site}"),
        site_id=dice.party(f"site/{site}"),
        issued_by=dice.party("actor/authority"),
        issued_at_utc=now,
        count=count,
    )
    session.add(roll)
    session.flush()
    # Labels are drawn by chance even here: nobody can count through them, not even who knows the parameters.
    session.add_all(IssuedCodeRow(code=code, roll_id=roll.id) for code in marks.draw(session, count))
    session.flush()


def _roll(session: Session, dice: Dice, site: str) -> Sequence[str]:
    query = select(IssuedCodeRow.code).where(IssuedCodeRow.roll_id == dice.party(f"roll/{site}"))
    return session.scalars(query.order_by(IssuedCodeRow.code)).all()
