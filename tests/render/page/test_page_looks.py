"""Light and dark, on a phone, on paper, with a hundred thousand events."""

import dataclasses
from html import escape

import pytest
import stories
from hand_made import Story, raised, spec
from looking import FINDING, in_a_browser, line
from playwright.sync_api import expect

from layertrace.render.page import page
from layertrace.timeline import Event, Timeline
from layertrace.timeline.context import Failure, RecordingContext


@in_a_browser
def test_light_and_dark(shown):
    """The page follows the system until the button is pressed."""
    background = "() => getComputedStyle(document.body).backgroundColor"
    tab = shown(stories.bug(), colours="dark")
    dark = tab.evaluate(background)
    tab.get_by_role("button", name="theme").click()
    light = tab.evaluate(background)

    assert (dark, light) == ("rgb(19, 22, 27)", "rgb(246, 247, 249)")
    tab.emulate_media(color_scheme="light")
    tab.get_by_role("button", name="theme").click()
    assert tab.evaluate(background) == dark


@in_a_browser
def test_the_theme_is_remembered(shown):
    """The chosen theme is kept when the page is opened again, until it matches that of the system."""
    tab = shown(stories.bug())
    theme = tab.get_by_role("button", name="theme")
    theme.click()
    tab.reload()
    expect(theme).to_have_class("plain pressed")
    theme.click()

    assert tab.evaluate("() => localStorage.length") == 0


NOTEBOOK = """<!doctype html><body style="color-scheme: {scheme}; color: {text}">
<iframe srcdoc="{page}" style="width: 100%; height: 700px"></iframe>"""


@in_a_browser
@pytest.mark.parametrize(("scheme", "text"), [("dark", "#cccccc"), ("light", "#212121")])
def test_the_page_in_a_notebook_has_the_theme_of_the_notebook(shown, scheme, text):
    """It does so in a frame, whatever theme the system has, also when the notebook changes its theme."""
    other = {"dark": "light", "light": "dark"}[scheme]
    written = escape(page(stories.bug(), findings=()))
    tab = shown(None, colours=other, html=NOTEBOOK.format(scheme=scheme, text=text, page=written))
    theme = tab.frame_locator("iframe").get_by_role("button", name="theme")

    expect(theme).to_contain_text(f"{other} theme", timeout=20_000)  # ms; 5 s were too few on a busy machine
    expect(theme).to_have_class("plain")
    changed = {"dark": "#212121", "light": "#cccccc"}[scheme]
    tab.evaluate("(colour) => { document.body.style.color = colour }", changed)
    expect(theme).to_contain_text(f"{scheme} theme")
    theme.click()
    expect(theme).to_have_class("plain pressed")
    expect(theme).to_have_attribute("title", "Back to the theme of your notebook")


@in_a_browser
def test_the_page_in_a_sandbox_has_the_theme_of_the_system(shown):
    """It cannot read the colours around it there."""
    written = escape(page(stories.bug(), findings=()))
    html = NOTEBOOK.format(scheme="light", text="#212121", page=written)
    tab = shown(None, colours="dark", html=html.replace("<iframe", '<iframe sandbox="allow-scripts"'))

    expect(tab.frame_locator("iframe").get_by_role("button", name="theme")).to_have_text("☀ light theme")


CONTRAST = """() => {
    const numbers = (ink) => ink.match(/[\\d.]+/g).map(Number);
    const light = (ink) => numbers(ink).slice(0, 3).map((part) => part / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
    const behind = (element) => {
        const ink = getComputedStyle(element).backgroundColor;
        return numbers(ink)[3] === 0 && element.parentElement ? behind(element.parentElement) : ink;
    };
    const contrasts = [];
    for (const element of document.querySelectorAll("body *")) {
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (!own || !element.checkVisibility() || element.closest(".unseen")) continue;
        const [a, b] = [light(getComputedStyle(element).color), light(behind(element))].sort((x, y) => y - x);
        contrasts.push([(a + 0.05) / (b + 0.05), element.textContent]);
    }
    return contrasts.sort((a, b) => a[0] - b[0])[0];
}"""


@in_a_browser
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_every_text_can_be_read(shown, colours):
    """All text has the contrast of 4.5 to 1 that the W3C requires, including details."""
    tab = shown(stories.bug(), findings=[FINDING], colours=colours)
    line(tab, "refused").click()
    tab.get_by_label("Search events").fill("kernel")
    expect(tab.locator(".line.context .cells").first).to_have_css("opacity", "1")
    least, text = tab.evaluate(CONTRAST)
    assert least >= 4.5, text
    tab.get_by_label("Search events").fill("")
    least, text = tab.evaluate(CONTRAST)
    assert least >= 4.5, text


