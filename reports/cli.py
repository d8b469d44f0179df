"""`flask report …`: the same reports from the shell, where whoever may run commands may read everything."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from registry.domain.refusals import Refusal
from registry.extensions import db
from reports.asking import defaulted
from reports.catalogue import CATALOGUE
from reports.columns import KINDS, Table, shown
from reports.entry import Entry
from reports.facts import Facts
from reports.numbers import grouped
from reports.render.files import FORMATS, report_file
from reports.selection import BASES, BREAKDOWNS, COMPARISONS, EVERYTHING, PROVINCE, selection_of

group = AppGroup("report", help="Reports over the ledger.")

_OPTIONS = (
    click.option("--stream", help="Stream code; all without it."),
    click.option("--product", help="Chemistry or grade; all without it."),
    click.option("--area", default=PROVINCE, show_default=True, help="Division code."),
    click.option("--from", "from", help="First local day."),
    click.option("--to", "to", help="The day after the last."),
    click.option("--basis", type=click.Choice(BASES), help="The report's first without it."),
    click.option("--by", type=click.Choice(BREAKDOWNS), help="Breakdown; the report's first without it."),
    click.option("--compare", type=click.Choice(COMPARISONS), help="With the period before beside it."),
    click.option("--scheme", help="By whose window a collection rate is computed."),
    click.option("--as-of", "as_of", help="Recorded up to this moment or day."),
    click.option("--language", type=click.Choice(("zh", "en")), default="zh", show_default=True),
    click.option("--format", "form", type=click.Choice((*FORMATS, "table")), default="table", show_default=True),
    click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write here instead of printing."),
)


def _with_options(command: Any) -> Any:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def _add(entry: Entry) -> None:
    @group.command(entry.name, help=f"{entry.about.question['en']} {entry.about.question['zh']}")
    @_with_options
    def asked(form: str, language: str, output: Path | None, **values: str | None) -> None:
        _answer(entry, values, form=form, language=language, output=output)


def _answer(entry: Entry, values: Mapping[str, str | None], *, form: str, language: str, output: Path | None) -> None:
    try:
        selection = selection_of(defaulted(values, entry), reader=EVERYTHING, now=datetime.now(UTC))
        answer = entry.answer(db.session, selection)
    except Refusal as refusal:
        raise click.ClickException(str(refusal)) from None
    table = entry.table(answer, language)
    if form == "table":
        content = _plain(entry.manner.facts(answer, language), table, language).encode()
    else:
        content = report_file(answer, table, form, language, entry.manner).content
    if output is not None:
        output.write_bytes(content)
    else:
        click.echo(content.rstrip(b"\n") if form == "json" else content, nl=form == "json")


for each in CATALOGUE.values():
    _add(each)


def _plain(facts: Facts, table: Table, language: str) -> str:
    """The facts, then each line as `column: value`: a terminal is too narrow for fifty columns."""
    out = [f"{name}: {text}" for name, text in facts]
    for row in table.rows:
        out.append("")
        for column in shown(table.columns, [row]):
            value = row[column.key] or ""
            number = grouped(value) if KINDS[column.kind].number and column.kind != "whole" else value
            out.append(f"  {column.header(language)}: {number}")
    return "\n".join(out) + "\n"
