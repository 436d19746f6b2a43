"""What the page shows: findings, the failure of the recording, every event."""

import re
from pathlib import Path

import pytest
import stories
from hand_made import Story, raised
from looking import in_a_browser, line
from msgspec import structs
from playwright.sync_api import expect

from layertrace.render.wording.messages import sentence
from layertrace.timeline import Location, Timeline
from layertrace.timeline.context import Failure, RecordingContext


@in_a_browser
def test_a_page_opens_from_a_file(shown):
    """The tree, the counts and the title are shown without a network, as the fixture ensures."""
    tab = shown(stories.tutorial(), title="A tutorial")

    expect(tab).to_have_title("A tutorial")
    expect(tab.get_by_role("treeitem")).to_have_count(5)
    expect(line(tab, "kernel")).to_contain_text(
        "variable kernel float32[5, 10] GlorotUniform", use_inner_text=True
    )
    expect(tab.locator("#facts")).to_contain_text("1 variable, 50 parameters")


@in_a_browser
@pytest.mark.parametrize("story", ["tutorial", "bug", "fit", "large", "loop", "strategy", "hostile", "deep"])
def test_every_story_has_a_page(shown, story):
    """Every kind of recording shows its first event."""
    tab = shown(getattr(stories, story)())

    expect(tab.get_by_role("treeitem").first).to_be_visible()


@in_a_browser
def test_an_empty_recording_is_explained(shown):
    """An empty recording has a page that explains what to do."""
    tab = shown(Timeline())

    expect(tab.locator("#facts")).to_contain_text("no layer was created, built or called")
    expect(tab.get_by_text("This recording has no events.")).to_be_visible()


@in_a_browser
def test_the_words_are_those_of_the_terminal(shown):
    """Modes, causes and errors are shown as in the terminal's tree."""
    tab = shown(stories.bug())

    expect(line(tab, "trace 2")).to_contain_text("traced twice: the first pass created the variables")
    expect(line(tab, "refused")).to_contain_text("✗ refused: ValueError: tf.function only supports singleton")
    expect(line(tab, "call 1").first).to_contain_text("graph")


@in_a_browser
def test_notes_and_the_exception_at_the_end_stand_above(shown):
    """The notes of the recording, and the exception that ended it, are in banners."""
    failure = Failure(
        error=raised("ValueError", "no such thing\nat all", "train.py:9"), lines=(Location("train.py", 9),)
    )
    story = stories.tutorial()
    tab = shown(Timeline(story, ["it was stopped at 5 events"], RecordingContext(failure=failure)))

    expect(tab.locator("#notes")).to_contain_text("it was stopped at 5 events")
    expect(tab.locator("#failure")).to_contain_text("ValueError ended the recording: no such thing")
    expect(tab.locator("#failure")).to_contain_text("train.py:9")


def failing(message=stories.FIRST_CALL_ONLY):
    """Return the timeline of the bug, which ended with an exception of Keras."""
    wrapped = f"Exception encountered when calling GCN.call().\n\n{message}\n\nArguments received: x"
    failure = Failure(error=raised("ValueError", wrapped, "story.py:12"))
    return Timeline(stories.bug(), [], RecordingContext(failure=failure))


@in_a_browser
def test_the_exception_at_the_end_is_shown_in_its_own_words(shown):
    """The banner shows the mistake, not the first line of Keras; the full message can be opened."""
    tab = shown(failing("no such axis"))
    banner = tab.locator("#failure")

    expect(banner.locator("p").first).to_have_text("ValueError ended the recording: no such axis")
    expect(banner.get_by_text("Arguments received")).to_be_hidden()
    banner.get_by_text("full message").click()
    expect(banner.get_by_text("Arguments received")).to_be_visible()


BY_AUTOGRAPH = """in user code:

    File "train.py", line 9, in step  *
        return Layer()(x)

    ValueError: Exception encountered when calling layer 'l' (type Layer).
    
    in user code:
    
        File "train.py", line 5, in call  *
            raise ValueError("two: bad")
    
        ValueError: two: bad
"""  # noqa: W293  # as AutoGraph indents them


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (BY_AUTOGRAPH, "two: bad"),
        ("Exception encountered when calling A.call().\n\n\x1b[1mno\x1b[0m\n\nArguments: x", "no"),
        ("Exception encountered when calling A.call().", "Exception encountered when calling A.call()."),
        ("in user code:", "in user code:"),
        ('in user code:\n    File "a.py", line 1, in f\n        g()', "g()"),
        ("\n  plain\nmore", "plain"),
        ("", ""),
    ],
)
def test_the_sentence_of_a_message(message, expected):
    """What Keras and AutoGraph write before a message is omitted."""
    assert sentence(message) == expected


@in_a_browser
def test_the_exception_at_the_end_leads_to_where_it_arose(shown):
    """The banner links to the event that raised the exception."""
    tab = shown(failing())
    expect(tab.locator("#failure")).to_contain_text("tf.function only supports singleton tf.Variables")
    tab.locator("#failure").get_by_role("button", name="17 variable Variable").click()

    expect(tab.locator(".line[aria-selected=true] .number")).to_have_text("17")


