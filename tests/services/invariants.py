"""What must hold of the ledger after any sequence of events: recounted from the raw rows, in SQL of its own."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Table, func, select, text
from sqlalchemy.orm import Session

from registry.store import Base

HOLDING = {"stock": "stock", "transit": "transit", "cascade": "outcome:cascade", "reuse": "outcome:reuse"}
"""status of a place → the account that must hold what it weighs"""

_RULES = {
    "entry does not sum to zero": """
        SELECT seq, substance, SUM(amount) FROM postings GROUP BY seq, substance HAVING SUM(amount) <> 0""",
    "entry does not sum to zero for an origin": """
        SELECT p.seq, p.substance, o.origin_id, SUM(o.amount) FROM postings p
        JOIN posting_origins o ON o.seq = p.seq AND o.line = p.line
        GROUP BY p.seq, p.substance, o.origin_id HAVING SUM(o.amount) <> 0""",
    "origins do not sum to their posting": """
        SELECT p.seq, p.line, p.amount, COALESCE(SUM(o.amount), 0) FROM postings p
        LEFT JOIN posting_origins o ON o.seq = p.seq AND o.line = p.line
        GROUP BY p.seq, p.line, p.amount HAVING p.amount <> COALESCE(SUM(o.amount), 0)""",
    "a batch holds less than nothing": """
        SELECT p.batch_id, p.account, p.site_id, p.substance, o.origin_id, SUM(o.amount) FROM postings p
        JOIN posting_origins o ON o.seq = p.seq AND o.line = p.line
        WHERE p.account IN ('stock', 'transit') OR p.account LIKE 'outcome:%'
        GROUP BY p.batch_id, p.account, p.site_id, p.substance, o.origin_id HAVING SUM(o.amount) < 0""",
    "more came in than was ever collected or added": """
        SELECT account, substance, SUM(amount) FROM postings WHERE account LIKE 'origin:%'
        GROUP BY account, substance HAVING SUM(amount) > 0""",
    "a batch is held in two places": """
        SELECT batch_id, COUNT(*) FROM (
            SELECT batch_id, account, site_id FROM postings
            WHERE account IN ('stock', 'transit', 'outcome:cascade', 'outcome:reuse') AND substance = 'mass'
            GROUP BY batch_id, account, site_id HAVING SUM(amount) <> 0) AS held
        GROUP BY batch_id HAVING COUNT(*) > 1""",
    "a place is not where the last event put it": """
        SELECT b.batch_id FROM batch_places b
        WHERE b.last_seq <> (SELECT MAX(e.seq) FROM event_batches e WHERE e.batch_id = b.batch_id)""",
    "a code names two live things": """
        SELECT value, COUNT(*) FROM batch_codes WHERE released_seq IS NULL GROUP BY value HAVING COUNT(*) > 1""",
    "an event touched a batch and made no place": """
        SELECT DISTINCT batch_id FROM event_batches WHERE batch_id NOT IN (SELECT batch_id FROM batch_places)""",
}

_CLOSING = """
    SELECT substance,
           -SUM(CASE WHEN account = 'origin:end_of_life' THEN amount ELSE 0 END) AS collected,
           -SUM(CASE WHEN account = 'origin:addition' THEN amount ELSE 0 END) AS additions,
           SUM(CASE WHEN account LIKE 'outcome:%' THEN amount ELSE 0 END) AS outcomes,
           SUM(CASE WHEN account = 'loss' THEN amount ELSE 0 END) AS loss,
           SUM(CASE WHEN account IN ('stock', 'transit') THEN amount ELSE 0 END) AS still_open,
           SUM(CASE WHEN account LIKE 'difference:%' THEN amount ELSE 0 END) AS differences,
           SUM(amount) AS everything
    FROM postings GROUP BY substance"""


def faults(session: Session) -> list[str]:
    """Every broken invariant with its coordinates; empty for a true ledger."""
    found = [
        f"{rule}: {tuple(row)}" for rule, question in _RULES.items() for row in session.execute(text(question)).all()
    ]
    found += _closing(session) + _places(session)
    session.rollback()
    return found


def _closing(session: Session) -> list[str]:
    """collected + additions = outcomes + loss + open + differences, to the gram; and no account is forgotten."""
    found = []
    for row in session.execute(text(_CLOSING)):
        went = row.outcomes + row.loss + row.still_open + row.differences
        if row.collected + row.additions != went or row.everything:
            found.append(f"{row.substance} does not close: {row.collected} + {row.additions} ≠ {went}")
    return found


def _places(session: Session) -> list[str]:
    """What each place row says it weighs is what the ledger holds for it, there and nowhere else."""
    held: dict[str, dict[str, int]] = {}
    for batch_id, account, grams in session.execute(
        text("SELECT batch_id, account, SUM(amount) FROM postings WHERE substance = 'mass' GROUP BY batch_id, account")
    ):
        if account in HOLDING.values() and grams:
            held.setdefault(batch_id, {})[account] = int(grams)
    found = []
    for batch_id, status, mass_g in session.execute(text("SELECT batch_id, status, mass_g FROM batch_places")):
        expected = {HOLDING[status]: mass_g} if status in HOLDING else {}
        if held.pop(batch_id, {}) != expected:
            found.append(f"place {batch_id} says {status} {mass_g} g, the ledger says otherwise")
        if status in HOLDING and mass_g <= 0:
            found.append(f"place {batch_id} is {status} of {mass_g} g")
    return found + [f"{batch_id} has mass and no place" for batch_id in held]


def counts(session: Session) -> dict[str, int]:
    """Rows of every table: what a refusal must leave as it was."""
    tables: Sequence[Table] = Base.metadata.sorted_tables
    found = {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}
    session.rollback()
    return found


def balances(session: Session) -> set[tuple[object, ...]]:
    """Every balance by account, site, batch, substance and origin: what two orders of events must agree on."""
    rows = session.execute(
        text(
            """SELECT p.account, p.site_id, p.batch_id, p.substance, r.key, SUM(o.amount) FROM postings p
               JOIN posting_origins o ON o.seq = p.seq AND o.line = p.line JOIN origins r ON r.id = o.origin_id
               GROUP BY p.account, p.site_id, p.batch_id, p.substance, r.key HAVING SUM(o.amount) <> 0"""
        )
    ).all()
    session.rollback()
    return {tuple(str(part) for part in row) for row in rows}
