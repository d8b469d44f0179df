"""The application as it is served: real gunicorn on a port of its own, and a real Chromium before it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

from registry.config import PROJECT

CHROMIUM = "/usr/bin/chromium"
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
START_S = 120
"""A machine under load takes its time to import everything."""
STOP_S = 60.0
"""Gunicorn lets a request in hand end for up to 30 s."""


@contextmanager
def served(database_url: str, *, workers: int = 1, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Gunicorn over a database; the address it answers on."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        address = f"http://127.0.0.1:{door.getsockname()[1]}"
        told = {
            "HUILIU_DATABASE_URL": database_url,
            "HUILIU_SECRET_KEY": "k" * 32,
            "HUILIU_PUBLIC_URL": address,
            "HUILIU_LIMITS": "false",
            "HUILIU_ACCEPT_UNSAFE": "weak_secret,database_forgets",
        }
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", f"fd://{door.fileno()}"),
                *("--workers", str(workers), "--threads", "4", "--log-level", "warning", "--no-control-socket"),
            ],
            env={**os.environ, **told, **(settings or {})},
            cwd=PROJECT,
            pass_fds=[door.fileno()],
        )
        try:
            _wait_for(address, server)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=STOP_S)


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    """Until it answers: the first page is not to wait for the imports as well. Raises RuntimeError if it never will."""
    until = time.monotonic() + START_S
    while server.poll() is None and time.monotonic() < until:
        try:
            with urlopen(f"{address}/healthz", timeout=START_S / 10):  # noqa: S310  # our own address
                return
        except OSError:
            continue
    raise RuntimeError("the application does not start: see its log above")


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """A headless Chromium from the system's packages."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, *arguments])
        try:
            yield browser
        finally:
            browser.close()


def sign_in(page: Page, origin: str, *, name: str, password: str) -> None:
    """By the form, as a person does."""
    page.goto(f"{origin}/sign-in")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{origin}/")
