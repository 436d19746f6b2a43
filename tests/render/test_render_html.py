"""The page, in a real browser: it holds all it needs, shows text as text, and is used by hand and by keys."""

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
from layertrace.timeline import Cause, Change, Event, Location, Timeline
from layertrace.timeline.surroundings import Failure, Surroundings

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
    tab.on("request", lambda request: asked.append(request.url))
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
    assert set(asked) <= {path.as_uri()}
    assert said == []
    tab.close()


def line(tab, text):
    """The lines of the tree in which a text occurs."""
    return tab.get_by_role("treeitem").filter(has_text=text)


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
        if (!own || !element.checkVisibility() || element.closest(".context")) continue;
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
    for name in ("Functions", "Layers"):
        tab.get_by_role("tab", name=name).click()
        assert tab.evaluate(wide) == 390


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
def test_on_paper_everything_is_there(shown):
    """Printing leaves out what is pressed, and writes all lines, functions and layers one below the other."""
    tab = shown(stories.loop(200), colours="dark")
    tab.get_by_role("button", name="× fold").click()
    tab.emulate_media(media="print", color_scheme="dark")

    expect(tab.get_by_role("treeitem")).to_have_count(602)
    expect(tab.locator("#tools")).to_be_hidden()
    expect(tab.locator("#layers")).to_be_visible()
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


# Where it goes


@in_a_browser
def test_a_notebook_shows_the_page_in_a_frame(shown):
    """The page works in the frame, which may run its own script and reach nothing around it."""
    tab = shown(None, told=notebook(stories.bug())["text/html"])
    frame = tab.frame_locator("iframe")
    frame.get_by_role("button", name="event 17").click()

    expect(frame.locator("#details")).to_contain_text("raised ValueError")
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
