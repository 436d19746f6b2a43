"""Searching, filtering and folding the tree."""

from dataclasses import replace

import pytest
import stories
from hand_made import DIRECTORY, Story, raised
from looking import FINDING, chosen, in_a_browser, line
from msgspec import structs
from playwright.sync_api import expect

from layertrace.diagnosis import Evidence
from layertrace.render.page.chapters import shown_chapters
from layertrace.render.page.folds import folds
from layertrace.render.page.tables import Tables
from layertrace.render.wording.file_names import Places
from layertrace.render.wording.glyphs import UNICODE
from layertrace.render.wording.layer_names import Names
from layertrace.timeline import Location, Timeline
from layertrace.timeline.context import RecordingContext
from layertrace.timeline.statements import Statement


@in_a_browser
def test_what_repeats_itself_is_one_line_until_it_is_opened(shown):
    """A thousand equal calls are one line until they are opened, below the statement that caused them."""
    tab = shown(stories.loop())

    expect(tab.get_by_role("treeitem")).to_have_count(4 + 3)
    expect(line(tab, "×1,000").first).to_contain_text("call")
    line(tab, "repeated").locator(".caret").click()
    expect(tab.locator("#tree")).to_have_css("height", f"{(4 + 3 + 2000) * 24}px")
    tab.get_by_role("button", name="fold repeats").click()
    expect(tab.locator("#tree")).to_have_css("height", f"{(3002 + 3) * 24}px")


@in_a_browser
def test_a_train_function_has_the_numbers_of_its_step(shown):
    """As in the report: its one trace contains two of the step; the first created the variables."""
    story = Story()
    train = story.function("multi_step", role="train", model="net")
    step = story.function("one_step", role="train", model="net", step=True)
    with story.span("trace", function=train, trace=1, mode="graph"):
        for number in (1, 2):
            with story.span("trace", function=step, trace=number, mode="graph"):
                story.add("call", story.layer("Net", "net"), mode="graph")
    tab = shown(story.timeline())
    tab.get_by_role("button", name="expand all").click()

    traces = [what for what in tab.locator(".line .what").all_inner_texts() if what.startswith("trace")]
    assert traces == ["trace 1, 2", "trace 1", "trace 2"]


@in_a_browser
@pytest.mark.parametrize("story", ["bug", "fit", "large", "loop", "strategy", "deep"])
def test_every_event_has_its_line(shown, story):
    """Fully expanded, there is a line for each event, repeated stretch, statement, and thread."""
    timeline = getattr(stories, story)()
    tab = shown(timeline)
    tab.get_by_role("button", name="expand all").click()
    threads = {event.thread for event in timeline.roots}
    found = shown_chapters(timeline)
    heads = len(found) + (len(threads) if len(threads) > 1 else 0)
    folded = folds(timeline, found, (), Tables(Names((), UNICODE), Places((), "")))
    expected = len(timeline) + folded["count"] + heads

    expect(tab.locator("#tree")).to_have_css("height", f"{expected * 24}px")


@in_a_browser
@pytest.mark.parametrize("width", [390, 1280])
def test_the_code_of_a_finding_is_shown_whole_in_a_row_of_a_long_statement(shown, width):
    """Of a statement with many arguments, the source is cut, not the code of what is found in it."""
    story = Story()
    layer = story.layer("Dense", "dense")
    for _ in range(40):
        story.call(layer, "float32[2, 4]", "float32[2, 4]", at=4)
    file = f"{DIRECTORY}/{story.file}"
    fit = Statement(file, 4, 4, source=f"model.fit({', '.join(f'argument_{n}={n}' for n in range(20))})")
    timeline = Timeline(story.events, (), RecordingContext(statements=(fit,)))
    tab = shown(timeline, findings=[replace(FINDING, location=Location(file, 4), evidence=())], width=width)

    expect(tab.locator(".line.chapter .mark")).to_have_text("LT101")
    expect(tab.locator(".line.chapter .mark")).to_be_in_viewport(ratio=1)


@in_a_browser
def test_a_statement_is_cut_after_what_it_did(shown):
    """The source is shown whole where it fits, however much the statement did."""
    story = Story()
    for number in range(40):
        story.add("init", story.layer("Block", f"block_{number}"), at=4)
    file = f"{DIRECTORY}/{story.file}"
    build = Statement(file, 4, 4, source="model = build(depth=40)  # with all its blocks")
    tab = shown(Timeline(story.events, (), RecordingContext(statements=(build,))), width=620)

    source, did = (tab.locator(f".line.chapter .{name}") for name in ("source", "story"))
    assert did.evaluate("story => story.scrollWidth > story.clientWidth")
    assert source.evaluate("source => source.scrollWidth <= source.clientWidth")


