"""The timeline as lanes, one per thread."""

import stories
from hand_made import Story
from looking import FINDING, details_of, in_a_browser
from msgspec import structs
from playwright.sync_api import expect

from layertrace.timeline import Timeline


def middle_of(tab, timeline, seq):
    """Return the horizontal position of the middle of an event while the lanes show everything."""
    event = next(event for event in timeline if event.seq == seq)
    first = min(event.start_ns for event in timeline)
    last = max(event.start_ns + (event.duration_ns or 0) for event in timeline)
    begin = max(first - (last - first) * 0.004, 0)
    width = tab.locator("#lanes canvas").bounding_box()["width"]
    return (event.start_ns + (event.duration_ns or 0) / 2 - begin) / (last - begin) * width


@in_a_browser
def test_lanes_begin_with_the_first_event(shown):
    """The time before the first event, such as the import of TensorFlow, takes no room."""
    late = [structs.replace(event, start_ns=event.start_ns + 2 * 10**9) for event in stories.bug()]
    tab = shown(Timeline(late))
    tab.locator("#lanes canvas").hover(position={"x": middle_of(tab, late, 0), "y": 40})

    expect(tab.locator("#hover")).to_contain_text("init cnn CNN")
    expect(tab.locator("#hover")).to_contain_text("took 3.4 ms · at 0")


def overlap(a, b):
    """Return whether two boxes overlap."""
    sides = (("x", "width"), ("y", "height"))
    return all(a[at] < b[at] + b[size] and b[at] < a[at] + a[size] for at, size in sides)


@in_a_browser
def test_a_click_in_the_lanes_of_a_phone_leaves_them_free(shown):
    """On a phone, details do not cover the lanes either."""
    timeline = stories.bug()
    tab = shown(timeline, width=390)
    canvas = tab.locator("#lanes canvas")
    canvas.click(position={"x": middle_of(tab, timeline, 13), "y": 40})
    expect(tab.locator("#details header")).to_contain_text("event 13")
    expect(tab.locator("#details header")).to_be_in_viewport()

    assert not overlap(tab.locator("#details").bounding_box(), canvas.bounding_box())


@in_a_browser
def test_a_click_in_the_lanes_leaves_them_in_place(shown):
    """Details appear where they are visible, a double click zooms, and a button leads to the tree."""
    timeline = stories.large()
    tab = shown(timeline, findings=[FINDING] * 3)
    tab.get_by_role("button", name="expand all").click()
    canvas = tab.locator("#lanes canvas")
    canvas.scroll_into_view_if_needed()
    before, whole = tab.evaluate("() => scrollY"), canvas.screenshot()
    canvas.dblclick(position={"x": middle_of(tab, timeline, 596), "y": 40})

    assert tab.evaluate("() => scrollY") == before
    expect(tab.locator("#details header")).to_be_in_viewport()
    assert not overlap(tab.locator("#details").bounding_box(), canvas.bounding_box())
    tab.mouse.move(5, 5)
    tab.wait_for_timeout(50)
    assert canvas.screenshot() != whole
    details_of(tab).get_by_role("button", name="show in the tree").click()
    expect(tab.locator(".line[aria-selected=true]")).to_be_in_viewport()


@in_a_browser
def test_only_the_first_button_chooses_in_the_lanes(shown):
    """Other mouse buttons do not drag."""
    tab = shown(stories.strategy())
    tab.locator("#lanes canvas").click(position={"x": 400, "y": 40}, button="right")
    tab.locator("#lanes canvas").click(position={"x": 400, "y": 40}, button="middle")

    expect(tab.locator("#details")).to_be_hidden()


def runs():
    """Return twenty runs merged into one event, whose total duration exceeds the gap to the next event."""
    story = Story()
    story.add("run", function=story.function("step"), trace=1, times=20, ms=12)
    story.call(story.layer("Dense", "dense"), "float32[2]", "float32[2]", ms=2)
    story.add("trace", function=story.function("other"), trace=1, ms=30)
    starts = zip(story.events, (0, 4, 20), strict=True)
    return Timeline([structs.replace(event, start_ns=at * 10**6) for event, at in starts])


OPAQUE = """([across, y]) => {
    const canvas = document.querySelector("#lanes canvas"), pen = canvas.getContext("2d");
    const line = pen.getImageData(0, y, canvas.width, 1).data;
    return across.map((x) => line[Math.round(x) * 4 + 3]);
}"""
"""How opaque the lanes are at points of one height, from 0 to 255."""