@in_a_browser
@pytest.mark.parametrize("story", ["bug", "fit", "large", "strategy"])
def test_a_phone_scrolls_in_one_direction(shown, story):
    """No tab is wider than 390 pixels, with or without details."""
    tab = shown(getattr(stories, story)(), findings=[FINDING], width=390)
    wide = "() => document.documentElement.scrollWidth"
    assert tab.evaluate(wide) == 390
    tab.get_by_role("treeitem").last.click()
    assert tab.evaluate(wide) == 390
    for name in ("Functions", "Layers", "Variables"):
        tab.get_by_role("tab", name=name).click()
        assert tab.evaluate(wide) == 390


@in_a_browser
@pytest.mark.parametrize("width", [390, 640])
def test_a_closed_finding_takes_one_line(shown, width):
    """Its message is cut, does not widen the page, and is whole when it is opened."""
    finding = dataclasses.replace(FINDING, message="a long story about a layer " * 20)
    tab = shown(stories.bug(), findings=[finding], width=width)
    message = tab.locator(".finding .message")

    assert tab.evaluate("() => document.documentElement.scrollWidth") == width
    assert message.bounding_box()["height"] < 30
    tab.locator(".finding summary").click()
    assert message.bounding_box()["height"] > 80


@in_a_browser
def test_a_long_name_in_a_narrow_line_is_cut_not_dropped(shown):
    """A long name begins in its own line."""
    story = Story()
    story.add("init", story.layer("Dense", "x" * 300))
    tab = shown(story.timeline(), width=700)

    expect(tab.locator(".line .who")).to_have_css("display", "inline")


@in_a_browser
@pytest.mark.parametrize("width", [920, 1280])
def test_details_begin_below_the_tools(shown, width):
    """The tools never cover the head of the details."""
    tab = shown(stories.large(), width=width)
    tab.get_by_role("button", name="expand all").click()
    tab.get_by_role("tree").focus()
    tab.keyboard.press("End")
    tab.keyboard.press("Enter")
    tools, head = tab.locator("#tools").bounding_box(), tab.locator("#details header").bounding_box()

    assert head["y"] >= tools["y"] + tools["height"]


@in_a_browser
def test_a_phone_has_room_for_fingers(shown):
    """On a phone, filters are behind a button, fields do not trigger zooming, and buttons are large."""
    tab = shown(stories.bug(), width=390)
    expect(tab.locator("#kinds")).to_be_hidden()
    tab.get_by_role("button", name="filter").click()
    expect(tab.locator("#kinds")).to_be_visible()
    tab.locator("#kinds").get_by_role("button", name="call").click()
    expect(tab.get_by_role("button", name="filter")).to_have_text("filter · 1")

    expect(tab.get_by_label("Search events")).to_have_css("font-size", "16px")
    for button in tab.locator("#tools button:visible").all():
        assert button.bounding_box()["height"] >= 38


@in_a_browser
def test_a_phone_shows_the_event_above_its_details(shown):
    """Details cover the lower part, but not their own line."""
    tab = shown(stories.bug(), findings=[FINDING], width=390)
    tab.locator(".finding summary").click()
    tab.get_by_role("button", name="event 17").click()
    row, sheet = (
        tab.locator(".line[aria-selected=true]").bounding_box(),
        tab.locator("#details").bounding_box(),
    )

    assert row["y"] + row["height"] <= sheet["y"]


@in_a_browser
def test_a_phone_shows_what_failed_in_the_line(shown):
    """The finding and the failure of a line are always visible."""
    tab = shown(stories.bug(), findings=[FINDING], width=390)
    tab.locator(".finding summary").click()
    tab.get_by_role("button", name="event 17").click()
    row = tab.locator("#line-17")
    bottom = row.bounding_box()["y"] + row.bounding_box()["height"]

    for cell in (row.locator(".mark"), row.get_by_text("✗ refused")):
        assert cell.bounding_box()["y"] + 15 <= bottom


