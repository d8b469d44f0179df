"""Furniture of the command groups: the writing transaction, refusals in words, rows as text."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from registry.domain.refusals import Refusal
from registry.extensions import db
from registry.http.problems import detail_of, words_of
from registry.services.transactions import writing


@contextmanager
def told() -> Iterator[None]:
    """Say a refusal in its words, in both languages."""
    try:
        yield
    except Refusal as refusal:
        title = words_of(refusal.code).title
        lines = [
            f"{refusal.code}: {title['zh']} {detail_of(refusal, 'zh')}",
            f"{title['en']}. {detail_of(refusal, 'en')}",
        ]
        raise click.ClickException("\n".join(lines)) from None


@contextmanager
def transaction() -> Iterator[Session]:
    """The writing transaction of a command; committed here, once, at its end."""
    with told(), writing(db.session) as session:
        yield session
        session.commit()


def now() -> datetime:
    """The server's clock."""
    return datetime.now(UTC)


def show(rows: Sequence[dict[str, Any]]) -> None:
    """Rows as tab-separated text with a heading, ready for other tools."""
    out = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
    for position, row in enumerate(rows):
        if position == 0:
            out.writerow(row)
        out.writerow("" if value is None else value for value in row.values())
