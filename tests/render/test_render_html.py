"""The page, in a real browser: it holds all it needs, shows text as text, and is used by hand and by keys."""

import dataclasses
import re
import shutil

import pytest
import stories
from hand_made import Story, raised, spec
from msgspec import structs
from playwright.sync_api import expect, sync_playwright

from layertrace.diagnosis import Evidence, Finding
from layertrace.errors import FormatError
from layertrace.render import notebook
from layertrace.render.notebook import MOST_FRAMED
from layertrace.render.page_html import page, write_page
from layertrace.render.page_html.folds import folds
from layertrace.render.page_html.messages import sentence
from layertrace.timeline import Cause, Change, Event, Location, Timeline
from layertrace.timeline.surroundings import Failure, LayerState, Observation, Surroundings

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
         "--disable-component-update", "--disable-sync")  # fmt: skip

FORGED = "<img src=x onerror=alert(1)>"
ENDING = "</script><script>alert(2)</script><!--"
FINDING = Finding(
    code="LT101",
    name="variable-created-in-call",
    severity="error",
    message="gcn_2 (GCN) makes a tf.Variable every time it is called.",
    location=Location("story.py", 12, "call"),
    evidence=(Evidence("tf.Variable float32[8, 4] made in call", (12, 17, 99), Location("story.py", 12)),),
    fix="def build(self, input_shape):\n    self.w = self.add_weight()",
    link="https://www.tensorflow.org/guide/function",
)