@pytest.mark.parametrize(("events", "stretches"), [((), 1), ((4,), 2), (tuple(range(9)), 1)])
def test_an_event_with_a_finding_is_folded_only_with_others_of_its_code(events, stretches):
    """Nine calls that are alike are one line; if a finding points at the fifth, there are lines around it."""
    story = Story()
    for number in range(9):
        story.call(story.layer("Dense", f"dense_{number}"), "float32[2, 4]", "float32[2, 4]")
    finding = replace(FINDING, evidence=(Evidence("a call", events),))
    folded = folds(story.timeline(), (), [finding], Tables(Names((), UNICODE), Places((), "")))

    assert folded["count"] == stretches


@in_a_browser
def test_only_lines_in_sight_exist(shown):
    """Only visible lines are elements, and others appear when they are scrolled to."""
    tab = shown(stories.loop())
    tab.get_by_role("button", name="fold repeats").click()

    assert tab.get_by_role("treeitem").count() < 100
    tab.mouse.wheel(0, 40_000)
    expect(tab.locator("#line-1670")).to_be_in_viewport()
    assert tab.get_by_role("treeitem").count() < 100


@in_a_browser
def test_a_search_keeps_what_is_around(shown):
    """Every word must occur; the ancestors of a hit stay, paler."""
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
    """Enter goes to the first hit and then to the next ones, Shift+Enter goes back."""
    tab = shown(stories.bug())
    tab.get_by_label("Search events").fill("gcn_2")
    seen = []
    for key in ("Enter", "Enter", "Shift+Enter"):
        tab.keyboard.press(key)
        seen.append(tab.locator(".line[aria-selected=true] .number").inner_text())

    assert seen == ["3", "11", "3"]


@in_a_browser
def test_a_number_finds_its_event(shown):
    """The number of an event finds it."""
    tab = shown(stories.bug())
    tab.get_by_label("Search events").fill("#12")

    expect(tab.locator(".line.hit .number")).to_have_text("12")


@in_a_browser
def test_filters_by_kind_mode_and_layer(shown):
    """Kinds, modes and layers combine, and Esc clears all filters."""
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
def test_a_closed_fold_shows_the_hits_it_hides(shown):
    """Repeated events stay one line in a search, with a count, and paler unless all are hits."""
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
    ("text", "expected"),
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
def test_what_a_search_means(shown, text, expected):
    """Each word must occur in visible text; names of kinds and outcomes find those events."""
    events = [
        structs.replace(event, location=Location(event.location.file, event.location.line, "inwards"))
        if event.location is not None
        else event
        for event in stories.bug()
    ]
    tab = shown(Timeline(events), findings=[FINDING])
    tab.get_by_label("Search events").fill(text)

    assert [int(number.inner_text()) for number in tab.locator(".line.hit .number").all()] == expected


@in_a_browser
def test_the_way_back_from_a_search_ends_at_the_hit(shown):
    """Esc shows all events again, and keeps the current hit visible."""
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
    """After a search without a visit, the previous line is active again."""
    tab = shown(stories.bug())
    line(tab, "trace 2").click()
    tab.keyboard.press("Escape")
    tab.get_by_label("Search events").fill("kernel")
    tab.keyboard.press("Escape")

    assert chosen(tab).startswith("trace 2")


@in_a_browser
def test_marking_text_opens_nothing(shown):
    """Selecting text does not open the details."""
    tab = shown(stories.bug())
    box = line(tab, "call 1").first.locator(".data").bounding_box()
    tab.mouse.move(box["x"] + 2, box["y"] + 8)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 90, box["y"] + 8)
    tab.mouse.up()

    assert "float32" in tab.evaluate("() => String(getSelection())")
    expect(tab.locator("#details")).to_be_hidden()


@in_a_browser
def test_the_absence_of_findings_is_stated(shown):
    """An empty tree explains why it is empty."""
    tab = shown(stories.bug())
    tab.get_by_label("Search events").fill("nowhere")

    expect(tab.get_by_text("No events match.")).to_be_visible()


@in_a_browser
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("float32[2, 3] → float32[2, 4]", [5]),
        ("gcn_2 (GCN)", [3, 11, 12, 16, 17]),
        ("event 12", [12, 17]),  # and what was made in line 12
        ("trace 2 of cnn", [4, 13]),  # and other events that show a 2
        ("✗ refused: ValueError: tf.function only", [17]),
        ('"only supports singleton"', [13, 14, 16, 17]),
        ("call 2 dense", [9, 15]),
    ],
)
def test_what_is_read_can_be_searched_for(shown, text, expected):
    """A pasted part of a line, a finding or a message finds its event."""
    tab = shown(stories.bug())
    tab.get_by_label("Search events").fill(text)

    assert [int(number.inner_text()) for number in tab.locator(".line.hit .number").all()] == expected


