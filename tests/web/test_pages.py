"""Every page speaks both languages to everybody who may open it, and runs nothing of its own."""

from __future__ import annotations

import re

import pytest

from registry.domain.events import CodeRef
from registry.domain.identifiers import draw_code
from tests.ledgers import an_id, issue
from tests.web.browsers import Page, Town

CHINESE = re.compile(r"[\u3400-\u9fff]+")
NAMES = {"回流", "中文", "斤"}
"""the brand, the switch that leads back, and a unit that English has no sign for"""
PUBLIC = ("/", "/map", "/map?stream=tyre", "/map?kind=laboratory", "/sign-in", "/problems/not_found", "/nowhere")
SIGNED_IN = ("/", "/batches", "/batches?status=stock&stream=tyre&text=7K", "/map", "/account", "/nowhere")
HANDLING = ("/collect", "/incoming", "/containers")
BY_ROLE = {
    "visitor": PUBLIC,
    "point": SIGNED_IN + HANDLING,
    "plant": SIGNED_IN + HANDLING,
    "lab": SIGNED_IN,
    "maker": SIGNED_IN,
    "regulator": SIGNED_IN,
    "administrator": (*SIGNED_IN, "/organisations"),
}
FORMS = ("dispatch", "split", "merge", "inspect", "stocktake", "load", "reverse", "process?process=retread")


def _lived_in(here: Town) -> dict[str, str]:
    """A battery in stock, tyres on the way to the plant, a second life, one batch with every kind of trace."""
    world = here.world
    battery = world.batch("point", "collect", stream="power_battery", product="LFP", mass_g=10_000, capacity_wh=1500)
    tyres = world.batch("point", "collect", stream="tyre", product="car", mass_g=5_000)
    world.do("point", "dispatch", batches=(tyres,), to_site=world.site("plant"))
    held = world.batch("plant", "collect", stream="power_battery", mass_g=8_000)
    return {"battery": battery, "tyres": tyres, "held": held}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("who", BY_ROLE)
def test_every_page_renders_for_each_role_in_both_languages(here: Town, who: str, language: str) -> None:
    _lived_in(here)
    browser = here.browser(who)
    for path in BY_ROLE[who]:
        answer = browser.open(f"{path}{'&' if '?' in path else '?'}lang={language}")
        assert answer.status_code == (404 if path == "/nowhere" else 200), path
        _speaks(Page(answer.text), language, path)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_batch_pages_and_their_forms_render_in_both_languages(here: Town, language: str) -> None:
    batches = _lived_in(here)
    paths = [("point", f"/batches/{batches['battery']}"), ("plant", f"/batches/{batches['tyres']}/receive")]
    paths += [("regulator", f"/batches/{batches['tyres']}")]
    paths += [("plant", f"/batches/{batches['held']}/{form}") for form in FORMS]
    for who, path in paths:
        page = here.browser(who).get(f"{path}{'&' if '?' in path else '?'}lang={language}")
        _speaks(page, language, path)


def _speaks(page: Page, language: str, path: str) -> None:
    root = next(found for tag, found in page.tags if tag == "html")
    assert root["lang"].startswith(language), path
    shown = page.words + " ".join(
        found.get(name, "") for _, found in page.tags for name in ("aria-label", "placeholder", "title")
    )
    assert "None" not in shown, path
    if language == "en":
        assert set(CHINESE.findall(shown)) <= NAMES, path
    else:
        assert CHINESE.search(shown), path


def test_the_check_for_chinese_on_english_pages_can_fail(here: Town) -> None:
    page = here.browser("visitor").get("/?lang=zh")
    with pytest.raises(AssertionError):
        _speaks(page, "en", "/")


@pytest.mark.parametrize("who", BY_ROLE)
def test_no_page_holds_a_script_a_style_or_a_handler_of_its_own(here: Town, who: str) -> None:
    batches = _lived_in(here)
    browser = here.browser(who)
    paths = list(BY_ROLE[who]) + ([f"/batches/{batches['battery']}"] if who in ("point", "regulator") else [])
    for path in paths:
        page = Page(browser.open(path).text)
        assert not page.inline, path
        assert not [found for tag, found in page.tags if tag == "script" and "src" not in found], path
        own = [name for _, found in page.tags for name in found if name == "style" or name.startswith("on")]
        assert own == [], path


def test_every_file_a_page_names_is_there(here: Town) -> None:
    browser = here.browser("point")
    files = {
        found.get("src") or found["href"]
        for path in BY_ROLE["point"]
        for tag, found in Page(browser.open(path).text).tags
        if (tag == "script") or (tag == "link" and found.get("rel") in ("stylesheet", "icon"))
    }
    assert len(files) >= 4
    for file in files - {"/static/vendor/bootstrap.min.css"}:  # set-up makes it; tests/house looks after it
        with browser.open(file) as answer:
            assert answer.status_code == 200, file