in_a_browser = pytest.mark.skipif(BROWSER is None, reason="no chromium or google-chrome is on the PATH")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """A browser of its own, with nothing in it."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"), executable_path=BROWSER, args=QUIET, headless=True
        )
        context.set_default_timeout(10_000)
        yield context
        context.close()


@pytest.fixture
def shown(browser, tmp_path):
    """Opens the page of a timeline from a file; nothing may be asked of the network, nor go wrong."""
    tab = browser.new_page()
    asked, said = [], []
    tab.on("request", lambda request: asked.append(request.url.partition("#")[0]))
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("dialog", lambda dialog: (said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    path = tmp_path / "page.html"

    def open_(timeline, *, width=1280, colours="light", told=None, **options):
        path.write_text(told or page(timeline, **{"findings": (), **options}), encoding="utf-8")
        tab.set_viewport_size({"width": width, "height": 850})
        tab.emulate_media(color_scheme=colours)
        tab.goto(path.as_uri())
        return tab

    yield open_
    tab.evaluate("try { localStorage.clear() } catch {}")  # which all files share
    assert set(asked) <= {path.as_uri()}
    assert said == []
    tab.close()


def line(tab, text):
    """The lines of the tree in which a text occurs."""
    return tab.get_by_role("treeitem").filter(has_text=text)


def details_of(tab):
    """What is told of one event."""
    return tab.get_by_label("Details", exact=True)


def middle_of(tab, timeline, seq):
    """How far from the left of the lanes the middle of an event is, if they show the whole time."""
    event = next(event for event in timeline if event.seq == seq)
    first = min(event.start_ns for event in timeline)
    last = max(event.start_ns + (event.duration_ns or 0) for event in timeline)
    begin = max(first - (last - first) * 0.02, 0)
    width = tab.locator("#lanes canvas").bounding_box()["width"]
    return (event.start_ns + (event.duration_ns or 0) / 2 - begin) / (last - begin) * width


def chosen(tab):
    """What stands in the line that the keys are at, without its number and its place."""
    return tab.locator(".line[aria-selected=true] .cells").inner_text()


# What it shows


@in_a_browser
def test_a_page_opens_from_a_file(shown):
    """The tree, the counts and the title are there, without a network (the fixture sees to that)."""
    tab = shown(stories.tutorial(), title="A tutorial")

    expect(tab).to_have_title("A tutorial")
    expect(tab.get_by_role("treeitem")).to_have_count(5)
    expect(line(tab, "kernel")).to_contain_text(
        "variable kernel float32[5, 10] GlorotUniform", use_inner_text=True
    )
    expect(tab.locator("#facts")).to_contain_text("1 variable, 50 parameters")


@in_a_browser
@pytest.mark.parametrize("story", ["tutorial", "bug", "fit", "large", "loop", "strategy", "hostile", "deep"])
def test_every_story_can_be_told(shown, story):
    """Whatever happened, the page says at least what happened first."""
    tab = shown(getattr(stories, story)())

    expect(tab.get_by_role("treeitem").first).to_be_visible()


@in_a_browser
def test_nothing_recorded_is_said(shown):
    """An empty recording has a page, too, which says how to get a fuller one."""
    tab = shown(Timeline())

    expect(tab.locator("#facts")).to_contain_text("no layer was made, built or called")
    expect(tab.get_by_text("There are no events in this recording.")).to_be_visible()


@in_a_browser
def test_the_words_are_those_of_the_terminal(shown):
    """Modes, causes and errors are told as the tree in the terminal tells them."""
    tab = shown(stories.bug())

    expect(line(tab, "trace 2")).to_contain_text("second pass: the first made variables")
    expect(line(tab, "refused")).to_contain_text("✗ refused: ValueError: tf.function only supports singleton")
    expect(line(tab, "call 1").first).to_contain_text("graph")


@in_a_browser
def test_notes_and_the_exception_at_the_end_stand_above(shown):
    """What the recording says of itself, and what ended it, is not to be missed."""
    failure = Failure(
        error=raised("ValueError", "no such thing\nat all", "train.py:9"), lines=(Location("train.py", 9),)
    )
    story = stories.tutorial()
    tab = shown(Timeline(story, ["it was stopped at 5 events"], Surroundings(failure=failure)))

    expect(tab.locator("#notes")).to_contain_text("it was stopped at 5 events")
    expect(tab.locator("#failure")).to_contain_text("ValueError ended the recording: no such thing")
    expect(tab.locator("#failure")).to_contain_text("train.py:9")


def failing(message=stories.FIRST_CALL_ONLY):
    """The story of the bug, which an exception ended, told as Keras tells it in the end."""
    wrapped = f"Exception encountered when calling GCN.call().\n\n{message}\n\nArguments received: x"
    failure = Failure(error=raised("ValueError", wrapped, "story.py:12"))
    return Timeline(stories.bug(), [], Surroundings(failure=failure))


@in_a_browser
def test_the_exception_at_the_end_is_told_in_its_own_words(shown):
    """Not by the line that Keras puts before it; the whole message is there for who wants it."""
    tab = shown(failing("no such axis"))
    banner = tab.locator("#failure")

    expect(banner.locator("p").first).to_have_text("ValueError ended the recording: no such axis")
    expect(banner.get_by_text("Arguments received")).to_be_hidden()
    banner.get_by_text("the whole message").click()
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
    ("message", "said"),
    [
        (BY_AUTOGRAPH, "two: bad"),
        ("Exception encountered when calling A.call().\n\n\x1b[1mno\x1b[0m\n\nArguments: x", "no"),
        ("Exception encountered when calling A.call().", "Exception encountered when calling A.call()."),
        ("in user code:", "in user code:"),
        ("in user code:\n    File \"a.py\", line 1, in f\n        g()", "g()"),
        ("\n  plain\nmore", "plain"),
        ("", ""),
    ],
)
def test_the_sentence_of_a_message(message, said):
    """What Keras and AutoGraph put before a message says nothing of what was wrong."""
    assert sentence(message) == said


@in_a_browser
def test_the_exception_at_the_end_leads_to_where_it_arose(shown):
    """One click from the banner to the event inside, not to one that it passed through."""
    tab = shown(failing())
    expect(tab.locator("#failure")).to_contain_text("tf.function only supports singleton tf.Variables")
    tab.locator("#failure").get_by_role("button", name="17 variable Variable").click()

    expect(tab.locator(".line[aria-selected=true] .number")).to_have_text("17")


@in_a_browser
def test_nothing_found_is_no_praise_for_what_failed(shown):
    """Beside an exception the page does not say that nothing is wrong."""
    tab = shown(failing())
    expect(tab.locator("#findings")).to_contain_text("No rule explains it.")
    tab = shown(stories.bug())
    expect(tab.locator("#findings")).to_contain_text("No rule explains the errors.")
    tab = shown(stories.fit())
    expect(tab.locator("#findings")).to_contain_text("Nothing was found to be wrong.")


@in_a_browser
def test_errors_and_the_events_that_they_left_are_two_numbers(shown):
    """One exception leaves several events; the head tells both counts, the filter what it finds."""
    tab = shown(stories.bug())

    expect(tab.locator("#facts")).to_contain_text("1 error, which left 4 events")
    button = tab.get_by_role("button", name="✗ failed 4")
    expect(button).to_have_attribute("title", re.compile("passed through"))


@in_a_browser
def test_what_ended_a_long_recording_is_in_sight(shown):
    """The last failure is among the first lines, however many came before it, and however deep it lies."""
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
    """Whether the tree has a line for an event, anywhere."""
    height = tab.evaluate("() => document.documentElement.scrollHeight")
    for at in range(0, height, 600):
        tab.evaluate("(at) => scrollTo(0, at)", at)
        tab.wait_for_timeout(30)
        if tab.locator(f"#line-{event}").count():
            return True
    return False


def cut_off():
    """A recording that ends within two events, deep in a model whose lines do not all fit."""
    story = stories.large()
    last = story[-1]
    around = [event.seq for event in story if event.seq in (last.seq, last.parent)]
    return Timeline([structs.replace(e, duration_ns=None) if e.seq in around else e for e in story])


@in_a_browser
def test_what_had_not_ended_is_marked_and_in_sight(shown):
    """An event under way when the recording was cut says so, and is among the first lines."""
    tab = shown(cut_off())

    assert scrolled_to(tab, 794)
    expect(tab.locator("#line-794")).to_contain_text("not ended")
    expect(tab.locator("#line-0")).not_to_contain_text("not ended")


@in_a_browser
def test_a_thread_counts_its_events(shown):
    """The head of a thread counts all events below it, not only those at the top."""
    tab = shown(stories.strategy())

    expect(tab.locator(".line.thread").first).to_contain_text("MainThread 4 events", use_inner_text=True)


@in_a_browser
def test_parts_of_a_pattern_stand_apart(shown):
    """Where several events repeat themselves by turns, a dot is between them."""
    tab = shown(stories.loop(10))

    expect(line(tab, "each time")).to_contain_text("call first · call second", use_inner_text=True)


@in_a_browser
def test_an_empty_recording_offers_nothing_to_press(shown):
    """Without events there are no lanes and no search."""
    tab = shown(Timeline())

    for name in ("#findings", "#lanes", "#tools", "#keys"):
        expect(tab.locator(name)).to_be_hidden()


@in_a_browser
def test_trifles_are_said_well(shown):
    """What took no time took less than a microsecond, and of no arguments nothing is said."""
    story = Story()
    story.tell("trace", function=story.function("step"), trace=1, inputs={}, ms=0.0002, at=3)
    tab = shown(story.timeline())

    expect(line(tab, "trace 1").locator(".time")).to_have_text("<1 µs")
    expect(line(tab, "trace 1")).not_to_contain_text("{}")


# Hostile text


def hostile():
    """A recording in which every text wants to be markup."""
    story = Story(f"{FORGED}.py")
    layer = story.layer(ENDING, FORGED, f"{ENDING}/{FORGED}")
    failed = raised(ENDING, f"{FORGED}\n{ENDING}", f"{ENDING}.py:3")
    story.tell("init", layer, arguments={FORGED: ENDING, "lone": "\ud800"}, at=3)
    story.call(layer, "float32[2]", None, error=failed, at=4)
    story.variable(layer, FORGED, "float32[2]", initializer=ENDING)
    change = Change(argument=FORGED, what="value", before=ENDING, now=FORGED)
    cause = Cause(reason="signature", changes=(change,))
    story.thread = ENDING
    story.tell("trace", function=story.function(FORGED), trace=2, cause=cause)
    return story.timeline(FORGED, ENDING)


HOSTILE = Finding(
    code=FORGED, name=ENDING, severity="error", message=FORGED, fix=ENDING, link="javascript:alert(3)",
    evidence=(Evidence(ENDING, (0,), Location(FORGED, 1)),),
)  # fmt: skip


@in_a_browser
def test_names_are_text(shown):
    """Markup in names, messages, files and findings is read, and does nothing (no dialog, no error)."""
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
    """Names and data stand for themselves, in whichever direction they are written."""
    tab = shown(stories.bug())
    line(tab, "refused").click()

    for name in (".line .who b", ".line .data", ".line .class", "#details code", "#details .path"):
        expect(tab.locator(name).first).to_have_css("unicode-bidi", "isolate")


def test_data_cannot_end_the_script_that_holds_it():
    """No `<` of a recording stands in the page, whatever is around it."""
    told = page(hostile(), findings=[HOSTILE], title=ENDING)

    data = re.search(r'(?s)<script type="application/json" id="data">(.*?)</script>', told)[1]
    assert "<" not in data
    assert FORGED not in told
    assert "alert(2)</" not in told
    told.encode()


def test_only_its_own_script_may_run():
    """The policy allows one style and one script, by what they are, and nothing from anywhere."""
    told = page(stories.tutorial(), findings=())
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', told)[1]

    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert not re.search(r"\binnerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", told)


# Looking closer


@in_a_browser
def test_what_repeats_itself_is_one_line_until_it_is_opened(shown):
    """A thousand equal calls are one line, and a thousand when somebody wants them."""
    tab = shown(stories.loop())

    expect(tab.get_by_role("treeitem")).to_have_count(4)
    expect(line(tab, "×1,000").first).to_contain_text("call")
    line(tab, "each time").locator(".caret").click()
    expect(tab.locator("#tree")).to_have_css("height", f"{(4 + 2000) * 24}px")
    tab.get_by_role("button", name="× fold").click()
    expect(tab.locator("#tree")).to_have_css("height", f"{3002 * 24}px")


@in_a_browser
@pytest.mark.parametrize("story", ["bug", "fit", "large", "loop", "strategy", "deep"])
def test_every_event_has_its_line(shown, story):
    """Opened whole, there is one line for each event, each stretch that repeats itself, and each thread."""
    timeline = getattr(stories, story)()
    tab = shown(timeline)
    tab.get_by_role("button", name="open", exact=True).click()
    threads = {event.thread for event in timeline.roots}
    expected = len(timeline) + folds(timeline)["count"] + (len(threads) if len(threads) > 1 else 0)

    expect(tab.locator("#tree")).to_have_css("height", f"{expected * 24}px")


@in_a_browser
def test_only_lines_in_sight_exist(shown):
    """Three thousand lines are no three thousand elements, and each is there when it is scrolled to."""
    tab = shown(stories.loop())
    tab.get_by_role("button", name="× fold").click()

    assert tab.get_by_role("treeitem").count() < 100
    tab.mouse.wheel(0, 40_000)
    expect(tab.locator("#line-1670")).to_be_in_viewport()
    assert tab.get_by_role("treeitem").count() < 100


@in_a_browser
def test_a_search_keeps_what_is_around(shown):
    """Every word must occur; the events around a hit stay, paler."""
    tab = shown(stories.large())
    tab.get_by_label("Search events").fill("dense_12 bias")

    expect(tab.locator("#hits")).to_have_text("1 of 795")
    assert [chip.inner_text() for chip in tab.locator(".line .what").all()] == [
        "call 1",
        "call 1",
        "build",
        "variable",
    ]
    expect(tab.locator(".line.context")).to_have_count(3)
    expect(tab.locator(".line.hit")).to_contain_text("bias")


@in_a_browser
def test_enter_goes_from_hit_to_hit(shown):
    """The first Enter goes to the first hit, the next to the next, and Shift back."""
    tab = shown(stories.bug())
    tab.get_by_label("Search events").fill("gcn_2")
    seen = []
    for key in ("Enter", "Enter", "Shift+Enter"):
        tab.keyboard.press(key)
        seen.append(tab.locator(".line[aria-selected=true] .number").inner_text())

    assert seen == ["3", "11", "3"]


@in_a_browser
def test_a_number_finds_its_event(shown):
    """The number that a report names is enough to get there."""
    tab = shown(stories.bug())
    tab.get_by_label("Search events").fill("#12")

    expect(tab.locator(".line.hit .number")).to_have_text("12")


@in_a_browser
def test_filters_by_kind_mode_and_layer(shown):
    """Kinds, modes and layers narrow each other, and Esc takes all of it back."""
    tab = shown(stories.fit())
    tab.locator("#kinds").get_by_role("button", name="call").click()
    expect(tab.locator("#hits")).to_have_text("6 of 39")
    tab.locator("#modes").get_by_role("button", name="symbolic").click()
    expect(tab.locator("#hits")).to_have_text("2 of 39")
    tab.get_by_label("Only this layer").fill("*/dense")
    expect(tab.locator("#hits")).to_have_text("1 of 39")
    expect(tab.locator(".line.hit")).to_contain_text(
        "dense Dense float32[None, 4] → float32[None, 3]", use_inner_text=True
    )

    tab.keyboard.press("Escape")
    expect(tab.locator("#hits")).to_have_text("")
    expect(tab.locator("#kinds").get_by_role("button", pressed=True)).to_have_count(0)


@in_a_browser
def test_a_closed_fold_tells_the_hits_it_hides(shown):
    """What repeats itself stays one line in a search, with a count: paler if it is no hit itself."""
    story = Story()
    outer, inner = story.layer("Block", "outer"), story.layer("Dense", "inner")
    for _ in range(5):
        with story.span("call", outer, at=3):
            story.call(inner, "float32[2]", "float32[2]", at=4)
    tab = shown(story.timeline())
    tab.get_by_label("Search events").fill("inner")

    expect(tab.get_by_role("treeitem")).to_have_count(1)
    expect(tab.locator(".line.context")).to_contain_text("5 hits inside")
    tab.get_by_label("Search events").fill("outer")
    expect(tab.locator(".line.hit")).to_contain_text("5 hits inside")


@in_a_browser
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("lt101", [12, 17]),  # what a finding refers to, by its code or by its name
        ("created-in-call", [12, 17]),
        ("refused", [17]),
        ("failed", [13, 14, 16, 17]),
        ("build", [6]),
        ("call created", [14, 16]),  # calls, and not all whose message has the word
        ("story.py:12", [12, 17]),
        ("inwards", []),  # the function of a line, which is shown nowhere in the tree
        ("project/story.py:12", [12, 17]),
        ('"call 2"', [14, 15, 16]),  # in a title, word by word
        ('"call 2 d"', []),
        ('"call 2 d', [15]),  # as long as it is being typed
        ("mainthread", []),
    ],
)
def test_what_a_search_means(shown, text, found):
    """Each word must occur in what can be read; words for kinds and endings mean these."""
    events = [
        structs.replace(event, location=Location(event.location.file, event.location.line, "inwards"))
        if event.location is not None
        else event
        for event in stories.bug()
    ]
    tab = shown(Timeline(events), findings=[FINDING])
    tab.get_by_label("Search events").fill(text)

    assert [int(number.inner_text()) for number in tab.locator(".line.hit .number").all()] == found


@in_a_browser
def test_the_way_back_from_a_search_ends_at_the_hit(shown):
    """Esc shows all events again, and the hit that was gone to among them, wherever it lies."""
    tab = shown(stories.large())
    search = tab.get_by_label("Search events")
    for back in (lambda: tab.keyboard.press("Escape"), tab.get_by_role("button", name="clear").click):
        search.fill("dense_60 bias")
        tab.keyboard.press("Enter")
        back()

        expect(tab.locator("#hits")).to_have_text("")
        expect(tab.get_by_role("tree")).to_be_focused()
        expect(tab.locator(".line[aria-selected=true]")).to_contain_text("bias")
        expect(tab.locator(".line[aria-selected=true]")).to_be_in_viewport()


@in_a_browser
def test_the_way_back_from_no_hit_ends_where_it_began(shown):
    """Who searched and went nowhere is back where he was."""
    tab = shown(stories.bug())
    line(tab, "trace 2").click()
    tab.keyboard.press("Escape")
    tab.get_by_label("Search events").fill("kernel")
    tab.keyboard.press("Escape")

    assert chosen(tab).startswith("trace 2")


@in_a_browser
def test_marking_text_opens_nothing(shown):
    """Whoever marks a shape to copy it does not want the details."""
    tab = shown(stories.bug())
    box = line(tab, "call 1").first.locator(".data").bounding_box()
    tab.mouse.move(box["x"] + 2, box["y"] + 8)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 90, box["y"] + 8)
    tab.mouse.up()

    assert "float32" in tab.evaluate("() => String(getSelection())")
    expect(tab.locator("#details")).to_be_hidden()


@in_a_browser
def test_nothing_found_is_said(shown):
    """An empty tree says why it is empty."""
    tab = shown(stories.bug())
    tab.get_by_label("Search events").fill("nowhere")

    expect(tab.get_by_text("No event is like that.")).to_be_visible()


@in_a_browser
def test_a_finding_leads_to_its_events(shown):
    """One click from the finding to the event, which says so; one that is not here is told by its number."""
    tab = shown(stories.bug(), findings=[FINDING])
    card = tab.locator(".finding")
    expect(card).to_contain_text("def build(self, input_shape):")
    expect(card.get_by_text("event 99")).not_to_have_role("button")
    tab.get_by_label("Search events").fill("init")
    card.get_by_role("button", name="event 17").click()

    expect(tab.locator(".line[aria-selected=true] .mark")).to_have_text("LT101")
    expect(tab.locator(".line[aria-selected=true]")).to_be_in_viewport()
    details = tab.get_by_label("Details", exact=True)
    expect(details).to_contain_text("gcn_2 (GCN) makes a tf.Variable every time it is called.")
    details.get_by_role("button", name="see the finding").click()
    expect(card.locator("summary")).to_be_focused()


@in_a_browser
def test_details_tell_all_of_an_event(shown):
    """Shapes, arguments, variable, error, place, and what lies around it."""
    tab = shown(stories.bug())
    line(tab, "refused").click()
    details = tab.get_by_label("Details", exact=True)

    for text in (
        "raised ValueError",
        "for more information.",
        "/home/ada/project/story.py:12",
        "float32[8, 4]",
        "a plain tf.Variable",
        "cnn/gcn_2",
    ):
        expect(details).to_contain_text(text)
    details.get_by_role("button", name="14 call 2 cnn").click()
    expect(details).to_contain_text("passed through")
    expect(details).to_contain_text("came in")
    line(tab, "build").click()
    expect(details).to_contain_text("7 variable kernel float32[3, 8]", use_inner_text=True)
    line(tab, "call 2").first.click()
    expect(tab.locator(".line[aria-selected=true]")).to_contain_text("call 2")


@in_a_browser
def test_details_tell_what_was_noticed(shown):
    """What a layer did beside being called stands with the event in which it did it."""
    layer = stories.bug()[3].layer
    seen = (
        Observation(what="changed in call", during=16, layer=layer, name="steps", before=1, now=2, times=3),
        Observation(what="update", during=14, name="<SGD #1>", variables=(1, 2), without_gradient=("bias",)),
        Observation(what="random", during=None, name="numpy.random"),
    )
    tab = shown(Timeline(stories.bug(), [], Surroundings(observations=seen)))
    tab.locator("#line-16 .cells").click()
    expect(details_of(tab)).to_contain_text("the call changed steps: 2, was 1, 3 times")
    tab.locator("#line-14 .cells").click()

    expect(details_of(tab)).to_contain_text("gradients for 2 variables, but none for bias")


@in_a_browser
def test_details_tell_how_the_layer_was_in_the_end(shown):
    """Whether it is built and trainable, in which dtype it computes, and which layers it holds."""
    layers = {layer.name: layer for layer in stories.bug().layers}
    cnn, dense = layers["cnn"], layers["dense"]
    states = {
        cnn.id: LayerState(
            layer=cnn, built=True, trainable=False, compute_dtype="float16", held={dense.id: "head"}
        ),
        dense.id: LayerState(layer=dense),
    }
    tab = shown(Timeline(stories.bug(), [], Surroundings(states=states)))
    line(tab, "init cnn").click()
    part = details_of(tab).locator("section").filter(has_text="the layer in the end")
    for told in ("builtTrue", "trainableFalse", "computes infloat16", "holdshead dense Dense"):
        expect(part).to_contain_text(told)
    part.get_by_role("button", name="dense").click()

    expect(tab.locator("#hits")).to_have_text("6 of 18")


@in_a_browser
def test_an_event_has_an_address(shown):
    """The address leads to the event when it is opened, and the browser goes back through those visited."""
    tab = shown(stories.bug(), findings=[FINDING])
    for number in (12, 17):
        tab.get_by_role("button", name=f"event {number}").click()
        assert tab.url.endswith(f"#event-{number}")
    tab.go_back()
    expect(tab.locator("#details header")).to_contain_text("event 12")
    tab.go_back()
    expect(tab.locator("#details")).to_be_hidden()
    tab.go_forward()
    expect(tab.locator("#details header")).to_contain_text("event 12")
    tab.reload()
    expect(tab.locator("#details header")).to_contain_text("event 12")
    expect(tab.locator("#line-12")).to_be_in_viewport()
    tab.keyboard.press("Escape")

    assert "#" not in tab.url


@in_a_browser
def test_functions_are_listed_with_their_causes(shown):
    """Each function tells its traces, why they were made, and leads to them, where the change is told."""
    change = Change(argument="x", what="shape", before="float32[4, 3]", now="float32[3, 3]", axes=(0,))
    events = [
        structs.replace(event, cause=Cause(reason="signature", changes=(change,), compared_with=1))
        if event.seq == 13
        else event
        for event in stories.bug()
    ]
    tab = shown(Timeline(events))
    tab.get_by_role("tab", name="Functions").click()
    row = tab.locator("#functions tbody tr")

    expect(row).to_contain_text("x: float32[3, 3], was float32[4, 3] (dimension 0)")
    row.get_by_role("button", name="trace 2").click()
    expect(tab.locator("#details .cause")).to_contain_text("shape 0")
    expect(tab.locator("#details .cause")).to_contain_text("compared with trace 1")


@in_a_browser
def test_layers_are_listed_and_lead_to_their_events(shown):
    """One line for each layer, counted; its name narrows the tree to it."""
    tab = shown(stories.bug())
    tab.get_by_role("tab", name="Layers").click()
    expect(tab.locator("#layers tbody tr")).to_have_count(4)
    tab.locator("#layers").get_by_role("button", name="gcn_2").click()

    expect(tab.locator("#hits")).to_have_text("5 of 18")


@in_a_browser
def test_only_this_layer_is_only_this_layer(shown):
    """A layer is meant by its number: not others of its class, nor those with names like its own."""
    story = Story()
    for layer in (("net", "net"), ("net", "net_1"), ("Dense", "net", "a/net")):
        story.tell("init", story.layer(*layer))
    tab = shown(story.timeline())
    tab.get_by_role("tab", name="Layers").click()
    tab.locator("#layers tbody tr").first.get_by_role("button").click()
    expect(tab.locator("#hits")).to_have_text("1 of 3")
    tab.get_by_label("Only this layer").press("End")
    tab.keyboard.type("_")
    expect(tab.locator("#hits")).to_have_text("1 of 3")
    expect(tab.locator(".line.hit .number")).to_have_text("1")


@in_a_browser
def test_the_keys_stay_with_the_layer(shown):
    """Enter on the name of a layer leads into the tree, to its first event, and the focus goes along."""
    tab = shown(stories.bug())
    tab.get_by_role("tab", name="Layers").click()
    tab.locator("#layers").get_by_role("button", name="gcn_2").press("Enter")

    expect(tab.get_by_role("tree")).to_be_focused()
    assert chosen(tab).startswith("init gcn_2")


@in_a_browser
def test_layers_tell_their_first_call(shown):
    """Calls are counted by where they ran, eager ones under that name, and the first one tells its shapes."""
    tab = shown(stories.tutorial())
    tab.get_by_role("tab", name="Layers").click()

    expect(tab.locator("#layers thead")).to_contain_text("eager")
    expect(tab.locator("#layers tbody tr")).to_contain_text("float32[10, 5] → float32[10, 10]")


@in_a_browser
def test_variables_are_listed(shown):
    """One line for each variable: what it is, whose, where it was made, and whether it was refused."""
    tab = shown(stories.bug())
    tab.get_by_role("tab", name="Variables").click()
    rows = tab.locator("#variables tbody tr")
    expect(rows).to_have_count(4)
    expect(rows.first).to_contain_text("kernel7float32[3, 8]GlorotUniformTruedensebuildstory.py:24")
    expect(rows.last).to_contain_text("✗ refused: ValueError")
    rows.last.get_by_role("button", name="Variable").click()

    expect(tab.locator("#details header")).to_contain_text("event 17")


@in_a_browser
def test_functions_of_tensorflow_itself_are_folded_away(shown):
    """What TensorFlow traced for its own ends and ran in its own way is there for who asks."""
    story = Story()
    inside = Location("/venv/lib/tensorflow/python/data/ops/multi_device_iterator_ops.py", 50)
    story.tell("trace", function=story.function("step"), trace=1)
    story.tell("trace", function=story.function("_init_func"), trace=1, defined_at=inside)
    story.tell("trace", function=story.function("Dataset_map_f"), trace=1)
    tab = shown(story.timeline())
    tab.get_by_role("tab", name="Functions").click()

    expect(tab.locator("#functions thead").first).not_to_contain_text("before")
    functions = tab.locator("#functions")
    expect(functions.get_by_text("_init_func")).to_be_hidden()
    functions.get_by_text("show 2 internal").click()
    expect(functions.get_by_text("_init_func")).to_be_visible()
    expect(functions.get_by_text("Dataset_map_f")).to_be_visible()


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


# Keys


@in_a_browser
def test_the_tree_is_walked_by_keys(shown):
    """Arrows move, open and close as in any tree; Enter tells details, Esc goes back."""
    tab = shown(stories.bug())
    tree = tab.get_by_role("tree")
    tree.focus()
    for keys, now in (
        ("ArrowDown", "init dense"),
        ("ArrowLeft", "init cnn"),
        ("ArrowLeft ArrowDown", "trace 1"),
        ("ArrowUp ArrowRight ArrowRight", "init dense"),
        ("End", "variable"),
        ("Home", "init cnn"),
    ):
        for key in keys.split():
            tab.keyboard.press(key)
        assert chosen(tab).startswith(now)

    tab.keyboard.press("Enter")
    expect(tab.locator("#details")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.locator("#details")).to_be_hidden()
    expect(tree).to_be_focused()


@in_a_browser
def test_tabs_are_walked_by_keys(shown):
    """Arrows go from tab to tab, around the end; Home and End to the first and the last."""
    tab = shown(stories.bug())
    tab.get_by_role("tab", name="Events").focus()
    reached = {"End": "Variables", "ArrowRight": "Events", "ArrowLeft": "Variables", "Home": "Events"}
    for key, name in reached.items():
        tab.keyboard.press(key)
        expect(tab.get_by_role("tab", name=name)).to_be_focused()
        expect(tab.get_by_role("tab", name=name, selected=True)).to_have_count(1)


@in_a_browser
def test_a_screen_reader_is_told_where_it_is(shown):
    """Levels, positions and states are those of an ARIA tree, also of lines that do not exist."""
    tab = shown(stories.bug())
    tree = tab.get_by_role("tree")
    tree.focus()
    tab.keyboard.press("ArrowDown")
    active = tab.locator(f"#{tree.get_attribute('aria-activedescendant')}")

    assert [active.get_attribute(f"aria-{name}") for name in ("level", "posinset", "setsize")] == [
        "2",
        "1",
        "3",
    ]
    assert line(tab, "trace 1").get_attribute("aria-expanded") == "true"
    assert active.get_attribute("aria-expanded") is None


@in_a_browser
def test_a_slash_searches_from_anywhere(shown):
    """`/` goes to the search, from another tab, too; the arrow goes on to the tree."""
    tab = shown(stories.bug())
    tab.get_by_role("tab", name="Layers").click()
    tab.keyboard.press("/")
    expect(tab.get_by_label("Search events")).to_be_focused()
    tab.keyboard.type("gcn")
    tab.keyboard.press("ArrowDown")

    expect(tab.get_by_role("tree")).to_be_focused()


@in_a_browser
def test_whatever_has_the_focus_shows_it(shown):
    """Each thing that Tab reaches is outlined."""
    tab = shown(stories.bug(), findings=[FINDING])
    for _ in range(30):
        tab.keyboard.press("Tab")
        outlined = tab.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
        assert outlined == "solid" or tab.evaluate("() => document.activeElement === document.body")


# Light, dark, small, on paper


@in_a_browser
def test_light_and_dark(shown):
    """The page follows the system, until somebody presses the button."""
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
    """What was chosen holds when the page is opened again, until it is the system's own."""
    tab = shown(stories.bug())
    theme = tab.get_by_role("button", name="theme")
    theme.click()
    tab.reload()
    expect(theme).to_have_attribute("aria-pressed", "true")
    theme.click()

    assert tab.evaluate("() => localStorage.length") == 0


