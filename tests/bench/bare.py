"""What our figures are held against: a bare Flask that lays the same rows on the shelf, and finds a code there.

No rules, no keys, no canonical form, no receipt: JSON in, rows out through the driver's own cursor, commit. The rows
are those one real capture made (`learn`), with fresh ids; the shelf is as safe as ours (WAL and FULL, or fsync).
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from secrets import choice
from typing import Any

from flask import Flask, Response, jsonify, request
from sqlalchemy import Engine, Table, select, text
from sqlalchemy.orm import Session

from registry.store import Base
from registry.store.base import open_engine
from registry.store.batches import BatchCodeRow, BatchPlaceRow, BatchRow

TABLES = (
    "issued_codes",
    "events",
    "batches",
    "batch_codes",
    "event_batches",
    "batch_places",
    "entries",
    "postings",
    "posting_origins",
)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
Row = dict[str, Any]
Lesson = dict[str, list[Row]]


def learn(session: Session, *, event_id: str, batch_id: str, code: str, seq: int) -> Lesson:
    """The rows one captured event made, with marks where the next event has its own ids."""
    marks: Mapping[Any, str] = {event_id: "<event>", batch_id: "<batch>", code: "<code>"}
    lesson: Lesson = {}
    for name in TABLES:
        table = Base.metadata.tables[name]
        mine = {"issued_codes": "code", "events": "seq", "batches": "id", "batch_codes": "bound_seq"}.get(name, "seq")
        mine = "batch_id" if name == "batch_places" else mine
        wanted = {"code": code, "id": batch_id, "batch_id": batch_id}.get(mine, seq)
        rows = session.execute(text(f"SELECT * FROM {name} WHERE {mine} = :wanted"), {"wanted": wanted}).mappings()  # noqa: S608
        lesson[name] = [_marked(table, dict(row), marks) for row in rows]
    return lesson


def _marked(table: Table, row: Row, marks: Mapping[Any, str]) -> Row:
    if table.name in ("batch_codes", "events"):
        row.pop("id" if table.name == "batch_codes" else "seq")
    sequences = {"seq", "created_seq", "bound_seq", "last_seq"}
    return {
        name: "<seq>" if name in sequences else str(value) if name.endswith("_at_utc") else marks.get(value, value)
        for name, value in row.items()
        if value is not None
    }


class Writer:
    """The statements of a lesson, ready for one engine."""

    def __init__(self, engine: Engine, lesson: Lesson) -> None:
        self._mark = "?" if engine.dialect.name == "sqlite" else "%s"
        self._steps: list[tuple[str, str, list[list[Any]]]] = []
        for name, rows in lesson.items():
            if rows:
                columns = ", ".join(f'"{column}"' for column in rows[0])
                places = ", ".join([self._mark] * len(rows[0]))
                back = " RETURNING seq" if name == "events" else ""
                sql = f"INSERT INTO {name} ({columns}) VALUES ({places}){back}"  # noqa: S608
                self._steps.append((name, sql, [list(row.values()) for row in rows]))

    def write(self, cursor: Any, event_id: str) -> int:
        fresh = {
            "<event>": event_id,
            "<batch>": str(uuid.uuid4()),
            "<code>": "".join(choice(ALPHABET) for _ in range(10)),
        }
        for name, sql, rows in self._steps:
            filled = [[fresh.get(value, value) if isinstance(value, str) else value for value in row] for row in rows]
            if name == "events":
                cursor.execute(sql, filled[0])
                fresh["<seq>"] = cursor.fetchone()[0]
            elif len(filled) == 1:
                cursor.execute(sql, filled[0])
            else:
                cursor.executemany(sql, filled)
        return int(fresh["<seq>"])


def create_app() -> Flask:
    """The bare application over BENCH_DATABASE_URL, with the lesson in the file BENCH_LESSON."""
    app = Flask("bare", static_folder=None)
    engine = open_engine(os.environ["BENCH_DATABASE_URL"], pool_size=10, max_overflow=40)
    writer = Writer(engine, json.loads(Path(os.environ["BENCH_LESSON"]).read_text("utf-8")))
    begin = {"sqlite": _begin_immediate}.get(engine.dialect.name, _nothing)

    def kept(events: list[Row]) -> list[int]:
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            begin(cursor)
            seqs = [writer.write(cursor, event["id"]) for event in events]
            connection.driver_connection.commit()
        finally:
            connection.close()
        return seqs

    @app.post("/events")
    def one() -> tuple[Response, int]:
        (seq,) = kept([request.get_json()])
        return jsonify(seq=seq), 201

    @app.post("/events/batch")
    def many() -> Response:
        return jsonify(seqs=kept(request.get_json()["events"]))

    @app.get("/codes")
    def look_up() -> tuple[Response, int]:
        found = _found(engine, request.args["text"])
        return (jsonify(error="unknown"), 404) if found is None else (jsonify(found), 200)

    return app


def _found(engine: Engine, code: str) -> Row | None:
    with engine.connect() as connection:
        row = connection.execute(_look_up(), {"code": code}).mappings().first()
    return dict(row) if row else None


@cache
def _look_up() -> Any:
    """The batch a code names, with its place: one statement of SQLAlchemy's core."""
    codes, batches, places = (row.__table__ for row in (BatchCodeRow, BatchRow, BatchPlaceRow))
    return (
        select(batches.c.id, batches.c.stream, batches.c.product, places.c.status, places.c.site_id, places.c.mass_g)
        .select_from(
            codes.join(batches, batches.c.id == codes.c.batch_id).join(places, places.c.batch_id == batches.c.id)
        )
        .where(codes.c.value == text(":code"), codes.c.released_seq.is_(None))
    )


def _begin_immediate(cursor: Any) -> None:
    cursor.execute("BEGIN IMMEDIATE")


_nothing: Callable[[Any], None] = lambda _: None  # noqa: E731
