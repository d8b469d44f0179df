"""`flask report …`: the same reports from the shell, where whoever may run commands may read everything."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from registry.domain.refusals import Refusal
from registry.extensions import db
from reports.catalogue import entry_of
from reports.columns import Table, shown
from reports.facts import report_facts
from reports.numbers import grouped
from reports.render.files import FORMATS, report_file
from reports.report import Report
from reports.selection import BASES, BREAKDOWNS, EVERYTHING, PROVINCE, selection_of

group = AppGroup("report", help="Reports over the ledger.")

_OPTIONS = (
    click.option("--stream", help="Stream code; all without it."),
    click.option("--product", help="Chemistry or grade; all without it."),
    click.option("--area", default=PROVINCE, show_default=True, help="Division code."),
    click.option("--from", "from", help="First local day."),
    click.option("--to", "to", help="The day after the last."),
    click.option("--basis", type=click.Choice(BASES), default=BASES[0], show_default=True),
    click.option("--by", type=click.Choice(BREAKDOWNS), default=BREAKDOWNS[0], show_default=True),
    click.option("--as-of", "as_of", help="Recorded up to this moment or day."),
    click.option("--language", type=click.Choice(("zh", "en")), default="zh", show_default=True),
    click.option("--format", "form", type=click.Choice((*FORMATS, "table")), default="table", show_default=True),
    click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write here instead of printing."),
)


def _with_options(command: Any) -> Any:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@group.command("recovery")
@_with_options
def recovery(form: str, language: str, output: Path | None, **values: str | None) -> None:
    """What was collected, what became of it, and which share of each element came back."""
    entry = entry_of("recovery")
    try:
        selection = selection_of(values, reader=EVERYTHING, now=datetime.now(UTC))
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    answer = entry.answer(db.session, selection)
    table = entry.table(answer, language)
    if form == "table":
        content = _plain(answer, table, language).encode()
    else:
        content = report_file(answer, table, form, language).content
    if output is not None:
        output.write_bytes(content)
    else:
        click.echo(content.rstrip(b"\n") if form == "json" else content, nl=form == "json")


def _plain(report: Report, table: Table, language: str) -> str:
    """The facts, then each line as `column: value`: a terminal is too narrow for fifty columns."""
    out = [f"{name}: {text}" for name, text in report_facts(report, language)]
    for row in table.rows:
        out.append("")
        for column in shown(table.columns, [row]):
            value = row[column.key] or ""
            number = grouped(value) if column.kind in ("mass", "percent") else value
            out.append(f"  {column.header(language)}: {number}")
    return "\n".join(out) + "\n"