CONTRAST = """() => {
    const numbers = (ink) => ink.match(/[\\d.]+/g).map(Number);
    const light = (ink) => numbers(ink).slice(0, 3).map((part) => part / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
    const behind = (element) => {
        const ink = getComputedStyle(element).backgroundColor;
        return numbers(ink)[3] === 0 && element.parentElement ? behind(element.parentElement) : ink;
    };
    const found = [];
    for (const element of document.querySelectorAll("body *")) {
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (!own || !element.checkVisibility() || element.closest(".unseen")) continue;
        const [a, b] = [light(getComputedStyle(element).color), light(behind(element))].sort((x, y) => y - x);
        found.push([(a + 0.05) / (b + 0.05), element.textContent]);
    }
    return found.sort((a, b) => a[0] - b[0])[0];
}"""


@in_a_browser
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_every_text_can_be_read(shown, colours):
    """All text has the contrast of 4.5 to one that the W3C asks for, details included."""
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
    """Nothing is wider than 390 pixels, on any tab, with details open or not."""
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
def test_a_closed_finding_takes_two_lines(shown, width):
    """The message of a note, which is closed at first, wraps instead of making the page wide."""
    note = dataclasses.replace(FINDING, severity="note", message="a long story about a layer " * 20)
    tab = shown(stories.bug(), findings=[note], width=width)
    message = tab.locator(".finding .message")

    assert tab.evaluate("() => document.documentElement.scrollWidth") == width
    assert 30 < message.bounding_box()["height"] < 50
    tab.locator(".finding summary").click()
    assert message.bounding_box()["height"] > 80


