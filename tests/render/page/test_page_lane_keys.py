"""The lanes as people know them from Perfetto: keys, a card at the pointer, flags, measuring, colours."""

import itertools
import re
from pathlib import Path

import pytest
import stories
from hand_made import Story
from looking import FINDING, in_a_browser, line
from msgspec import structs
from playwright.sync_api import expect

import layertrace
from layertrace.timeline import Timeline
from layertrace.timeline.event import KINDS

STYLE = Path(layertrace.__file__).parent / "render" / "page" / "styles" / "colours.css"
ROW = 40
"""The height at which the first row of events is."""


def canvas_of(tab):
    return tab.locator("#lanes canvas")


TICKS = """() => {
    const write = CanvasRenderingContext2D.prototype.fillText;
    window.written = [];
    CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
        window.written.push(text);
        write.call(this, text, x, y);
    };
}"""
"""Keep what is written into the lanes afterwards."""


def ticks(tab):
    """Return the times on the axis, after the next painting."""
    tab.evaluate("() => { window.written.length = 0; }")
    tab.locator("#by-class").evaluate("(button) => { button.click(); button.click(); }")
    tab.wait_for_timeout(80)
    written = tab.evaluate("() => window.written")
    return [text for text in written if re.fullmatch(r"0|[\d,.]+ [mnµ]?s", text)][:3]


@in_a_browser
def test_all_times_on_the_axis_have_one_unit(shown):
    """A recording of seconds has seconds on its axis, also between them."""
    story = Story()
    for number in range(3):
        story.add("call", story.layer("Dense", f"dense_{number}"), at=5, ms=2500)
    tab = shown(story.timeline())
    tab.evaluate(TICKS)

    times = ticks(tab)
    assert times[0] == "0"
    assert [time for time in times[1:] if not re.fullmatch(r"\d\.\d s", time)] == []


@in_a_browser
def test_letters_zoom_and_pan(shown):
    """W and S zoom at the pointer, A and D move, wherever the focus is, but not while one writes."""
    tab = shown(stories.large())
    tab.evaluate(TICKS)
    whole = ticks(tab)
    canvas_of(tab).hover(position={"x": 600, "y": ROW})
    tab.keyboard.press("w")
    tab.keyboard.press("w")
    near = ticks(tab)
    tab.keyboard.press("d")
    later = ticks(tab)
    tab.keyboard.press("a")
    assert near == ticks(tab)
    tab.keyboard.press("s")
    tab.keyboard.press("s")

    assert whole[0] == "0"
    assert whole != near
    assert near != later
    assert ticks(tab) == whole
    tab.get_by_label("Search events").focus()
    tab.keyboard.type("wasd")
    assert tab.get_by_label("Search events").input_value() == "wasd"


@in_a_browser
def test_a_card_at_the_pointer_describes_the_event(shown):
    """It has the layer, its class, the mode, shapes, time and place, and vanishes with the pointer."""
    tab = shown(stories.fit())
    card = tab.locator("#hover")
    expect(card).to_be_hidden()
    box = canvas_of(tab).bounding_box()
    for x in range(4, int(box["width"]), 6):
        tab.mouse.move(box["x"] + x, box["y"] + 64)
        if "call" in (card.text_content() or ""):
            break

    for text in ("sequential", "Sequential", "float32[", "took", "train.py:"):
        expect(card).to_contain_text(text)
    assert abs(card.bounding_box()["x"] - (box["x"] + x)) < 40
    tab.mouse.move(5, 5)
    expect(card).to_be_hidden()


@in_a_browser
def test_the_card_stays_on_the_page(shown):
    """At the right edge, the card is on the left of the pointer."""
    tab = shown(stories.bug(), width=1280)
    box = canvas_of(tab).bounding_box()
    tab.mouse.move(box["x"] + box["width"] - 12, box["y"] + ROW)
    expect(tab.locator("#hover")).to_be_visible()

    card = tab.locator("#hover").bounding_box()
    assert card["x"] + card["width"] <= 1280


@in_a_browser
def test_shift_and_drag_measure(shown):
    """The measured time and what is completely inside it are shown until Esc."""
    tab = shown(stories.large())
    box = canvas_of(tab).bounding_box()
    tab.keyboard.down("Shift")
    tab.mouse.move(box["x"] + 2, box["y"] + ROW)
    tab.mouse.down()
    tab.mouse.move(box["x"] + box["width"] - 2, box["y"] + ROW, steps=4)
    tab.mouse.up()
    tab.keyboard.up("Shift")

    expect(tab.locator("#under")).to_contain_text(re.compile(r"\d+ ms measured, with .*variables"))
    expect(tab.locator("#details")).to_be_hidden()
    tab.keyboard.press("Escape")
    expect(tab.locator("#under")).not_to_contain_text("measured")


@in_a_browser
def test_flags_on_the_axis_lead_to_findings_and_errors(shown):
    """A flag is hovered and clicked as its event is."""
    timeline = stories.bug()
    tab = shown(timeline, findings=[FINDING], width=1100)
    event = next(event for event in timeline if event.seq == 12)
    last = max(event.start_ns + (event.duration_ns or 0) for event in timeline)
    box = canvas_of(tab).bounding_box()
    canvas_of(tab).hover(position={"x": box["width"] * (event.start_ns / last + 0.004) + 3, "y": 20})
    expect(tab.locator("#hover")).to_contain_text("LT101 variable-created-in-call")
    tab.mouse.down()
    tab.mouse.up()

    expect(tab.locator("#details header")).to_contain_text("event 12")


