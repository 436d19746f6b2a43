"""What the first screen answers: what the program did, what took the time, what is wrong."""

import dataclasses
from pathlib import Path

import pytest
import stories
from hand_made import raised
from looking import FINDING, in_a_browser, line
from playwright.sync_api import expect

from layertrace.render.page import page
from layertrace.timeline import Timeline
from layertrace.timeline.context import Failure, RecordingContext

RECORDINGS = Path(__file__).parents[1] / "recordings"


def recorded(name):
    """Return the recording of a real program."""
    return Timeline.load(RECORDINGS / f"{name}.layertrace")


def top_of(tab, selector):
    return tab.locator(selector).bounding_box()["y"]


@in_a_browser
@pytest.mark.parametrize(("width", "height", "highest"), [(1440, 900, 620), (390, 844, 844)])
def test_findings_leave_the_tree_on_the_first_screen(shown, width, height, highest):
    """With an error and two warnings, the tree begins on the first screen of a desktop and of a phone."""
    tab = shown(recorded("mistakes"), findings=None, width=width)
    tab.set_viewport_size({"width": width, "height": height})
    tab.reload()

    expect(tab.locator(".finding").first).to_be_in_viewport()
    assert top_of(tab, "#tree") < highest


@in_a_browser
def test_the_statements_of_the_program_are_on_the_first_screen(shown):
    """For a `fit` with validation, one screen has a row for each statement, with its source and its time."""
    tab = shown(recorded("transformer"), findings=None, width=1440)
    tab.set_viewport_size({"width": 1440, "height": 900})
    tab.reload()

    for source in ("model = Transformer()", "model.fit(x, y,", "model.evaluate(", "model.predict("):
        expect(tab.locator(".line.chapter").filter(has_text=source)).to_be_in_viewport(ratio=1)
    for name in ("fit", "evaluate", "predict"):
        expect(tab.locator("#strip").get_by_role("button", name=name)).to_be_in_viewport()
    expect(tab.locator(".line[aria-selected=true]")).to_have_count(0)


@in_a_browser
@pytest.mark.parametrize("problems", [0, 1])
def test_notes_are_one_line_that_opens(shown, problems):
    """They are not about mistakes: they are not tallied, and mark no event, statement or layer."""
    note = dataclasses.replace(FINDING, code="LT308", name="called-symbolically-first", severity="note")
    tab = shown(stories.bug(), findings=[*[FINDING] * problems, note], width=1440)
    line = tab.locator(".remarks summary").first

    expect(line).to_have_text("1 note: LT308 called-symbolically-first")
    assert line.bounding_box()["height"] < 30
    expect(tab.locator("#tally")).not_to_contain_text("note")
    expect(tab.locator("#views").get_by_text("LT308")).to_have_count(0)
    card = tab.locator(".finding.note")
    expect(card).to_be_hidden()
    line.click()
    expect(card).to_be_visible()


@in_a_browser
def test_the_strip_is_in_proportion_to_time(shown):
    """The longest statement has the longest part of the strip, and a click goes to its row."""
    tab = shown(recorded("transformer"), width=1440)
    parts = tab.locator("#strip li")
    widths = {part.inner_text().split()[0]: part.bounding_box()["width"] for part in parts.all()}
    assert max(widths, key=widths.get) == "42"
    assert widths["41"] <= 30  # `compile` was not timed
    cut = "all => all.filter((part) => part.scrollWidth > part.clientWidth).length"
    assert tab.locator("#strip button").evaluate_all(cut) == 0
    tab.locator("#strip").get_by_role("button", name="predict").click()

    expect(tab.locator(".line[aria-selected=true]")).to_contain_text("model.predict(")
    expect(tab.locator(".line[aria-selected=true]")).to_have_attribute("aria-expanded", "true")


@in_a_browser
def test_a_short_recording_has_no_statements_between_its_events(shown):
    """A tutorial of five events is five lines."""
    tab = shown(stories.tutorial())

    expect(tab.get_by_role("treeitem")).to_have_count(5)
    expect(tab.locator("#strip")).to_be_hidden()


@in_a_browser
def test_what_frameworks_do_for_themselves_is_one_quiet_line(shown):
    """Two hundred variables of an optimizer are one line until they are opened."""
    tab = shown(recorded("transformer"))
    expect(line(tab, "2 variables of adam, 2 of metrics")).to_have_count(1)
    expect(line(tab, "2 variables of adam, 2 of metrics").locator(".quiet")).to_have_count(1)
    tab.get_by_role("tab", name="Variables").click()

    expect(tab.locator("#variables tbody").first).not_to_contain_text("velocity")
    tab.get_by_label("Search events").fill("velocity")
    expect(tab.locator("#variables .internal tbody")).to_contain_text("velocity")


@in_a_browser
def test_the_heading_is_the_command_of_the_program(shown):
    """The page names the program and its arguments, its date, its duration and the versions."""
    context = RecordingContext(
        command=("/home/ada/train.py", "--epochs", "3"),
        started_ns=1_764_000_000_000_000_000,
        versions={"keras": "3.15.1"},
    )
    tab = shown(Timeline(stories.fit(), [], context))

    expect(tab.locator("h1")).to_have_text("train.py --epochs 3")
    for fact in (" ms · ", "24 Nov 2025", "keras 3.15.1"):
        expect(tab.locator("#about")).to_contain_text(fact)


