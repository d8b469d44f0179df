"""The commands: `flask --app wsgi <command> --help` says what each wants. A refusal prints its code and exits 1."""

from __future__ import annotations

from flask import Flask

from registry.cli.accounts import key, user
from registry.cli.check import check
from registry.cli.demonstration import demo
from registry.cli.parties import codes_group, licence, org, site
from registry.cli.upkeep import backup, cells_group, db_group, restore, verify


def register(app: Flask) -> None:
    """Bind the command groups."""
    groups = (user, key, org, site, licence, codes_group, db_group, cells_group, demo)
    for command in (*groups, verify, backup, restore, check):
        app.cli.add_command(command)
