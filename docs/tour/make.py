"""Make the pictures of the README's tour from a fresh demonstration province: `make tour`.

Real gunicorn, real Chromium. The demonstration is loaded into a throw-away database with second use 0.3, as
`make demo` does; positions, parties and the other streams in the pictures are illustrative.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from registry.config import PROJECT
from tests.serving import DESK, PHONE, chromium, served, sign_in

HERE = Path(__file__).parent
REPORT = "/reports/recovery?stream=power_battery&area=520000&from=2025-01-01&to=2026-01-01&basis=cohort"


@dataclass(frozen=True, kw_only=True)
class Stop:
    """One picture: whose eyes, which page, how wide, in which language.

    `follow` is a link to click first; `show` is what the screen is scrolled to.
    """

    name: str
    who: str
    path: str
    wide: bool = False
    language: str = "zh"
    follow: str | None = None
    show: str | None = None


STOPS: Sequence[Stop] = (
    Stop(name="home", who="collector", path="/"),
    Stop(name="collect", who="collector", path="/collect"),
    Stop(name="scan", who="collector", path="/scan"),
    Stop(name="batch", who="plant", path="/batches?status=stock", follow="main a[href^='/batches/']"),
    Stop(name="incoming", who="plant", path="/incoming"),
    Stop(name="report", who="regulator", path=REPORT, wide=True, language="en"),
    Stop(name="figure", who="regulator", path=REPORT, wide=True, language="en", follow="main table a"),
    Stop(name="map", who="", path="/map", wide=True),
    Stop(name="dashboard", who="regulator", path="/", wide=True, language="en"),
    Stop(name="loop", who="regulator", path="/?area=520300", wide=True, show="#loop-title"),
)


def main() -> None:
    """Load, serve, look, save."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/tour.sqlite3"
        password = secrets.token_urlsafe(12)
        _load(url, password)
        with served(url) as origin, chromium() as browser:
            for stop in STOPS:
                _picture(browser, origin, stop, password)
                print(f"docs/tour/{stop.name}.png")


def _load(url: str, password: str) -> None:
    environment = {
        **os.environ,
        "HUILIU_DATABASE_URL": url,
        "HUILIU_SECRET_KEY": secrets.token_hex(32),
        "HUILIU_DEMO_PASSWORD": password,
    }
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    demo = ["demo", "load", "--year", "2025", "--scenario", "BS", "--second-use", "0.3", "--seed", "1"]
    for words in (["db", "upgrade"], demo):
        subprocess.run([*flask, *words], env=environment, cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)


def _picture(browser: Browser, origin: str, stop: Stop, password: str) -> None:
    context = browser.new_context(viewport=DESK if stop.wide else PHONE, device_scale_factor=1 if stop.wide else 2)
    page = context.new_page()
    if stop.who:
        sign_in(page, origin, name=stop.who, password=password)
    joint = "&" if "?" in stop.path else "?"
    page.goto(f"{origin}{stop.path}{joint}lang={stop.language}")
    if stop.follow:
        page.locator(stop.follow).first.click()
        page.wait_for_load_state()
    if stop.show:
        page.locator(stop.show).evaluate("found => found.scrollIntoView()")
    _save(page, HERE / f"{stop.name}.png")
    context.close()


def _save(page: Page, path: Path) -> None:
    """The screen as it is, in few colours: pages of type and flat charts lose nothing by it."""
    page.wait_for_timeout(800)  # charts grow into place
    page.screenshot(path=path)
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(colors=128, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main()
