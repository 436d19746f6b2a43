"""The timeline as lanes, one for each thread."""

import stories
from hand_made import Story
from looking import FINDING, details_of, in_a_browser
from msgspec import structs
from playwright.sync_api import expect

from layertrace.timeline import Timeline


def middle_of(tab, timeline, seq):
    """How far from the left of the lanes the middle of an event is, if they show the whole time."""
    event = next(event for event in timeline if event.seq == seq)
    first = min(event.start_ns for event in timeline)
    last = max(event.start_ns + (event.duration_ns or 0) for event in timeline)
    begin = max(first - (last - first) * 0.02, 0)
    width = tab.locator("#lanes canvas").bounding_box()["width"]
    return (event.start_ns + (event.duration_ns or 0) / 2 - begin) / (last - begin) * width


@in_a_browser
def test_lanes_begin_with_the_first_event(shown):
    """What was before it, such as the import of TensorFlow, takes no room."""
    late = [structs.replace(event, start_ns=event.start_ns + 2 * 10**9) for event in stories.bug()]
    tab = shown(Timeline(late))
    tab.locator("#lanes canvas").hover(position={"x": middle_of(tab, late, 0), "y": 22})

    expect(tab.locator("#under")).to_have_text("0 init cnn at 2.0 s, took 3.4 ms")


def overlap(a, b):
    """Whether two boxes have a part of the page in common."""
    sides = (("x", "width"), ("y", "height"))
    return all(a[at] < b[at] + b[size] and b[at] < a[at] + a[size] for at, size in sides)


@in_a_browser
def test_a_click_in_the_lanes_of_a_phone_leaves_them_free(shown):
    """Details that come up from below elsewhere keep off the lanes, too."""
    timeline = stories.bug()
    tab = shown(timeline, width=390)
    canvas = tab.locator("#lanes canvas")
    canvas.click(position={"x": middle_of(tab, timeline, 13), "y": 24})
    expect(tab.locator("#details header")).to_contain_text("event 13")
    expect(tab.locator("#details header")).to_be_in_viewport()

    assert not overlap(tab.locator("#details").bounding_box(), canvas.bounding_box())


@in_a_browser
def test_a_click_in_the_lanes_leaves_them_in_place(shown):
    """Details come to where they can be seen, two clicks zoom, and a button leads on to the tree."""
    timeline = stories.large()
    tab = shown(timeline, findings=[FINDING] * 3)
    tab.get_by_role("button", name="open", exact=True).click()
    canvas = tab.locator("#lanes canvas")
    canvas.scroll_into_view_if_needed()
    before, whole = tab.evaluate("() => scrollY"), canvas.screenshot()
    canvas.dblclick(position={"x": middle_of(tab, timeline, 596), "y": 24})

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
    """The other buttons of a mouse are for menus."""
    tab = shown(stories.strategy())
    tab.locator("#lanes canvas").click(position={"x": 400, "y": 40}, button="right")
    tab.locator("#lanes canvas").click(position={"x": 400, "y": 40}, button="middle")

    expect(tab.locator("#details")).to_be_hidden()


def runs():
    """Twenty runs told as one event, whose times add up to more than there is before the next event."""
    story = Story()
    story.tell("run", function=story.function("step"), trace=1, times=20, ms=12)
    story.call(story.layer("Dense", "dense"), "float32[2]", "float32[2]", ms=2)
    story.tell("trace", function=story.function("other"), trace=1, ms=30)
    starts = zip(story.events, (0, 4, 20), strict=True)
    return Timeline([structs.replace(event, start_ns=at * 10**6) for event, at in starts])


OPAQUE = """([across, y]) => {
    const canvas = document.querySelector("#lanes canvas"), pen = canvas.getContext("2d");
    const line = pen.getImageData(0, y, canvas.width, 1).data;
    return across.map((x) => line[Math.round(x) * 4 + 3]);
}"""
"""How opaque the lanes are at points of one height, from 0 to 255."""


