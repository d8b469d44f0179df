"""The reports as pages: found by their question, asked by address, opened figure by figure, and hung on first pages."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from registry.domain.events import OutputLine, ProcessInput, ReceiveLine
from reports.catalogue import CATALOGUE
from tests.web.browsers import Page, Town

ADDRESS = "from=2025-01-01&to=2026-01-01&stream=power_battery"


@pytest.fixture
def loop(here: Town) -> Town:
    """A tonne of batteries collected, sent to the plant and leached there: half of its lithium comes back."""
    world = here.world
    batch = world.batch(
        "point", "collect", stream="power_battery", product="LFP", mass_g=1_000_000, contents_g={"lithium": 10_000}
    )
    world.do("point", "dispatch", batches=(batch,), to_site=world.site("plant"))
    world.do("plant", "receive", lines=(ReceiveLine(batch=batch),))
    world.do(
        "plant",
        "process",
        process="hydrometallurgy",
        inputs=(ProcessInput(batch=batch),),
        outputs=(OutputLine(mass_g=600_000, to="recycle", product="battery_salts", contents_g={"lithium": 5_000}),),
    )
    return here


def _charts(page: Page) -> dict[str, dict[str, object]]:
    """The data of the page's charts, by kind."""
    told = (json.loads(found["data-chart"]) for _, found in page.tags if "data-chart" in found)
    return {each["kind"]: each for each in told}


def test_the_index_tells_every_report_by_its_question(loop: Town) -> None:
    page = loop.browser("regulator").get("/reports")
    for entry in CATALOGUE.values():
        assert entry.about.question["zh"] in page.words
        assert f"/reports/{entry.name}" in page.links()


def test_the_index_is_searched_by_words_and_says_when_nothing_fits(loop: Town) -> None:
    regulator = loop.browser("regulator")
    found = [link for link in regulator.get("/reports?text=元素回收率").links() if link.startswith("/reports/")]
    assert "/reports/recovery" in found
    assert len(found) < len(CATALOGUE)
    assert "没有这样的报告" in regulator.get("/reports?text=火星").words


@pytest.mark.parametrize("name", sorted(CATALOGUE))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_report_is_a_page_with_its_definition_and_its_files(loop: Town, name: str, language: str) -> None:
    page = loop.browser("regulator").get(f"/reports/{name}?{ADDRESS}&lang={language}")
    assert CATALOGUE[name].title[language] in page.words
    assert CATALOGUE[name].about.definition[language][:20] in page.words


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_a_page_without_a_table_says_why(here: Town, name: str) -> None:
    page = here.browser("regulator").get(f"/reports/{name}?from=2031-01-01&to=2032-01-01")
    empty = any(tag == "div" and "empty" in found.get("class", "") for tag, found in page.tags)
    assert empty != any(tag == "tbody" for tag, _ in page.tags)


def test_a_question_that_fails_is_mended_in_the_form(loop: Town) -> None:
    regulator = loop.browser("regulator")
    names = [name for name in CATALOGUE if name not in ("recovery", "collection_rate")]
    for name in ("collection_rate", *names[:1]):
        answer = regulator.open(f"/reports/{name}?from=2025-05-01&to=2025-01-01")
        assert answer.status_code == 422
        assert "notice-bad" in answer.text
        assert 'value="2025-05-01"' in answer.text


def test_every_figure_of_every_page_opens_into_what_it_says(loop: Town) -> None:
    regulator = loop.browser("regulator")
    opened = 0
    for name in CATALOGUE:
        page = regulator.get(f"/reports/{name}?{ADDRESS}&basis={CATALOGUE[name].bases[0]}")
        for link in dict.fromkeys(link for link in page.links() if f"/reports/{name}/figure" in link):
            assert "figure" in parse_qs(urlsplit(link).query)
            assert "/reports/trace/" in " ".join(regulator.get(link).links())
            opened += 1
    assert opened > 5


@pytest.mark.parametrize("name", ["recovery", "outcomes"])
def test_a_report_stands_beside_the_period_before(loop: Town, name: str) -> None:
    page = loop.browser("regulator").get(f"/reports/{name}?{ADDRESS}&basis=cohort&compare=previous")
    assert "previous" in [found.get("value") for tag, found in page.tags if tag == "option" and "selected" in found]
    assert CATALOGUE[name].title["zh"] in page.words


def test_a_trace_goes_both_ways(loop: Town) -> None:
    regulator = loop.browser("regulator")
    figure = regulator.get(f"/reports/recovery/figure?{ADDRESS}&basis=cohort&figure=lithium.recycled")
    trace = next(link for link in figure.links() if link.startswith("/reports/trace/"))
    page = regulator.get(trace)
    assert "往回：由什么而来" in page.words
    assert "它就是起点" not in page.words
    start = next(link for link in page.links() if link.startswith("/reports/trace/") and trace not in link)
    assert "它就是起点" in regulator.get(start).words
    assert _charts(page)["sankey"]["links"]


def test_what_one_may_not_see_has_no_trace(loop: Town) -> None:
    figure = loop.browser("regulator").get(f"/reports/recovery/figure?{ADDRESS}&basis=cohort&figure=mass.collected")
    trace = next(link for link in figure.links() if link.startswith("/reports/trace/"))
    assert loop.browser("second").open(trace).status_code == 404


def test_the_first_page_of_a_regulator_shows_the_loop_and_explains_what_is_missed(loop: Town) -> None:
    page = loop.browser("regulator").get("/")
    drawn = _charts(page)
    assert {"sankey", "line", "bar"} <= drawn.keys()
    assert "为什么未达到规范" in page.words
    why = next(link for link in page.links() if link.startswith("/reports/why/lithium"))
    assert "湿法冶炼" in loop.browser("regulator").get(why).words


def test_a_dashboard_is_narrowed_by_its_address(loop: Town) -> None:
    regulator = loop.browser("regulator")
    page = regulator.get("/")
    tile = next(link for link in page.links() if "area=520100" in link and link.startswith("/?"))
    narrowed = regulator.get(tile)
    assert "贵阳市" in narrowed.words
    assert "回到贵州省" in narrowed.words
    empty = regulator.get("/?area=520300")
    assert "这里没有可汇总的数据" in empty.words


@pytest.mark.parametrize("who", ["point", "plant", "lab", "maker", "administrator", "regulator"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_role_has_a_first_page_with_one_main_action(loop: Town, who: str, language: str) -> None:
    page = loop.browser(who).get(f"/?lang={language}")
    assert sum("btn-tall" in found.get("class", "") for _, found in page.tags) == 1


def test_a_plant_sees_the_yield_of_its_own_processes(loop: Town) -> None:
    assert "60.00%" in loop.browser("plant").get("/").words
    assert "60.00%" not in loop.browser("second").get("/").words


def test_a_first_page_shows_an_event_as_soon_as_it_is_recorded(loop: Town) -> None:
    regulator = loop.browser("regulator")
    assert "1,000.0" in _charts_said(regulator.get("/"))
    assert "1,000.0" in _charts_said(regulator.get("/"))
    loop.world.batch("point", "collect", stream="power_battery", product="LFP", mass_g=234_000_000)
    assert "235.0" in regulator.get("/").words


def _charts_said(page: Page) -> str:
    """Tonnes of the sankey's beginnings, as kilograms with one decimal."""
    nodes = _charts(page)["sankey"]["nodes"]
    assert isinstance(nodes, list)
    return " ".join(f"{float(each['value']) * 1000:,.1f}" for each in nodes if each["depth"] == 0)