def test_a_given_title_wins_over_the_command():
    """A page with a title of its own shows that title."""
    context = RecordingContext(command=("train.py",))
    html = page(Timeline(stories.fit(), [], context), findings=(), title="Mine")

    assert "<h1>Mine</h1>" in html
    assert "<title>Mine</title>" in html


@in_a_browser
@pytest.mark.parametrize(
    ("timeline", "severity", "words"),
    [
        (stories.fit(), "good", "nothing wrong found in 39 events of 2 layers"),
        (Timeline(), "warning", "no layer was created, built or called"),
        (Timeline(stories.fit(), ["the recording is truncated at 2 s"]), "warning", "truncated at 2 s"),
        (
            Timeline(stories.fit(), [], RecordingContext(failure=Failure(error=raised("KeyError", "no")))),
            "error",
            "KeyError ended the recording",
        ),
    ],
    ids=["clean", "nothing seen", "truncated", "crashed"],
)
def test_the_verdict_is_honest(shown, timeline, severity, words):
    """Only a complete recording without findings is praised."""
    tab = shown(timeline)

    expect(tab.locator("#verdict")).to_have_class(f"verdict {severity}")
    expect(tab.locator("#verdict")).to_contain_text(words)


@in_a_browser
def test_only_the_first_finding_is_open(shown):
    """The others have one line each, next to the tree from 1,280 pixels on."""
    tab = shown(stories.bug(), findings=[FINDING] * 3, width=1280)
    cards = tab.locator(".finding")

    assert [card.get_attribute("open") is not None for card in cards.all()] == [True, False, False]
    assert cards.nth(1).bounding_box()["height"] < 45
    assert tab.locator("#findings").bounding_box()["x"] > tab.locator("#tree").bounding_box()["x"] + 700


@in_a_browser
def test_details_leave_the_findings_in_place(shown):
    """From a finding, one goes from event to event: the details do not cover it."""
    tab = shown(stories.bug(), findings=[FINDING], width=1440)
    for number in (12, 17):
        tab.get_by_role("button", name=f"event {number}", exact=True).click()
        expect(tab.locator("#details header")).to_contain_text(f"event {number}")


@in_a_browser
def test_chips_count_what_they_say(shown):
    """Modes count calls alone, and runs count executions, not the lines that they are merged into."""
    timeline = stories.fit()
    tab = shown(timeline)

    runs = sum(event.times for event in timeline if event.kind == "run")
    expect(tab.locator("#kinds").get_by_role("button", name="run")).to_have_text(f"run {runs}")
    expect(tab.locator("#modes").get_by_role("button")).to_have_text(["symbolic calls 2", "traced calls 4"])


@in_a_browser
def test_a_function_of_keras_and_its_step_count_once_everywhere(shown):
    """The facts, the filter and the tab of functions agree: two traces of `train`, and not three."""
    tab = shown(Timeline.load(Path(__file__).parents[1] / "recordings" / "gan.layertrace"))

    expect(tab.locator("#facts")).to_contain_text("2 traces (3 more of tf.data)")
    expect(tab.locator("#kinds").get_by_role("button", name="trace")).to_have_text("trace 2 +3")
    tab.get_by_role("tab", name="Functions").click()
    row = tab.locator("#functions tbody tr").first
    expect(row).to_contain_text("train of gan")
    expect(row.get_by_role("button", name="trace ")).to_have_count(2)


@in_a_browser
def test_the_theme_button_names_the_other_theme(shown):
    """It shows what it changes to, and looks pressed while the page differs from the system."""
    tab = shown(stories.bug(), colours="light")
    button = tab.get_by_role("button", name="theme")
    expect(button).to_have_text("☾ dark theme")
    button.click()

    expect(button).to_have_text("☀ light theme")
    expect(button).to_have_class("plain pressed")


@in_a_browser
def test_a_finding_shows_the_line_and_the_fix(shown):
    """The card has the user's line, underlines the expression, and shows the whole fix."""
    tab = shown(recorded("mistakes"), findings=None, width=1440)
    frame = tab.locator(".finding[open] .frame")

    expect(frame.locator(".code").first).to_contain_text("layers.Dense(self.units)")
    expect(frame.locator(".code u")).to_have_text("layers.Dense(self.units)")
    assert frame.evaluate("(box) => box.scrollWidth <= box.clientWidth")
    expect(frame.locator(".added").first).to_contain_text("+ query = self.query(x)")
    expect(frame.locator(".added").last).to_contain_text("+ self.query = layers.Dense(self.units)")


PLACES = """() => [...document.querySelectorAll(".line .place")].filter((p) => p.textContent).map((place) => {
    const [box, end] = [place.getBoundingClientRect(), document.createRange()];
    end.selectNodeContents(place.lastChild);
    return [end.getBoundingClientRect().right <= box.right + 1, place.textContent, box.width > 0];
})"""


@in_a_browser
@pytest.mark.parametrize("width", [390, 860, 1100])
@pytest.mark.parametrize("details", [False, True])
def test_each_place_ends_in_its_number(shown, width, details):
    """The file is cut on the left, also with details open, so that the line of code stays."""
    tab = shown(recorded("transformer"), width=width)
    if details:
        tab.locator(".line:not(.chapter)").first.click()
        expect(tab.locator("#details")).to_be_visible()

    places = tab.evaluate(PLACES)
    assert places
    for is_whole, text, is_visible in places:
        assert is_visible
        assert is_whole, text