@in_a_browser
def test_the_exception_at_the_end_is_shown_with_its_call_and_what_came_before(shown):
    """The banner has what the card of the terminal has: shapes and mode, source lines, the events before."""
    crash = Timeline.load(Path(__file__).parents[1] / "recordings" / "crash.layertrace")
    banner = shown(crash).locator("#failure")

    expect(banner).to_contain_text("KeyError ended the recording: 'scale'")
    expect(banner).to_contain_text(
        "7 call 1 head, called with float32[None, 16], symbolic: Keras infers shapes"
    )
    expect(banner).to_contain_text("and again in13 call 2 head")
    expect(banner).to_contain_text('return self.dense(x) * self.table["scale"]')
    expect(banner).to_contain_text("before that")
    expect(banner.locator("li").last).to_have_text("11 call 1 dense_1 float32[None, 16] → float32[None, 4]")


@in_a_browser
def test_nothing_found_is_no_praise_for_what_failed(shown):
    """After an exception, the page does not report that all is well."""
    tab = shown(failing())
    expect(tab.locator("#verdict")).to_contain_text("no rule explains it")
    expect(tab.locator("#verdict")).to_have_class("verdict error")
    tab = shown(stories.bug())
    expect(tab.locator("#verdict")).to_have_text("! 1 error was raised, which no rule explains")
    tab = shown(stories.fit())
    expect(tab.locator("#verdict")).to_have_text("✓ nothing wrong found in 39 events of 2 layers")
    expect(tab.locator("#findings")).to_be_hidden()


@in_a_browser
def test_errors_and_the_events_that_they_left_are_two_numbers(shown):
    """One exception passes through several events; the head shows both counts."""
    tab = shown(stories.bug())

    expect(tab.locator("#facts")).to_contain_text("1 error, through 4 events")
    button = tab.get_by_role("button", name="✗ failed 4")
    expect(button).to_have_attribute("title", re.compile("passed through"))


@in_a_browser
def test_what_ended_a_long_recording_is_in_sight(shown):
    """The last failure is among the first lines, whatever its position and depth."""
    story = Story()
    layers = [story.layer("Dense", f"dense_{n}") for n in range(150)]
    for number in range(6):
        with story.span("call", layers[number]):
            for size, layer in enumerate(layers):  # of which no two are alike
                story.call(layer, f"float32[{size}]", "float32[2]")
            story.call(layers[0], "float32[2]", None, error=raised("ValueError", f"number {number}"))
    tab = shown(story.timeline())

    for number in (0, 1, 5):
        assert scrolled_to(tab, number * 152 + 151)
    assert not scrolled_to(tab, 3 * 152 + 151)


def scrolled_to(tab, event):
    """Return whether the tree has a line for an event."""
    height = tab.evaluate("() => document.documentElement.scrollHeight")
    for at in range(0, height, 600):
        tab.evaluate("(at) => scrollTo(0, at)", at)
        tab.wait_for_timeout(30)
        if tab.locator(f"#line-{event}").count():
            return True
    return False


def cut_off():
    """Return a recording that ends during two events, deep in a large model."""
    story = stories.large()
    last = story[-1]
    around = [event.seq for event in story if event.seq in (last.seq, last.parent)]
    return Timeline([structs.replace(e, duration_ns=None) if e.seq in around else e for e in story])


@in_a_browser
def test_what_had_not_ended_is_marked_and_in_sight(shown):
    """An event that was running at the end is marked, and is among the first lines."""
    tab = shown(cut_off())

    assert scrolled_to(tab, 794)
    expect(tab.locator("#line-794")).to_contain_text("still running")
    expect(tab.locator("#line-0")).not_to_contain_text("still running")


@in_a_browser
def test_a_thread_counts_its_events(shown):
    """The head of a thread counts all its events."""
    tab = shown(stories.strategy())

    expect(tab.locator(".line.thread").first).to_contain_text("MainThread 4 events", use_inner_text=True)


@in_a_browser
def test_parts_of_a_pattern_stand_apart(shown):
    """The parts of a repeated pattern are separated by dots."""
    tab = shown(stories.loop(10))

    expect(line(tab, "repeated")).to_contain_text("call first · call second", use_inner_text=True)


@in_a_browser
def test_an_empty_recording_offers_nothing_to_press(shown):
    """An empty recording shows neither lanes nor search."""
    tab = shown(Timeline())

    for name in ("#findings", "#lanes", "#tools", "#keys"):
        expect(tab.locator(name)).to_be_hidden()


@in_a_browser
def test_trifles_are_shown_well(shown):
    """A duration of zero is shown as less than a microsecond, and missing arguments are omitted."""
    story = Story()
    story.add("trace", function=story.function("step"), trace=1, inputs={}, ms=0.0002, at=3)
    tab = shown(story.timeline())

    expect(line(tab, "trace 1").locator(".time")).to_have_text("<1 µs")
    expect(line(tab, "trace 1")).not_to_contain_text("{}")
