"""What a feature hangs on the first page. The page does not know who draws, the drawer not where it hangs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app
from markupsafe import Markup

from registry.domain.parties import Actor

_KEY = "huiliu.panels"


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A piece of a page. `styles` and `scripts` are names of static files it needs; scripts are modules.

    `first`: before what waits for the person; else after it.
    """

    html: Markup
    first: bool = True
    styles: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()


Drawer = Callable[[Actor], Panel | None]
"""None: nothing for this actor"""


def hang(app: Flask, drawer: Drawer) -> None:
    """Show what it draws on everybody's first page, in the order of hanging."""
    app.extensions.setdefault(_KEY, []).append(drawer)


def panels(actor: Actor) -> tuple[Panel, ...]:
    """What all of them have for this actor."""
    found = (drawer(actor) for drawer in current_app.extensions.get(_KEY, ()))
    return tuple(panel for panel in found if panel is not None)
