"""`flask verify-report FILE`: whether a report is genuine, for whoever has this registry's database at hand."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from registry.extensions import db
from registry.http.signing import trusted_keys
from registry.services.publications import Publication
from reports.examining import examine
from reports.publication_shapes import moment, title_of
from reports.render.stamp import spoken


@click.command("verify-report")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def verify_report(file: Path) -> None:
    """Tell whether FILE is genuine: exit 0 if so, 1 if not.

    Byte for byte a published file, or a download whose signature fits. Beside a CSV its `.sig` file is looked for.
    """
    beside = file.with_name(f"{file.name}.sig")
    verdict = examine(
        db.session,
        file.read_bytes(),
        keys=trusted_keys(),
        beside=beside.read_bytes() if beside.is_file() else b"",
    )
    click.echo(f"{file.name}\n{verdict.words['zh']}\n{verdict.words['en']}\nSHA-256 {verdict.sha256}")
    if verdict.publication is not None:
        click.echo(_published(verdict.publication))
    elif verdict.claims is not None:
        claims = verdict.claims
        click.echo(f"{claims.get('report')} · {claims.get('cut_off')} · {claims.get('query')}")
    if not verdict.genuine:
        raise SystemExit(1)


def _published(publication: Publication) -> str:
    question = publication.question
    title = title_of(question.report)
    said = (
        f"{title['zh']} {title['en']} · N{publication.number} · {spoken(publication.code)} · {question.area} · "
        f"{question.query['from']} – {question.query['to']} · cut-off {moment(question.cut_off)} · "
        f"published {moment(publication.published_at)}"
    )
    return f"{said}\nsuperseded by N{publication.latest}" if publication.superseded else said