@in_a_browser
def test_a_long_name_in_a_narrow_line_is_cut_not_dropped(shown):
    """The name begins in its line even where it does not fit into it."""
    story = Story()
    story.tell("init", story.layer("Dense", "x" * 300))
    tab = shown(story.timeline(), width=700)

    expect(tab.locator(".line .who")).to_have_css("display", "inline")


@in_a_browser
@pytest.mark.parametrize("width", [920, 1280])
def test_details_begin_below_the_tools(shown, width):
    """However many lines the tools take, the head of the details is not under them."""
    tab = shown(stories.large(), width=width)
    tab.get_by_role("button", name="open", exact=True).click()
    tab.get_by_role("tree").focus()
    tab.keyboard.press("End")
    tab.keyboard.press("Enter")
    tools, head = tab.locator("#tools").bounding_box(), tab.locator("#details header").bounding_box()

    assert head["y"] >= tools["y"] + tools["height"]


@in_a_browser
def test_a_phone_has_room_for_fingers(shown):
    """Filters wait behind a button, fields are not so small that the phone zooms in, buttons can be hit."""
    tab = shown(stories.bug(), width=390)
    expect(tab.locator("#kinds")).to_be_hidden()
    tab.get_by_role("button", name="filter").click()
    expect(tab.locator("#kinds")).to_be_visible()
    tab.locator("#kinds").get_by_role("button", name="call").click()
    expect(tab.get_by_role("button", name="filter")).to_have_text("filter · 1")

    expect(tab.get_by_label("Search events")).to_have_css("font-size", "16px")
    for one in tab.locator("#tools button:visible").all():
        assert one.bounding_box()["height"] >= 38


