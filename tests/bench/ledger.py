"""A large ledger laid down as rows, without capture: the same SQL on every engine, the same rows for the same size.

A life is four events: collected at one of 44 points, dispatched, received at a plant up to a month later, processed
there. Forty-four points in nine prefectures and six plants, four streams with eight products, two years. Amounts are
made so that every entry sums to zero.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Date, MetaData, Table, Text, create_engine, insert

from registry.domain import divisions
from registry.domain.origins import Origin
from registry.domain.periods import local_date, month_of
from registry.store.base import UtcDateTime
from registry.store.origins import OriginRow
from registry.store.parties import OrganisationRow, SiteRow
from registry.store.statements import table

STEPS = 4
START = datetime(2024, 1, 1, tzinfo=UTC)
DAYS = 720
PLANTS = 6
PRODUCTS: Sequence[tuple[str, str, str, str]] = (
    ("power_battery", "LFP", "lithium", "hydrometallurgy"),
    ("power_battery", "NCM", "lithium", "hydrometallurgy"),
    ("power_battery", "NCM", "nickel", "pyrometallurgy"),
    ("tyre", "truck", "", "crumb"),
    ("tyre", "car", "", "pyrolysis"),
    ("plastic", "PET", "", "crush_sort_granulate"),
    ("plastic", "PE", "", "crush_sort_granulate"),
    ("scrap_steel", "heavy", "", "sort_shear_bale"),
)
"""stream, product, the one element followed in it, process"""

LINES: Sequence[tuple[int, int, str, str, str, int]] = (
    (1, 0, "stock", "point", "whole", 1),
    (1, 1, "origin:end_of_life", "point", "whole", -1),
    (2, 0, "transit", "point", "whole", 1),
    (2, 1, "stock", "point", "whole", -1),
    (3, 0, "stock", "plant", "whole", 1),
    (3, 1, "transit", "point", "whole", -1),
    (4, 0, "stock", "plant", "whole", -1),
    (4, 1, "outcome:recycle", "plant", "part", 1),
    (4, 2, "loss", "plant", "rest", 1),
)
"""step, line, account, where, how much of the batch, sign"""
KINDS = ("collect", "dispatch", "receive", "process")

_PART = "CASE l.part WHEN 'whole' THEN {whole} WHEN 'part' THEN {part} ELSE {whole} - {part} END"
_AMOUNT = f"""l.sign * CASE e.k WHEN 0 THEN {_PART.format(whole="b.mass_g", part="b.mass_part")}
    ELSE {_PART.format(whole="b.element_g", part="b.element_part")} END"""
_FROM_LINES = """FROM bench_lives b CROSS JOIN bench_lines l
    JOIN (SELECT 0 AS k UNION ALL SELECT 1) e ON e.k = 0 OR b.element <> ''"""
_WHEN = "CASE WHEN s.step <= 2 THEN b.collected_at ELSE b.received_at END"
_WHERE = "CASE WHEN s.step <= 2 THEN b.point ELSE b.plant END"

STATEMENTS: Mapping[str, str] = {
    "events": f"""SELECT 4 * b.n + s.step AS seq, substr(b.batch_id, 1, 35) || s.step AS id, s.kind AS kind,
        'booked' AS status, '0' AS actor_id, {_WHERE} AS organisation_id, {_WHERE} AS site_id,
        {_WHEN} AS occurred_at_utc, {_WHEN} AS recorded_at_utc, 0 AS clock_offset_ms, FALSE AS recorded_by_loader,
        CASE s.step WHEN 4 THEN b.body ELSE '{{}}' END AS body, '' AS sha256, '{{}}' AS frozen, '[]' AS findings
        FROM bench_lives b CROSS JOIN bench_steps s""",  # noqa: S608  # constants
    "batches": "SELECT b.batch_id AS id, b.stream AS stream, b.product AS product, 4 * b.n + 1 AS created_seq"
    " FROM bench_lives b",
    "entries": "SELECT 4 * b.n + s.step AS seq FROM bench_lives b CROSS JOIN bench_steps s",
    "event_batches": f"""SELECT 4 * b.n + s.step AS seq, b.batch_id AS batch_id,
        CASE s.step WHEN 1 THEN 'out' WHEN 4 THEN 'in' ELSE 'about' END AS role, '' AS before,
        '{{"holder_id":"' || {_WHERE} || '","mass_g":' || b.mass_g || ',"site_id":"' || {_WHERE} || '","status":"'
        || CASE s.step WHEN 2 THEN 'transit' WHEN 4 THEN 'closed' ELSE 'stock' END || '"}}' AS after,
        CASE WHEN s.step <= 2 THEN b.collected_on ELSE b.received_on END AS arrived_on
        FROM bench_lives b CROSS JOIN bench_steps s""",  # noqa: S608  # constants
    "postings": f"""SELECT 4 * b.n + l.step AS seq, 2 * l.line + e.k AS line, l.account AS account,
        CASE l.place WHEN 'point' THEN b.point ELSE b.plant END AS site_id, b.batch_id AS batch_id,
        CASE e.k WHEN 0 THEN 'mass' ELSE b.element END AS substance, {_AMOUNT} AS amount {_FROM_LINES}""",
    "posting_origins": f"""SELECT 4 * b.n + l.step AS seq, 2 * l.line + e.k AS line, o.id AS origin_id,
        {_AMOUNT} AS amount {_FROM_LINES} JOIN origins o ON o.key = b.origin_key""",
}
"""table → its rows, out of bench_lives, bench_steps and bench_lines: in words SQLite, PostgreSQL and DuckDB share"""

_SAID = """(SELECT 3 step, 0 line, 'receive' kind, 'in_time' word UNION ALL SELECT 3, 1, 'receive', 'difference'
    UNION ALL SELECT 4, 0, 'process', 'in_time' UNION ALL SELECT 4, 1, 'process', 'unlicensed'
    UNION ALL SELECT 4, 2, 'process', 'claim' UNION ALL SELECT 4, 3, 'process', 'deviation') t"""
_KEYS = """word AS word, month AS month, site_id AS site_id, other_site_id AS other_site_id, kind AS kind,
    reason AS reason, process AS process, substance AS substance, stream AS stream, product AS product,
    producer_id AS producer_id, division_code AS division_code, forecast AS forecast"""
_GROUPED = re.sub(r" AS \w+", "", _KEYS)
_MEASURES = ("count", "mass_g", "energy_wh", "content_g", "outputs_g")
COUNTED: Mapping[str, str] = {
    "event_tallies": f"""SELECT 4 * b.n + t.step AS seq, t.line AS line, b.batch_id AS batch_id,
        b.later_month AS month, t.kind AS kind, 0 AS forecast, t.word AS word,
        CASE t.word WHEN 'difference' THEN 'missing' WHEN 'unlicensed' THEN 'never' ELSE '' END AS reason,
        CASE t.kind WHEN 'process' THEN b.process ELSE '' END AS process,
        CASE t.word WHEN 'claim' THEN 'lithium' ELSE 'mass' END AS substance, b.stream AS stream,
        b.product AS product, '' AS producer_id, b.plant AS site_id,
        CASE t.kind WHEN 'receive' THEN b.point ELSE '' END AS other_site_id,
        CASE t.word WHEN 'deviation' THEN b.county ELSE '' END AS division_code, 1 AS count, b.mass_g AS mass_g,
        0 AS energy_wh, b.element_g AS content_g, b.element_part AS outputs_g
        FROM bench_lives b CROSS JOIN {_SAID} WHERE t.word <> 'difference' OR b.n % 50 = 0""",  # noqa: S608  # constants
    "event_cells": f"""SELECT {_KEYS}, {", ".join(f"sum({name}) AS {name}" for name in _MEASURES)}
        FROM event_tallies GROUP BY {_GROUPED}""",  # noqa: S608  # constants
    "batch_places": """SELECT b.batch_id AS batch_id, CASE b.n % 10 WHEN 0 THEN 'stock' ELSE 'closed' END AS status,
        b.plant AS site_id, b.plant AS holder_id, FALSE AS fit, b.mass_g AS mass_g, 4 * b.n + 4 AS last_seq,
        date(b.received_at) AS arrived_on FROM bench_lives b""",
}
"""what events count for, summed, and where every tenth batch still lies: as capture keeps them beside the postings"""


def sites() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Points and plants, as (id, division)."""
    counties = sorted(each.code for each in divisions.divisions() if each.level == "county")[::2]
    points = [(_id(f"point {code}"), code) for code in counties]
    plants = [(_id(f"plant {code}"), code) for code in counties[: PLANTS * 7 : 7]]
    return points, plants


