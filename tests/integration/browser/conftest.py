"""A headless Chromium that reaches nothing but this machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from demonstration import Demo
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

CHROMIUM = shutil.which("chromium")
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Per module: as long as it is open no other test of this process can run an event loop."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@dataclass
class Reader:
    """Somebody at the page; `complaints` are what the browser said against it, `elsewhere` what it wanted of others."""

    page: Page
    dashboard: str
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def open(self, address: str = "/") -> Page:
        self.page.goto(self.dashboard + address)
        return self.page


@dataclass
class Reading:
    """Opens windows of any kind."""

    browser: Browser
    dashboard: str
    contexts: list[BrowserContext] = field(default_factory=list)

    def reader(self, *, width: int = 1280, scheme: str = "light", scripts: bool = True) -> Reader:
        context = self.browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]  # "light" or "dark"
            java_script_enabled=scripts,
        )
        self.contexts.append(context)
        reader = Reader(context.new_page(), self.dashboard)
        reader.page.on("console", lambda message: reader.complaints.append(message.text))
        reader.page.on("pageerror", lambda error: reader.complaints.append(str(error)))
        reader.page.on("requestfailed", lambda request: reader.complaints.append(f"failed: {request.url}"))
        context.route("**/*", lambda route: _only_here(route, reader))
        return reader


@pytest.fixture
def reading(chromium: Browser, demo: Demo) -> Iterator[Reading]:
    reading = Reading(chromium, demo.document["services"]["reporting"])
    yield reading
    for context in reading.contexts:
        context.close()


def _only_here(route: Route, reader: Reader) -> None:
    address = urlsplit(route.request.url)
    if address.scheme in ("http", "https") and address.hostname != "127.0.0.1":
        reader.elsewhere.append(route.request.url)
        route.abort()
    else:
        route.continue_()