@in_a_browser
def test_a_phone_shows_the_event_beside_its_details(shown):
    """Details lie over the lower part, and never over the line that they are about."""
    tab = shown(stories.bug(), findings=[FINDING], width=390)
    tab.get_by_role("button", name="event 17").click()
    row, sheet = (
        tab.locator(".line[aria-selected=true]").bounding_box(),
        tab.locator("#details").bounding_box(),
    )

    assert row["y"] + row["height"] <= sheet["y"]


@in_a_browser
def test_a_phone_shows_what_failed_in_the_line(shown):
    """Of the cells of a line, the finding and the failure are among those for which there is room."""
    tab = shown(stories.bug(), findings=[FINDING], width=390)
    tab.get_by_role("button", name="event 17").click()
    row = tab.locator("#line-17")
    bottom = row.bounding_box()["y"] + row.bounding_box()["height"]

    for cell in (row.locator(".mark"), row.get_by_text("✗ refused")):
        assert cell.bounding_box()["y"] + 15 <= bottom


@in_a_browser
def test_on_paper_everything_is_there(shown):
    """Printing leaves out what is pressed, and writes all lines, functions and layers one below the other."""
    tab = shown(stories.loop(200), colours="dark")
    tab.get_by_role("button", name="× fold").click()
    tab.emulate_media(media="print", color_scheme="dark")

    expect(tab.get_by_role("treeitem")).to_have_count(602)
    expect(tab.locator("#tools")).to_be_hidden()
    expect(tab.locator("#layers tbody")).to_contain_text("second")
    expect(tab.locator("#variables")).to_be_visible()
    assert tab.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    tab.emulate_media(media="screen")
    expect(tab.locator("#tools")).to_be_visible()
    assert tab.get_by_role("treeitem").count() < 100