@in_a_browser
def test_merged_runs_are_pale_in_the_lanes(shown):
    """The bar of merged runs is pale, and its duration is labelled as total."""
    timeline = runs()
    tab = shown(timeline)
    canvas = tab.locator("#lanes canvas")
    tab.wait_for_timeout(50)
    x = middle_of(tab, timeline, 0) * 1.8
    several, one = tab.evaluate(OPAQUE, [[x, middle_of(tab, timeline, 2) * 1.2], 40])
    assert 0 < several < one == 255
    canvas.hover(position={"x": x, "y": 40})

    expect(tab.locator("#hover")).to_contain_text("run ×20 step")
    expect(tab.locator("#hover")).to_contain_text("12 ms in total · at 0")


@in_a_browser
def test_overlapping_bars_can_be_distinguished(shown):
    """The pointer selects the topmost event."""
    timeline = runs()
    tab = shown(timeline)
    canvas = tab.locator("#lanes canvas")
    canvas.hover(position={"x": middle_of(tab, timeline, 1), "y": 40})
    expect(tab.locator("#hover")).to_contain_text("call 1 dense Dense")
    expect(tab.locator("#hover")).to_contain_text("took 2.0 ms · at 4.0 ms")
    canvas.hover(position={"x": middle_of(tab, timeline, 0) * 1.8, "y": 40})
    expect(tab.locator("#hover")).to_contain_text("run ×20")
    tab.wait_for_timeout(50)

    assert tab.evaluate(OPAQUE, [[middle_of(tab, timeline, 1) + 20], 40]) == [255]


COUNT_CUT = """() => {
    const own = CanvasRenderingContext2D.prototype, write = own.fillText;
    window.cut = 0;
    own.fillText = function (text, x, y) {
        window.cut += x + this.measureText(text).width > this.canvas.clientWidth;
        write.call(this, text, x, y);
    };
}"""


@in_a_browser
def test_times_in_the_lanes_are_whole(shown):
    """At the right edge, a time is shown completely or not at all."""
    late = [structs.replace(event, start_ns=event.start_ns + 2 * 10**9) for event in stories.bug()]
    tab = shown(Timeline(late))
    tab.evaluate(COUNT_CUT)
    tab.locator("#lanes canvas").focus()
    for key in ("+", *["ArrowLeft"] * 3, "+", *["ArrowRight"] * 20, "-", "0"):
        tab.keyboard.press(key)
        tab.evaluate("() => new Promise(requestAnimationFrame)")

    assert tab.evaluate("() => window.cut") == 0


@in_a_browser
def test_lanes_show_what_they_omit(shown):
    """Events too deep to be drawn are counted."""
    tab = shown(stories.deep(20))

    expect(tab.locator("#under")).to_contain_text("6 events deeper than 14 levels not drawn")


@in_a_browser
def test_zooming_from_afar_shows_the_lanes(shown):
    """Zooming to an event scrolls the lanes into view."""
    tab = shown(stories.large())
    tab.get_by_role("button", name="expand all").click()
    tab.get_by_role("tree").focus()
    tab.keyboard.press("End")
    tab.keyboard.press("Enter")
    expect(tab.locator("#lanes")).not_to_be_in_viewport()
    details_of(tab).get_by_role("button", name="zoom to event").click()

    expect(tab.locator("#lanes canvas")).to_be_in_viewport(ratio=1)


@in_a_browser
def test_lanes_zoom_and_lead_to_events(shown):
    """Each thread has a lane; plus zooms, and a click opens an event."""
    tab = shown(stories.strategy())
    canvas = tab.locator("#lanes canvas")
    whole = canvas.screenshot()
    canvas.focus()
    tab.keyboard.press("+")
    tab.wait_for_timeout(50)
    assert canvas.screenshot() != whole
    tab.keyboard.press("0")
    canvas.hover(position={"x": 400, "y": 55})
    expect(tab.locator("#hover")).to_contain_text("trace 1 step")
    expect(tab.locator("#hover")).to_contain_text("took 70 ms · at 1.0 ms")
    canvas.click(position={"x": 400, "y": 55})

    expect(tab.locator("#details header")).to_contain_text("event 1")


@in_a_browser
def test_the_lane_of_what_is_chosen_comes_into_sight(shown):
    """The chosen event is scrolled into view below any number of threads."""
    story = Story()
    for number in range(30):
        story.thread = f"worker {number}"
        story.call(story.layer("Dense", f"dense_{number}"), "float32[2]", "float32[2]")
    tab = shown(story.timeline())
    box = tab.locator("#lanes .scrolled")
    assert box.evaluate("(box) => box.scrollTop") == 0
    tab.get_by_label("Search events").fill("#29")
    tab.keyboard.press("Enter")

    assert box.evaluate("(box) => box.scrollTop") > 0
