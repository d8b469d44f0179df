"""Whatever JSON comes, each event gets a verdict, and only a created one leaves anything behind."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.api import examples
from registry.domain.events import KINDS
from tests.api.doors import Doors

VERDICTS = {"created", "exists", "waiting", "rejected", "conflict"}
ASKED = (
    "after",
    "limit",
    "text",
    "status",
    "stream",
    "site",
    "scope",
    "kind",
    "batch",
    "on",
    "product",
    "account",
    "substance",
    "occurred_from",
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=-(10**40), max_value=10**40),
    st.floats(allow_nan=True, allow_infinity=True),
    st.text(max_size=30),
    st.sampled_from(["", " ", "0", "-0", "1e5", "1.0000", "NaN", "٣", "½", "\u202e", "YFR6F0DTHH", "a" * 500]),
    st.sampled_from(list(KINDS)),
)
VALUES = st.recursive(
    SCALARS,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=10), below, max_size=3),
    max_leaves=6,
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a JSON value."""
    if path:
        yield path
    if isinstance(value, dict | list):
        for step in value if isinstance(value, dict) else range(len(value)):
            yield from _places(value[step], (*path, step))


@st.composite
def spoilt(draw: st.DrawFn) -> Any:
    """An example with one place replaced, removed, or given a neighbour."""
    event = copy.deepcopy(dict(draw(st.sampled_from(list(examples.EVENTS.values())))))
    *above, last = draw(st.sampled_from(list(_places(event))))
    where: Any = event
    for step in above:
        where = where[step]
    change = draw(st.sampled_from(["replace", "remove", "add"]))
    if change == "remove":
        del where[last]
    elif change == "add" and isinstance(where, dict):
        where[draw(st.text(max_size=10))] = draw(VALUES)
    else:
        where[last] = draw(VALUES)
    return event


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(spoilt() | VALUES, min_size=1, max_size=8))
def test_every_item_of_a_list_gets_a_verdict(doors_of_both: Doors, items: list[Any]) -> None:
    doors = doors_of_both
    before = doors.counts()
    answer = doors.post_text("point", "/events/batch", json.dumps({"events": items}))
    assert answer.status_code in (200, 400), answer.json
    if answer.status_code == 400:  # half a surrogate or a NUL in some text
        assert answer.json["code"] == "json_broken"
        return
    results = answer.json["results"]
    assert [result["status"] in VERDICTS for result in results] == [True] * len(items)
    assert all(("problem" in result) != ("receipt" in result) for result in results)
    created = sum(result["status"] == "created" for result in results)
    assert doors.counts()["events"] == before["events"] + created


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(["/batches", "/events", "/ledger/balances", "/rules", "/streams"]),
    query=st.dictionaries(
        st.sampled_from(ASKED),
        st.text(max_size=30)
        | st.sampled_from(["WyJhIiwgImIiXQ", "WyI5OTk5OTk5OTk5OTk5OTk5OTk5OTkiLCAiYiJd", "1", "-1"]),
    ),
)
def test_any_question_is_answered_or_refused_by_name(doors: Doors, path: str, query: dict[str, str]) -> None:
    answer = doors.get("administrator", path, **query)
    assert answer.status_code in (200, 400, 422), answer.json
    if answer.status_code != 200:
        assert answer.content_type == "application/problem+json"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=60).filter(lambda text: not set(text) & set("/?#") and text not in (".", "..")))
def test_any_name_in_a_path_is_found_or_absent(doors: Doors, name: str) -> None:
    for path in (f"/batches/{name}", f"/events/{name}", f"/ledger/entries/{name}"):
        assert doors.get("administrator", path).status_code in (200, 308, 404, 405)