@in_a_browser
def test_a_hundred_thousand_events_open(shown):
    """A long recording is drawn, searched and walked to its end (how quickly: tests/benchmarks/page.py)."""
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
    tab.get_by_role("button", name="× fold").click()
    tab.get_by_role("tree").focus()
    tab.keyboard.press("End")

    expect(line(tab, "call 100000")).to_be_in_viewport()
    assert tab.locator("*").count() < 3000


@in_a_browser
def test_on_paper_nothing_asks_to_be_pressed(shown):
    """Words that only mean something where one can click are left out."""
    failure = Failure(error=raised("ValueError", "no"), layer=stories.bug()[0].layer)
    tab = shown(Timeline(stories.bug(), [], Surroundings(failure=failure)), findings=[FINDING])
    expect(tab.locator("#failure")).to_contain_text("only this")
    tab.emulate_media(media="print")

    expect(tab.locator("#failure").get_by_text("only this")).to_be_hidden()
    expect(tab.get_by_role("button", name="event 17")).to_be_visible()


@in_a_browser
def test_what_is_chosen_shows_without_colours(shown):
    """Where the system allows no colours of a page's own, an outline says what a background would."""
    tab = shown(stories.bug())
    tab.emulate_media(forced_colors="active")

    expect(tab.locator(".line[aria-selected=true]")).to_have_css("outline-style", "solid")
    tab.emulate_media(forced_colors="none")