@in_a_browser
def test_colours_distinguish_kinds_or_classes(shown):
    """The legend names what the colours mean, with the letter of each kind."""
    tab = shown(stories.fit())
    legend = tab.locator("#legend li")
    expect(legend.first).to_have_text("iinit")
    before = canvas_of(tab).screenshot()
    tab.get_by_role("button", name="by class").click()
    tab.wait_for_timeout(80)

    expect(legend).to_have_text(["Dense", "Sequential"], use_inner_text=True)
    assert canvas_of(tab).screenshot() != before


def passes():
    """Return a trace with a symbolic call and a traced one, and its runs."""
    story = Story()
    net, step = story.layer("Net", "net"), story.function("step")
    with story.span("trace", function=step, trace=1, ms=100):
        story.add("call", net, mode="symbolic", ms=40)
        story.add("call", net, mode="graph", ms=40)
    story.add("run", function=step, trace=1, ms=100, times=10)
    starts = (0, 5, 50, 100)
    return Timeline(
        structs.replace(event, start_ns=start * 10**6)
        for event, start in zip(story.events, starts, strict=True)
    )


@in_a_browser
def test_the_legend_explains_each_look_of_a_bar(shown):
    """Symbolic and traced calls look different, and so does a bar that stands for several runs."""
    tab = shown(passes())
    looks = tab.locator("#legend .swatch").evaluate_all(
        "all => all.map(e => { const s = getComputedStyle(e); return s.background + s.border })"
    )

    expect(tab.locator("#legend li")).to_have_text(["csymbolic call", "ctraced call", "ttrace", "rrun ×10"])
    assert len(set(looks)) == len(looks) == 4


COLOURS_AT = """(canvas, places) => {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    const hex = (part) => part.toString(16).padStart(2, "0");
    const colour = (at) => "#" + Array.from(data.slice(at, at + 3), hex).join("");
    const column = (x) => Array.from({ length: height }, (_, y) => colour(4 * (y * width + x)));
    return places.map((place) => column(Math.round(place * width)));
}"""
"""The colours of some columns of pixels of the lanes, each from top to bottom."""


@in_a_browser
@pytest.mark.parametrize(
    ("theme", "call", "trace"), [("light", "#184a2a", "#c44fcc"), ("dark", "#8dd9a8", "#bb3bc4")]
)
def test_bars_have_the_colours_of_the_theme(shown, theme, call, trace):
    """A traced call has the colour of calls, with an edge in that of traces; a symbolic one is hollow."""
    timeline = passes()
    end = max(event.start_ns + event.duration_ns for event in timeline)
    calls = [event for event in timeline if event.kind == "call"]
    places = [(event.start_ns + event.duration_ns * 0.8) / end for event in calls]
    tab = shown(timeline, colours=theme)
    tab.wait_for_timeout(80)
    symbolic, traced = canvas_of(tab).evaluate(COLOURS_AT, places)

    assert 0 < symbolic.count(call) <= 6
    assert traced.count(call) > 8
    assert traced[traced.index(call) - 1] == trace


@in_a_browser
def test_few_rows_are_wider(shown):
    """There is room for wide rows in a flat recording, and for many rows in a deep one."""
    heights = []
    for timeline in (stories.tutorial(), stories.deep(13)):
        tab = shown(timeline)
        heights.append(canvas_of(tab).bounding_box()["height"])

    assert heights[0] > 2 * 20
    assert heights[1] < 14 * 20


# Colours that everybody can distinguish

# Machado, Oliveira, Fernandes (2009): deuteranopia of the highest severity, on linear RGB.
DEUTERANOPIA = (
    (0.367322, 0.860646, -0.227968),
    (0.280085, 0.672501, 0.047413),
    (-0.01182, 0.04294, 0.968881),
)
DIFFERENT = 1.5


def _linear(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def _luminance(linear):
    return sum(
        weight * min(max(part, 0), 1) for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True)
    )


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_kinds_differ_in_luminance(theme):
    """Any two kinds differ by 1.5 to 1, also for people who cannot distinguish red from green."""
    pairs = re.findall(r"--bar-(\w+): light-dark\((#\w{6}), (#\w{6})\);", STYLE.read_text(encoding="utf-8"))
    colours = {kind: themes[theme] for kind, *themes in pairs}
    assert set(colours) == set(KINDS)
    for one, other in itertools.combinations(KINDS, 2):
        seen = [_linear(colours[kind]) for kind in (one, other)]
        simulated = [
            [sum(m * part for m, part in zip(row, linear, strict=True)) for row in DEUTERANOPIA]
            for linear in seen
        ]
        for pair in (seen, simulated):
            dark, light = sorted(_luminance(linear) + 0.05 for linear in pair)
            assert light / dark >= DIFFERENT, (one, other)


@in_a_browser
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_letters_can_be_read_on_every_colour(shown, colours):
    """The letter of a kind has a contrast of 4.5 to 1 with its colour."""
    tab = shown(stories.bug(), colours=colours)
    for swatch in tab.locator("#legend .swatch").all():
        ink, back = (
            [
                int(part) / 255
                for part in re.findall(r"\d+", swatch.evaluate(f"(e) => getComputedStyle(e).{name}"))[:3]
            ]
            for name in ("color", "backgroundColor")
        )
        hexes = ["#" + "".join(f"{round(part * 255):02x}" for part in colour) for colour in (ink, back)]
        dark, light = sorted(_luminance(_linear(colour)) + 0.05 for colour in hexes)
        assert light / dark >= 4.5


@in_a_browser
def test_nothing_is_chosen_until_one_chooses(shown):
    """No line is marked at first; the first key in the tree marks the first line."""
    tab = shown(stories.bug())
    expect(tab.locator(".line[aria-selected=true]")).to_have_count(0)
    tab.get_by_role("tree").focus()

    expect(line(tab, "init").first).to_have_attribute("aria-selected", "true")