@in_a_browser
def test_runs_told_as_one_are_no_block_in_the_lanes(shown):
    """When each of them ran is not known: their bar is pale, and says that its time is that of all."""
    timeline = runs()
    tab = shown(timeline)
    canvas = tab.locator("#lanes canvas")
    tab.wait_for_timeout(50)
    x = middle_of(tab, timeline, 0) * 1.8
    several, one = tab.evaluate(OPAQUE, [[x, middle_of(tab, timeline, 2) * 1.2], 24])
    assert 0 < several < one == 255
    canvas.hover(position={"x": x, "y": 24})

    expect(tab.locator("#under")).to_have_text("0 run ×20 step at 0, 12 ms together")


@in_a_browser
def test_bars_that_overlap_can_be_told_apart(shown):
    """The pointer means what lies on top, and what lies below where nothing does."""
    timeline = runs()
    tab = shown(timeline)
    canvas = tab.locator("#lanes canvas")
    canvas.hover(position={"x": middle_of(tab, timeline, 1), "y": 24})
    expect(tab.locator("#under")).to_have_text("1 call 1 dense at 4.0 ms, took 2.0 ms")
    canvas.hover(position={"x": middle_of(tab, timeline, 0) * 1.8, "y": 24})
    expect(tab.locator("#under")).to_contain_text("0 run ×20")
    tab.wait_for_timeout(50)

    assert tab.evaluate(OPAQUE, [[middle_of(tab, timeline, 1) + 20], 24]) == [255]


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
    """At the right edge a time is told with its unit, or not at all."""
    late = [structs.replace(event, start_ns=event.start_ns + 2 * 10**9) for event in stories.bug()]
    tab = shown(Timeline(late))
    tab.evaluate(COUNT_CUT)
    tab.locator("#lanes canvas").focus()
    for key in ("+", *["ArrowLeft"] * 3, "+", *["ArrowRight"] * 20, "-", "0"):
        tab.keyboard.press(key)
        tab.evaluate("() => new Promise(requestAnimationFrame)")

    assert tab.evaluate("() => window.cut") == 0


@in_a_browser
def test_lanes_say_what_they_leave_out(shown):
    """What lies too deep to be drawn is counted."""
    tab = shown(stories.deep(20))

    expect(tab.locator("#under")).to_contain_text("6 events deeper than 14 levels not drawn")


@in_a_browser
def test_zooming_from_afar_shows_the_lanes(shown):
    """Whoever zooms to an event from far down sees what that does."""
    tab = shown(stories.large())
    tab.get_by_role("button", name="open", exact=True).click()
    tab.get_by_role("tree").focus()
    tab.keyboard.press("End")
    tab.keyboard.press("Enter")
    expect(tab.locator("#lanes")).not_to_be_in_viewport()
    details_of(tab).get_by_role("button", name="zoom to it").click()

    expect(tab.locator("#lanes canvas")).to_be_in_viewport(ratio=1)


@in_a_browser
def test_lanes_zoom_and_lead_to_events(shown):
    """There is a lane for each thread; plus zooms, an event in it is opened by a click."""
    tab = shown(stories.strategy())
    canvas = tab.locator("#lanes canvas")
    whole = canvas.screenshot()
    canvas.focus()
    tab.keyboard.press("+")
    tab.wait_for_timeout(50)
    assert canvas.screenshot() != whole
    tab.keyboard.press("0")
    canvas.hover(position={"x": 400, "y": 40})
    expect(tab.locator("#under")).to_have_text("1 trace 1 step at 1.0 ms, took 70 ms")
    canvas.click(position={"x": 400, "y": 40})

    expect(tab.locator("#details header")).to_contain_text("event 1")


@in_a_browser
def test_the_lane_of_what_is_chosen_comes_into_sight(shown):
    """However many threads there are above it."""
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