# Where it goes


@in_a_browser
def test_a_notebook_shows_the_page_in_a_frame(shown):
    """The page works in the frame, which may run its own script and reach nothing around it."""
    tab = shown(None, told=notebook(stories.bug())["text/html"])
    frame = tab.frame_locator("iframe")
    frame.get_by_role("button", name="event 17").click()

    expect(frame.locator("#details")).to_contain_text("raised ValueError")
    frame.get_by_role("button", name="theme").click()  # which has nowhere to be remembered
    expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
    expect(tab.locator("details pre")).to_be_hidden()
    tab.get_by_text("as text").click()
    expect(tab.locator("details pre")).to_contain_text("call 2  cnn")


def test_a_long_recording_makes_no_frame():
    """A notebook that is saved does not grow by megabytes: beyond a bound, it gets the text alone."""
    events = [Event(seq=number, kind="call") for number in range(MOST_FRAMED + 1)]

    assert "<iframe" in notebook(Timeline(events[:10]))["text/html"]
    assert "<iframe" not in notebook(Timeline(events))["text/html"]
    assert "<iframe" not in notebook(Timeline())["text/html"]


def test_a_page_is_written_whole(tmp_path):
    """The file is what `page` returns; without a title it is named after the file."""
    write_page(stories.bug(), tmp_path / "run.html", findings=())

    written = (tmp_path / "run.html").read_text(encoding="utf-8")
    assert written == page(stories.bug(), findings=(), title="run · layertrace")
    assert [path.name for path in tmp_path.iterdir()] == ["run.html"]


def test_a_page_that_cannot_be_written_is_an_error_with_its_name(tmp_path):
    """The error names the file."""
    (tmp_path / "file").write_text("")

    with pytest.raises(FormatError, match=r"file.page\.html cannot be written"):
        write_page(stories.tutorial(), tmp_path / "file" / "page.html", findings=())


def test_a_selection_keeps_its_numbers():
    """Of a selection, events keep the numbers of the whole, and lie in the nearest event that is left."""
    told = page(stories.bug().where(kind=["trace", "variable"]), findings=[FINDING])

    assert '"seq":[4,3,1,4,1,4]' in told
    assert '"inside":{"after":[1,1,1,2],"is":[1,2,3,1]}' in told or '"inside":[-1,1,2,3,-1,1]' in told
