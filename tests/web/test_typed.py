"""Forms into facts: what reads well, what is refused, and that one slip does not hide another."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from registry.domain import events
from registry.web import entries
from registry.web.typed import Typed

SUBJECT = entries.Subject(id="b", stream="power_battery", mass_g=100_000)


def _typed(**values: str | list[str]) -> Typed:
    return Typed(MultiDict(values))


@pytest.mark.parametrize(("text", "permille"), [("82.5", 825), ("100%", 1000), ("０", 0), (" 60 % ", 600)])
def test_a_state_of_health_is_read_in_percent(text: str, permille: int) -> None:
    assert _typed(health=text).permille("health") == permille


@pytest.mark.parametrize("text", ["101", "-1", "82.55", "1e2", "NaN", "many", "1" * 30])
def test_a_state_of_health_that_cannot_be_is_refused(text: str) -> None:
    typed = _typed(health=text)
    assert typed.permille("health") is None
    assert typed.refusals["health"].code == "number_malformed"


@pytest.mark.parametrize(("text", "fen"), [("12.5", 1250), ("0.01", 1), ("３", 300)])
def test_a_price_is_read_in_yuan(text: str, fen: int) -> None:
    assert _typed(price=text).fen("price") == fen


@pytest.mark.parametrize(
    "text", ["7k3m-9xq2", " ７Ｋ３Ｍ 9xq2 ", "HTTPS://HOST/B/7K3M9XQ2", "https://host/b/7k3m9xq2/"]
)
def test_a_code_is_read_however_it_was_scanned(text: str) -> None:
    assert _typed(code=text).code("code") == "7K3M9XQ2"


def test_all_slips_of_a_form_are_kept() -> None:
    typed = _typed(stream="rocks", mass="x", capacity="y")
    entries.collect(typed)
    assert {name: refusal.code for name, refusal in typed.refusals.items()} == {
        "stream": "choice_unknown",
        "mass": "mass_unit_unknown",
        "capacity": "mass_not_a_number",
    }


def test_an_empty_form_asks_for_what_it_needs() -> None:
    typed = _typed()
    entries.collect(typed)
    assert set(typed.refusals) == {"stream", "mass"}


def test_split_gives_the_rest_to_a_last_part() -> None:
    split = entries.READERS["split"](_typed(part=["30", "", "20"], part_code=["A", "B", "C"], rest_code="d"), SUBJECT)
    assert [(part.mass_g, part.code) for part in split.children] == [(30_000, "A"), (20_000, "C"), (50_000, "D")]


def test_split_into_exactly_everything_leaves_no_rest() -> None:
    split = entries.READERS["split"](_typed(part=["60", "40"]), SUBJECT)
    assert [part.mass_g for part in split.children] == [60_000, 40_000]


def test_empty_output_lines_are_no_outputs() -> None:
    process = entries.READERS["process"](
        _typed(
            process="dismantle",
            out_mass=["", "40", "1斤"],
            out_to=["stock", "stock", "recycle"],
            out_product=["black_mass", "steel_casing", "metal_fraction"],
            out_stream=["power_battery", "scrap_steel", ""],
            out_lithium=["", "", "0.2"],
            add_mass=["5", ""],
            add_material=["硫酸", ""],
        ),
        SUBJECT,
    )
    assert [(line.mass_g, line.to, line.stream, line.product) for line in process.outputs] == [
        (40_000, "stock", "scrap_steel", "steel_casing"),
        (500, "recycle", "power_battery", "metal_fraction"),
    ]
    assert process.outputs[1].contents_g == {"lithium": 200}
    assert process.additions == (events.Addition(material="硫酸", mass_g=5_000),)


def test_every_form_of_the_grammar_has_a_reader() -> None:
    without_a_form_of_a_batch = {"collect", "unload"}
    assert set(entries.READERS) == set(events.KINDS) - without_a_form_of_a_batch
