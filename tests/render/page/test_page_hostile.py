"""Markup in a recording is shown as text."""

import re

import stories
from looking import ENDING, FORGED, hostile, in_a_browser, line
from playwright.sync_api import expect

from layertrace.diagnosis import Evidence, Finding
from layertrace.render.page import page
from layertrace.timeline import Location

HOSTILE = Finding(
    code=FORGED, name=ENDING, severity="error", message=FORGED, fix=ENDING, link="javascript:alert(3)",
    evidence=(Evidence(ENDING, (0,), Location(FORGED, 1)),),
)  # fmt: skip


@in_a_browser
def test_names_are_text(shown):
    """Markup in names, messages, files and findings is shown and has no effect."""
    tab = shown(hostile(), findings=[HOSTILE], title=ENDING)
    for number in range(4):
        tab.locator(f"#line-{number} .cells").click()
        expect(tab.locator("#details header")).to_contain_text(f"event {number}")
    assert line(tab, f"{FORGED} {ENDING}").count()
    for name in ("Functions", "Layers"):
        tab.get_by_role("tab", name=name).click()

    expect(tab).to_have_title(ENDING)
    assert tab.locator("img, main script, main a[href]").count() == 0


@in_a_browser
def test_a_name_from_right_to_left_turns_nothing_around_it(shown):
    """Names in right-to-left scripts do not reorder the text around them."""
    tab = shown(stories.bug())
    line(tab, "refused").click()

    for name in (".line .who b", ".line .data", ".line .class", "#details code", "#details .path"):
        expect(tab.locator(name).first).to_have_css("unicode-bidi", "isolate")


def test_data_cannot_end_the_script_that_holds_it():
    """The data in the page contains no `<`."""
    html = page(hostile(), findings=[HOSTILE], title=ENDING)

    data = re.search(r'(?s)<script type="application/json" id="data">(.*?)</script>', html)[1]
    assert "<" not in data
    assert FORGED not in html
    assert "alert(2)</" not in html
    html.encode()


def test_only_its_own_script_may_run():
    """The policy allows one style and one script, by their hashes, and nothing else."""
    html = page(stories.tutorial(), findings=())
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)[1]

    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert not re.search(r"\binnerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", html)
