"""How fast a phone scans, in Chromium with a fake camera: `python -m tests.bench.scanning`.

The first scan is timed from the moment the page is asked for, cache empty, on a processor held at a quarter of its
speed; a live frame is timed at full speed, as the scan page takes it from the camera: scaled, then read.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from PIL import Image
from playwright.sync_api import Browser, Page

from registry.domain.identifiers import draw_code
from registry.store import schema
from registry.store.base import open_engine
from scanner.here import FONTS
from scanner.label_images import png
from scanner.labels import PRESETS, Label, draw, short_url
from tests.bench.goals import Goal, told
from tests.scanner.photos import photograph
from tests.serving import PHONE, chromium, served

FRAME = (1280, 720)
THROTTLE = 4
FIRST_SCAN = Goal(name="first scan after opening, CPU at a quarter", most=3000, unit="ms")
LIVE_FRAME = Goal(name="a live frame of 720p, median", most=60, unit="ms")
STAMP = """window.answered = new Promise((done) => addEventListener("DOMContentLoaded", () => {
  const told = new MutationObserver(() => done(performance.now()));
  told.observe(document.getElementById("answer"), {childList: true});
}));"""
FRAMES = """async ([jpeg, rounds]) => {
  const {decoder} = await import("/static/js/scan/decoder.mjs");
  const {Looker} = await import("/static/js/scan/looker.mjs");
  const picture = await createImageBitmap(await (await fetch(jpeg)).blob());
  const looker = new Looker(await decoder());
  const took = [];
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now();
    const marks = await looker.look(picture, picture.width, picture.height);
    took.push(performance.now() - began);
    if (marks.length !== 1) throw new Error(`read ${marks.length} marks`);
  }
  return took.slice(3);
}"""


def scene(origin: str, *, seed: int = 2) -> bytes:
    """One frame: a label on its crate, a JPEG of 720p."""
    code = draw_code(10)
    label = png(
        draw(Label(text=short_url(public_url=origin, code=code), code=code), PRESETS["60x40"]), fonts=FONTS, dpi=203
    )
    frame = io.BytesIO()
    Image.open(io.BytesIO(photograph(label, size=FRAME, share=0.6, seed=seed))).convert("RGB").save(
        frame, "JPEG", quality=85
    )
    return frame.getvalue()


@contextmanager
def stand(folder: Path) -> Iterator[tuple[str, Browser, bytes]]:
    """A served registry, a browser whose camera films one label, and that frame."""
    url = f"sqlite:///{folder / 'huiliu.sqlite3'}"
    engine = open_engine(url)
    schema.upgrade(engine)
    engine.dispose()
    with served(url) as origin:
        frame = scene(origin)
        film = folder / "camera.mjpeg"
        film.write_bytes(frame * 30)
        with chromium(
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ) as browser:
            yield origin, browser, frame


def first_scan_ms(browser: Browser, origin: str) -> float:
    """From the request of the page to its answer to what the camera shows."""
    context = browser.new_context(viewport=PHONE, locale="zh-CN")  # type: ignore[arg-type]
    page = context.new_page()
    page.add_init_script(STAMP)
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": THROTTLE})
    page.goto(f"{origin}/scan", wait_until="commit")
    took = float(page.evaluate("() => window.answered"))
    context.close()
    return took


def live_frame_ms(page: Page, origin: str, frame: bytes, *, rounds: int) -> list[float]:
    """Milliseconds of each look of the scan page at one frame."""
    page.goto(f"{origin}/scan/self-test", wait_until="networkidle")
    page.route("**/frame.jpg", lambda route: route.fulfill(body=frame, content_type="image/jpeg"))
    found: list[float] = page.evaluate(FRAMES, [f"{origin}/frame.jpg", rounds + 3])
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.scanning", description=__doc__)
    parser.add_argument("--openings", type=int, default=5)
    parser.add_argument("--frames", type=int, default=60)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, stand(Path(name)) as (origin, browser, frame):
        first_scan_ms(browser, origin)  # the server's first answers are not the phone's time
        openings = [first_scan_ms(browser, origin) for _ in range(asked.openings)]
        page = browser.new_page()
        frames = live_frame_ms(page, origin, frame, rounds=asked.frames)
    print(told(FIRST_SCAN, median(openings), note=f"slowest of {len(openings)}: {max(openings):.0f} ms"))
    print(told(LIVE_FRAME, median(frames), note=f"slowest of {len(frames)}: {max(frames):.0f} ms"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
