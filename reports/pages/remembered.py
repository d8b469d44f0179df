"""Answers kept while the ledger stands still: a first page is opened far more often than an event is recorded.

Per process and per application, the last few. Every event moves the ledger on and with it every answer; a question
about the past (`as_of`) is always asked anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import current_app, request

from registry.extensions import db
from reports.queries.standing import last_seq
from reports.selection import Selection

Answer = TypeVar("Answer")

MOST: Final = 64
_KEY: Final = "huiliu.remembered"


def remembered(selection: Selection, make: Callable[[], Answer]) -> Answer:
    """What `make` answers to the selection, from memory where no event has been recorded since."""
    if request.args.get("as_of"):
        return make()
    kept: OrderedDict[Any, Any] = current_app.extensions.setdefault(_KEY, OrderedDict())
    # By the day, because rules are dated by days.
    day = selection.as_of_utc.replace(hour=0, minute=0, second=0, microsecond=0)
    key = (make.__qualname__, selection.narrowed(as_of_utc=day), last_seq(db.session))
    if key in kept:
        found: Answer = kept[key]
        return found
    answer = kept[key] = make()
    while len(kept) > MOST:
        kept.popitem(last=False)
    return answer
