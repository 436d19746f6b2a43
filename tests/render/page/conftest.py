"""Open pages in a real browser."""

import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from layertrace.render.page import page

sys.path.insert(0, str(Path(__file__).parent))  # whichever import mode pytest is in

from looking import BROWSER

QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
         "--disable-component-update", "--disable-sync")  # fmt: skip


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """A fresh browser profile."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"), executable_path=BROWSER, args=QUIET, headless=True
        )
        context.set_default_timeout(10_000)
        yield context
        context.close()


@pytest.fixture
def shown(browser, tmp_path):
    """Return a function that opens the page of a timeline; network requests and errors fail the test."""
    tab = browser.new_page()
    requested, messages = [], []
    tab.on("request", lambda request: requested.append(request.url.partition("#")[0]))
    tab.on("console", lambda message: messages.append(message.text))
    tab.on("pageerror", lambda error: messages.append(str(error)))
    tab.on("dialog", lambda dialog: (messages.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    path = tmp_path / "page.html"

    def open_(timeline, *, width=1280, colours="light", html=None, **options):
        path.write_text(html or page(timeline, **{"findings": (), **options}), encoding="utf-8")
        tab.set_viewport_size({"width": width, "height": 850})
        tab.emulate_media(color_scheme=colours)
        tab.goto(path.as_uri())
        return tab

    yield open_
    tab.evaluate("try { localStorage.clear() } catch {}")  # which all files share
    assert set(requested) <= {path.as_uri()}
    assert messages == []
    tab.close()
