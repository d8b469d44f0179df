"""Placed on market as people meet it: declared in a form, corrected from the list, exported, conflicts led on."""

from __future__ import annotations

from typing import Any

import pytest

from registry.services.parties import create_organisation
from registry.store.base import writing
from tests.ledgers import NOON
from tests.web.browsers import Town

LIST, FORM = "/placed-on-market", "/placed-on-market/new"
SOLD = {"stream": "power_battery", "product": "LFP", "division": "520000", "year": "2024", "mass": "5120.75"}


@pytest.fixture
def maker(here: Town) -> str:
    """The id of a producer that an administrator may speak for."""
    with writing(here.world.session) as session:
        made = create_organisation(session, name_zh="示例电池厂", name_en="Maker", kind="producer", now=NOON)
        session.commit()
    return made.id


def _declare(here: Town, maker: str, path: str = FORM, **changed: Any) -> Any:
    return here.browser("administrator").send(path, FORM, **{**SOLD, "organisation": maker, **changed})


def test_a_declaration_is_on_the_list_and_in_the_file(here: Town, maker: str) -> None:
    answer = _declare(here, maker)
    assert (answer.status_code, answer.location) == (303, LIST)
    words = here.browser("administrator").get(LIST).words
    assert "示例电池厂" in words
    assert "5,120.75" in words
    file = here.browser("administrator").open(f"{LIST}.csv").get_data(as_text=True)
    assert file.startswith("\ufeff")
    assert "520000,2024,5120.75" in file


def _standing(here: Town) -> str:
    links = here.browser("administrator").get(LIST).links()
    return next(link.partition("=")[2] for link in links if link.startswith(f"{FORM}?replaces="))


def test_a_second_figure_is_shown_the_way_to_correct_the_first(here: Town, maker: str) -> None:
    _declare(here, maker)
    answer = _declare(here, maker, mass="6000")
    assert answer.status_code == 409
    assert f'href="{FORM}?replaces={_standing(here)}"' in answer.text
    assert 'value="6000"' in answer.text


def test_a_correction_replaces_and_a_withdrawal_takes_away(here: Town, maker: str) -> None:
    _declare(here, maker)
    for changed, seen in (({"mass": "6000"}, "6,000"), ({"withdraw": "yes"}, "还没有申报")):
        old = _standing(here)
        assert _declare(here, maker, f"{FORM}?replaces={old}", replaces=old, **changed).status_code == 303
        assert seen in here.browser("administrator").get(LIST).words


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"mass": "-1"}, "mass"),
        ({"mass": ""}, "mass"),
        ({"year": "24"}, "year"),
        ({"stream": ""}, "stream"),
        ({"organisation": "nobody"}, "organisation"),
        ({"division": "1"}, "division"),
    ],
)
def test_a_slip_is_said_beside_its_field(here: Town, maker: str, changed: dict[str, str], field: str) -> None:
    answer = _declare(here, maker, **changed)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


def test_who_sells_nothing_reads_but_is_offered_no_form(here: Town, maker: str) -> None:
    _declare(here, maker)
    page = here.browser("regulator").get(LIST)
    assert "示例电池厂" in page.words
    assert [link for link in page.links() if link.startswith(FORM)] == []
    assert here.browser("regulator").open(FORM).status_code == 403


def test_another_producer_finds_an_empty_list_and_no_such_declaration(here: Town, maker: str) -> None:
    _declare(here, maker)
    assert "还没有申报" in here.browser("maker").get(LIST).words
    assert here.browser("maker").open(f"{FORM}?replaces={_standing(here)}").status_code == 404