def test_every_icon_a_page_uses_is_drawn(here: Town) -> None:
    with here.browser("visitor").open("/static/img/icons.svg") as sheet:
        drawn = set(re.findall(r'<symbol id="([^"]+)"', sheet.text))
    used = {
        found["href"].partition("#")[2]
        for who in ("visitor", "plant", "administrator")
        for path in BY_ROLE[who]
        for tag, found in Page(here.browser(who).open(path).text).tags
        if tag == "use"
    }
    assert used
    assert used <= drawn


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("point", "batches"),
        ("point", "incoming"),
        ("point", "containers"),
        ("visitor", "map"),
        ("administrator", "organisations"),
    ],
)
def test_every_list_is_a_file_too(here: Town, who: str, path: str) -> None:
    batches = _lived_in(here)
    if path == "containers":
        code = draw_code()
        issue(here.world.session, code)
        here.world.do("point", "load", container=code, batches=(batches["battery"],))
    browser = here.browser(who)
    assert f"/{path}.csv" in " ".join(browser.get(f"/{path}").links())
    answer = browser.open(f"/{path}.csv")
    assert answer.data.startswith(b"\xef\xbb\xbf"), "spreadsheets need the mark to read Chinese"
    assert answer.data.count(b"\r\n") >= 2
    assert "attachment" in answer.headers["Content-Disposition"]


def test_a_visitor_who_wants_in_is_asked_to_sign_in_and_comes_back(here: Town) -> None:
    answer = here.browser("visitor").open("/batches?status=stock")
    assert answer.status_code == 302
    assert answer.location == "/sign-in?next=%2Fbatches%3Fstatus%3Dstock"


def test_what_one_may_not_see_is_absent(here: Town) -> None:
    batches = _lived_in(here)
    stranger = here.browser("maker")
    for path in (f"/batches/{batches['battery']}", f"/batches/{batches['battery']}/split"):
        assert stranger.open(path).status_code in (403, 404)
    assert here.browser("plant").open(f"/batches/{batches['battery']}").status_code == 404
    assert here.browser("plant").open(f"/batches/{batches['battery']}/split").status_code == 404


def test_the_switch_leads_to_the_same_page(here: Town) -> None:
    page = here.browser("visitor").get("/map?stream=tyre")
    assert "/map?stream=tyre&kind=&lang=en" in page.links() or "/map?stream=tyre&lang=en" in page.links()
    assert here.browser("visitor").get("/map?lang=en").words.count("network")
    assert "Home" in here.browser("visitor").get("/").words, "the choice is remembered"


def test_lists_page_by_page_show_everything_once(here: Town) -> None:
    for number in range(60):
        here.world.do("point", "collect", stream="tyre", mass_g=1000 + number)
    browser = here.browser("point")
    seen: list[str] = []
    path: str | None = "/batches?stream=tyre"
    while path:
        page = browser.get(path)
        seen += [link for link in page.links() if re.fullmatch(r"/batches/[0-9a-f-]{36}", link)]
        path = next((found["href"] for tag, found in page.tags if tag == "a" and found.get("rel") == "next"), None)
    assert len(seen) == len(set(seen)) == 60


def test_a_batch_tells_why_the_rest_cannot_be_done(here: Town) -> None:
    batches = _lived_in(here)
    page = here.browser("point").get(f"/batches/{batches['tyres']}")
    assert "在途" in page.words
    assert "角色" in page.words, "a collector hears that processing is not its role's"


def test_a_regulator_sees_what_its_division_holds(here: Town) -> None:
    _lived_in(here)
    page = here.browser("regulator").get("/")
    assert "0.018" in page.words, "both batteries in stock, in tonnes"


def test_a_producer_sees_the_fate_of_its_products_and_no_business_of_others(here: Town) -> None:
    world = here.world
    own = world.batch(
        "point",
        "collect",
        stream="tyre",
        mass_g=5_000,
        producer=an_id("second"),
        codes=(CodeRef(scheme="serial", value="SN1"),),
    )
    world.do("point", "collect", stream="tyre", mass_g=7_000)
    maker = here.browser("maker")
    page = maker.get("/batches")
    assert f"/batches/{own}" in page.links()
    assert len([link for link in page.links() if re.fullmatch(r"/batches/[0-9a-f-]{36}", link)]) == 1
    assert "SN1" in page.words
    assert "SN1" in maker.get("/").words
    fate = maker.get(f"/batches/{own}")
    assert "贵阳" in fate.words
    assert "point" not in fate.words
    assert "5 公斤" not in fate.words
    assert "SN1" in maker.open("/batches.csv").text
