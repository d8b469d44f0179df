"""Commands about the demonstration province."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal

import click
from flask.cli import AppGroup
from tqdm import tqdm

from registry.extensions import db
from registry.http.commands import now, show, told, transaction
from registry.services import demonstration, upkeep

demo = AppGroup("demo", help="The demonstration province.")


@demo.command("load")
@click.option("--year", type=int, default=2025, show_default=True)
@click.option("--scenario", default="BS", show_default=True)
@click.option("--second-use", type=Decimal, default=Decimal("0.3"), show_default=True, help="share to cascade")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--password", envvar="HUILIU_DEMO_PASSWORD", help="everyone's; drawn one by one when left out")
def demo_load(year: int, scenario: str, second_use: Decimal, seed: int, password: str | None) -> None:
    """Bring the schema up and load the demonstration province; again with the same parameters is harmless."""
    upkeep.upgrade(db.engine)
    with told(), tqdm(unit="event", disable=None) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        summary = demonstration.load(
            db.session,
            year=year,
            scenario=scenario,
            second_use=second_use,
            seed=seed,
            now=now(),
            transaction=transaction,
            progress=progress,
            password=password,
        )
    told_of = ", ".join(f"{kind} {count}" for kind, count in sorted(summary.events.items()))
    click.echo(f"{summary.created} new of {sum(summary.events.values())} events: {told_of}")
    show([asdict(row) | {"password": row.password or "(as printed the first time)"} for row in summary.users])