@in_a_browser
def test_on_paper_everything_is_there(shown):
    """Printing omits controls, and prints all lines, functions and layers in one column."""
    tab = shown(stories.loop(200), colours="dark")
    tab.get_by_role("button", name="fold repeats").click()
    tab.emulate_media(media="print", color_scheme="dark")

    expect(tab.get_by_role("treeitem")).to_have_count(602 + 3)
    expect(tab.locator("#tools")).to_be_hidden()
    expect(tab.locator("#layers tbody")).to_contain_text("second")
    expect(tab.locator("#variables")).to_be_visible()
    assert tab.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    tab.emulate_media(media="screen")
    expect(tab.locator("#tools")).to_be_visible()
    assert tab.get_by_role("treeitem").count() < 100


@in_a_browser
def test_a_hundred_thousand_events_open(shown):
    """A long recording can be drawn, searched and walked to its end (speed: tests/benchmarks/page.py)."""
    layer = Story().layer("Dense", "dense")
    events = [
        Event(
            seq=n,
            kind="call",
            layer=layer,
            inputs=spec("float32[2]"),
            start_ns=n * 1000,
            duration_ns=900,
            call_index=n + 1,
        )
        for n in range(100_000)
    ]
    tab = shown(Timeline(events))
    tab.get_by_label("Search events").fill("#99999")
    expect(tab.locator("#hits")).to_have_text("1 of 100,000")
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="fold repeats").click()
    tab.get_by_role("tree").focus()
    tab.keyboard.press("End")

    expect(line(tab, "call 100000")).to_be_in_viewport()
    assert tab.locator("*").count() < 3000


@in_a_browser
def test_on_paper_nothing_asks_to_be_pressed(shown):
    """Labels of links are not printed."""
    failure = Failure(error=raised("ValueError", "no"), layer=stories.bug()[0].layer)
    tab = shown(Timeline(stories.bug(), [], RecordingContext(failure=failure)), findings=[FINDING])
    expect(tab.locator("#failure")).to_contain_text("only this layer")
    tab.emulate_media(media="print")

    expect(tab.locator("#failure").get_by_text("only this layer")).to_be_hidden()
    expect(tab.get_by_role("button", name="event 17")).to_be_visible()


@in_a_browser
def test_what_is_chosen_shows_without_colours(shown):
    """With forced colours, outlines replace backgrounds."""
    tab = shown(stories.bug())
    tab.emulate_media(forced_colors="active")
    tab.get_by_role("tree").focus()

    expect(tab.locator(".line[aria-selected=true]")).to_have_css("outline-style", "solid")
    tab.emulate_media(forced_colors="none")


@in_a_browser
def test_paper_shows_what_it_omits(shown):
    """Printing keeps the filter and the closed lines."""
    tab = shown(stories.bug())
    tab.get_by_label("Search events").fill("gcn_2")
    tab.locator("#kinds").get_by_role("button", name="call").click()
    tab.emulate_media(media="print")
    expect(tab.locator("#printed-filter")).to_have_text("2 of 18 events: “gcn_2”, call")
    tab.emulate_media(media="screen")
    tab.get_by_role("button", name="collapse all").click()
    tab.emulate_media(media="print")

    expect(tab.locator(".line[aria-expanded=false] .caret").first).to_be_visible()
    tab.emulate_media(media="screen")


@in_a_browser
def test_a_phone_that_is_turned_keeps_its_place(shown):
    """The active line stays visible when the height of lines changes."""
    tab = shown(stories.large())
    tab.get_by_role("button", name="expand all").click()
    tab.get_by_role("tree").focus()
    for _ in range(60):
        tab.keyboard.press("ArrowDown")
    tab.evaluate("() => new Promise(requestAnimationFrame)")
    tab.set_viewport_size({"width": 390, "height": 844})

    expect(tab.locator(".line[aria-selected=true]")).to_be_in_viewport()


@in_a_browser
def test_a_low_window_shows_the_line_of_the_keys_whole(shown):
    """With double magnification, neither the tools nor the details cover the active line."""
    tab = shown(stories.large(), width=640)
    tab.set_viewport_size({"width": 640, "height": 400})
    tab.get_by_role("button", name="expand all").click()
    tab.get_by_role("tree").focus()
    tab.keyboard.press("ArrowDown")  # from the statement to its first event
    tab.keyboard.press("Enter")
    for _ in range(30):
        tab.keyboard.press("ArrowDown")
        line = tab.locator(".line[aria-selected=true]")
        box, details = line.bounding_box(), tab.locator("#details").bounding_box()
        tools = tab.locator("#tools").bounding_box()
        assert box["y"] >= max(tools["y"] + tools["height"], 0)
        assert box["y"] + box["height"] <= (details["y"] if details["y"] > 0 else 400) + 1