def _id(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"bench {name}"))


def lives(count: int) -> Iterator[dict[str, Any]]:
    """One row a life, in the order of its collection; `origin_key` names its origin."""
    points, plants = sites()
    for number in range(count):
        stream, product, element, process = PRODUCTS[number * 31 % 13 % len(PRODUCTS)]
        point, county = points[number % len(points)]
        plant, _ = plants[number % len(points) % len(plants)]
        collected = START + timedelta(seconds=number * DAYS * 86400 // count)
        received = collected + timedelta(days=number * 17 % 30)
        month = month_of(collected)
        mass_g = 100_000 + number * 7919 % 900_000
        origin = Origin(kind="collected", stream=stream, product=product, division_code=county, month=month)
        yield {
            "n": number,
            "batch_id": f"{number:08x}-0000-4000-8000-000000000000",
            "point": point,
            "plant": plant,
            "stream": stream,
            "product": product,
            "origin_key": origin.key,
            "county": county,
            "month": month,
            "later_month": month_of(received),
            "collected_at": collected,
            "received_at": received,
            "collected_on": local_date(collected),
            "received_on": local_date(received),
            "element": element,
            "process": process,
            "body": json.dumps({"details": {"process": process}}),
            "mass_g": mass_g,
            "mass_part": mass_g * 9 // 10,
            "element_g": mass_g // 40,
            "element_part": mass_g // 50,
        }


def lay(url: str, events: int) -> None:
    """Fill a migrated, empty database with so many events and sum them into cells."""
    engine = create_engine(url)
    with engine.begin() as connection:
        # Nothing here is to be kept, and every row is right by the way it is made.
        for setting in _IN_A_HURRY[engine.dialect.name]:
            connection.exec_driver_sql(setting)
        _parties(connection)
        _scaffold(connection, list(lives(events // STEPS)))
        for name, rows in (*STATEMENTS.items(), *COUNTED.items()):
            columns = re.findall(r" AS (\w+)(?=,| FROM|\s+FROM)", rows)
            connection.exec_driver_sql(f"INSERT INTO {name} ({', '.join(columns)}) {rows}")
    engine.dispose()


_IN_A_HURRY = {
    "sqlite": ("PRAGMA synchronous = OFF", "PRAGMA cache_size = -200000"),
    "postgresql": ("SET session_replication_role = replica", "SET synchronous_commit = off"),
}


def _parties(connection: Connection) -> None:
    points, plants = sites()
    for kind, places in (("collection_point", points), ("recycling_plant", plants)):
        for site_id, division in places:
            named = {"id": site_id, "name_zh": kind, "name_en": kind, "created_at_utc": START}
            connection.execute(insert(table(OrganisationRow)).values(kind="recycler", **named))
            connection.execute(
                insert(table(SiteRow)).values(kind=kind, organisation_id=site_id, division_code=division, **named)
            )


def _scaffold(connection: Connection, rows: list[dict[str, Any]]) -> None:
    metadata = MetaData()
    moments = {"collected_at", "received_at"}
    numbers = {"n", "mass_g", "mass_part", "element_g", "element_part"}
    days = {"collected_on", "received_on"}
    kinds = {**dict.fromkeys(moments, UtcDateTime), **dict.fromkeys(days, Date), **dict.fromkeys(numbers, BigInteger)}
    scaffold = (
        Table("bench_lives", metadata, *(Column(name, kinds.get(name, Text)) for name in rows[0]), prefixes=_TEMPORARY),
        Table("bench_steps", metadata, Column("step", BigInteger), Column("kind", Text), prefixes=_TEMPORARY),
        Table(
            "bench_lines",
            metadata,
            *(Column(name, BigInteger if name in {"step", "line", "sign"} else Text) for name in _LINE),
            prefixes=_TEMPORARY,
        ),
    )
    metadata.create_all(connection)
    connection.execute(insert(scaffold[0]), rows)
    connection.execute(insert(scaffold[1]), [{"step": at + 1, "kind": kind} for at, kind in enumerate(KINDS)])
    connection.execute(insert(scaffold[2]), [dict(zip(_LINE, line, strict=True)) for line in LINES])
    connection.execute(insert(table(OriginRow)), origins(rows))


_TEMPORARY = ["TEMPORARY"]
_LINE = ("step", "line", "account", "place", "part", "sign")


def origins(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The origins that lives name, each once."""
    found = {row["origin_key"]: row for row in rows}
    return [
        {
            "id": number,
            "key": key,
            "kind": "collected",
            "stream": row["stream"],
            "product": row["product"],
            "division_code": row["county"],
            "month": row["month"],
        }
        for number, (key, row) in enumerate(found.items(), start=1)
    ]