@in_a_browser
def test_words_of_the_page_are_ignored_next_to_others(shown):
    """Words of the page itself, such as "of", are ignored next to other words."""
    story = Story()
    story.add("trace", function=story.function("step"), trace=1)
    story.call(story.layer("Softmax", "softmax"), "float32[2]", "float32[2]")
    tab = shown(story.timeline())
    for text, expected in (("trace 1 of step", ["0"]), ("of", ["1"])):
        tab.get_by_label("Search events").fill(text)
        expect(tab.locator(".line.hit .number")).to_have_text(expected)


@in_a_browser
def test_where_an_exception_arose_can_be_searched_for(shown):
    """The location of an error and the replica can be searched."""
    story = Story()
    layer = story.layer("Dense", "dense")
    story.call(layer, "float32[2]", None, error=raised("ValueError", "no", "deep.py:7"), at=3)
    story.call(layer, "float32[2]", "float32[2]", at=3)
    one, other = story.timeline()
    tab = shown(Timeline([one, structs.replace(other, replica=1)]))
    tab.get_by_label("Search events").fill("deep.py:7")
    expect(tab.locator(".line.hit .number")).to_have_text(["0"])
    tab.get_by_label("Search events").fill("replica 1")

    expect(tab.locator(".line.hit .number")).to_have_text(["1"])


@in_a_browser
def test_the_word_of_a_kind_finds_names_too(shown):
    """A function named `call` is found by the whole word and by its beginning."""
    story = Story()
    story.add("trace", function=story.function("call"), trace=1)
    story.add("run", function=story.function("step"), trace=1)
    story.call(story.layer("Dense", "dense"), "float32[2]", "float32[2]")
    tab = shown(story.timeline())
    for text, expected in (("cal", ["0"]), ("call", ["0", "2"])):
        tab.get_by_label("Search events").fill(text)
        expect(tab.locator(".line.hit .number")).to_have_text(expected)


@in_a_browser
def test_a_layer_that_is_called_like_its_class_can_be_chosen(shown):
    """Lower case prefers names; without such a name, it matches classes."""
    story = Story()
    for name in ("dense", "head"):
        story.call(story.layer("Dense", name), "float32[2]", "float32[2]")
    tab = shown(story.timeline())
    for text, expected in (("dense", ["0"]), ("Dense", ["0", "1"]), ("DENSE", ["0", "1"])):
        tab.get_by_label("Only this layer").fill(text)
        expect(tab.locator(".line.hit .number")).to_have_text(expected)


@in_a_browser
def test_a_filter_leaves_closed_what_was_closed(shown):
    """Only a changed search resets the opened lines."""
    tab = shown(stories.bug())
    tab.get_by_label("Search events").fill("gcn")
    tab.get_by_role("button", name="collapse all").click()
    closed = tab.locator(".line").count()
    for _ in range(2):
        tab.locator("#kinds").get_by_role("button", name="call").click()

    assert tab.locator(".line").count() == closed
    tab.get_by_label("Search events").fill("gcn_")
    assert tab.locator(".line").count() > closed


COPY = """() => {
    const data = new DataTransfer(), rows = document.querySelectorAll(".line");
    getSelection().setBaseAndExtent(rows[1], 0, rows[3], rows[3].childNodes.length);
    rows[1].dispatchEvent(new ClipboardEvent("copy", { clipboardData: data, bubbles: true }));
    return data.getData("text/plain");
}"""
"""Select three lines, and return what would be copied."""


@in_a_browser
def test_lines_are_copied_as_lines(shown):
    """Selected lines are copied as indented rows, without carets."""
    tab = shown(stories.bug())

    assert tab.evaluate(COPY).splitlines() == [
        "1    init dense Dense units=8  0.9 ms  story.py:20",
        "2    init gcn GCN cached=True  0.2 ms  story.py:21",
        "3    init gcn_2 GCN cached=False  0.2 ms  story.py:21",
    ]


@in_a_browser
def test_the_browser_itself_finds_what_is_far_down(shown):
    """A short recording has elements for all lines, including invisible ones."""
    story = Story()
    for number in range(200):
        story.call(story.layer("Dense", f"layer_{number}"), f"float32[{number}]", "float32[2]")
    tab = shown(story.timeline())

    assert tab.evaluate("() => window.find('layer_199')")
