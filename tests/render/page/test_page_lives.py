"""The tab with the life chart."""

import re

import stories
from hand_made import Story
from looking import details_of, in_a_browser
from playwright.sync_api import expect

from layertrace.diagnosis import Evidence, Finding
from layertrace.timeline import LayerRef

MISTAKE = Finding(
    code="LT101",
    name="variable-created-in-call",
    severity="error",
    message="gcn_2 creates a variable in every call.",
    layers=(LayerRef(id=4, class_name="GCN", name="gcn_2", path="cnn/gcn_2"),),
    evidence=(Evidence("created in call", (12,)),),
)


def opened(shown, timeline, **options):
    """Return the page of a timeline, at the chart."""
    tab = shown(timeline, **options)
    tab.get_by_role("tab", name="Lives").click()
    return tab


def row(tab, name):
    """Return the row of a layer."""
    return tab.get_by_role("treegrid").get_by_role("row").filter(has=tab.get_by_role("rowheader", name=name))


def names(tab):
    """Return the names in the visible rows."""
    return tab.locator(".life .name b").all_inner_texts()


def cells(tab, name):
    """Return what a screen reader reads of the cells of a row."""
    found = row(tab, name).first.locator("[data-column]")
    return [found.nth(at).get_attribute("aria-label") for at in range(found.count())]


def many(layers):
    """Return a recording of a model with many different layers."""
    story = Story()
    net = story.layer("Net", "net")
    with story.span("init", net, at=1):
        for number in range(layers):
            story.add("init", story.layer(f"Layer{number % 97}", f"part{number}"), at=1)
    return story.timeline()


@in_a_browser
def test_it_is_the_first_tab(shown):
    """It counts the layers; the page still begins with the events."""
    tab = shown(stories.bug())

    assert tab.get_by_role("tab").first.inner_text() == "Lives 4"
    expect(tab.get_by_role("tab", name="Events", selected=True)).to_have_count(1)


@in_a_browser
def test_rows_are_layers_and_columns_are_passes(shown):
    """Each cell has a mark for init, build, call and variables, with its words for a screen reader."""
    tab = opened(shown, stories.bug())

    assert names(tab) == ["cnn", "dense", "gcn", "gcn_2"]
    assert cells(tab, "dense") == [
        "line 28, eager: init",
        "line 31, trace 1 of cnn: build, variable 2 times, traced call",
        "line 31, trace 2 of cnn: traced call",
    ]
    assert row(tab, "dense").first.locator(".mk").all_inner_texts() == ["i", "b", "t", "t"]
    assert row(tab, "dense").first.locator(".dots i").count() == 2


@in_a_browser
def test_a_click_on_a_cell_goes_to_its_event(shown):
    """The event is shown in the tab of events, with its details."""
    tab = opened(shown, stories.bug())
    row(tab, "gcn_2").locator("[data-column='1'] .mk").click()

    expect(tab.get_by_role("tab", name="Events", selected=True)).to_have_count(1)
    expect(details_of(tab)).to_contain_text("gcn_2")
    tab.go_back()
    expect(tab.get_by_role("tab", name="Lives", selected=True)).to_have_count(1)


@in_a_browser
def test_a_click_on_the_head_of_a_statement_goes_to_its_first_event(shown):
    """The head has the time of the statement."""
    tab = opened(shown, stories.bug())
    expect(tab.locator("#chart-heads .chapter").nth(1)).to_contain_text("50 ms")
    tab.locator("#chart-heads .chapter button").nth(1).click()

    expect(tab.get_by_role("tab", name="Events", selected=True)).to_have_count(1)
    expect(details_of(tab)).to_contain_text("trace 1 cnn")


@in_a_browser
def test_hovering_shows_shapes_time_and_place(shown):
    """The card names the layer and the pass, and each kind of event with its first one."""
    tab = opened(shown, stories.bug())
    row(tab, "dense").first.locator("[data-column='1'] .mk").last.hover()
    card = tab.locator("#life-card")

    expect(card).to_contain_text("trace 1 of cnn")
    expect(card).to_contain_text("float32[2, 3] → float32[2, 8]")
    expect(card).to_contain_text("4.2 ms · story.py:24")
    tab.get_by_role("tab", name="Lives").hover()
    expect(card).to_be_hidden()


@in_a_browser
def test_layers_that_are_alike_share_a_row_until_it_is_opened(shown):
    """The arrow shows the inside of one of them, the number shows them all."""
    tab = opened(shown, stories.large())
    assert names(tab) == ["tower", "block … block_65", "dense", "dropout"]

    row(tab, "block … block_65").get_by_role("button", name="×66").click()
    assert names(tab)[:4] == ["tower", "block … block_65", "block", "block_1"]
    row(tab, "block … block_65").locator(".name b").click()
    assert names(tab) == ["tower", "block … block_65"]


@in_a_browser
def test_findings_and_errors_are_marked(shown):
    """A flag at the layer goes to the finding; an error is a ring in the cell where it was raised."""
    tab = opened(shown, stories.bug(), findings=[MISTAKE])

    assert row(tab, "gcn_2").locator(".mk.x").count() == 1
    row(tab, "gcn_2").get_by_role("button", name="LT101").click()
    expect(tab.locator("details.finding summary").first).to_be_focused()


@in_a_browser
def test_a_closed_row_is_flagged_for_the_layers_inside(shown):
    """Nothing that is wrong is folded away without a trace."""
    tab = opened(shown, stories.bug(), findings=[MISTAKE])
    row(tab, "cnn").first.locator(".name b").click()

    assert names(tab) == ["cnn"]
    expect(row(tab, "cnn")).to_contain_text("LT101 inside")


@in_a_browser
def test_the_chart_is_walked_by_keys(shown):
    """Arrows go from row to row and from cell to cell; Enter opens a row, or goes to the event of a cell."""
    tab = opened(shown, stories.bug())
    chart = tab.get_by_role("treegrid")
    chart.focus()
    active = lambda: chart.get_attribute("aria-activedescendant")  # noqa: E731  # one expression
    reached = []
    for key in ("Down", "Right", "Right", "Left", "Down"):
        tab.keyboard.press(f"Arrow{key}")
        reached.append(active())
    assert reached == ["life-1", "life-1-0", "life-1-1", "life-1-0", "life-2-0"]
    for key, row_reached in {"End": "life-3-0", "Home": "life-0-0", "ArrowLeft": "life-0"}.items():
        tab.keyboard.press(key)
        assert active() == row_reached

    tab.keyboard.press("ArrowLeft")
    assert names(tab) == ["cnn"]
    tab.keyboard.press("Enter")
    assert len(names(tab)) == 4
    for key in ("ArrowDown", "ArrowRight", "Enter"):
        tab.keyboard.press(key)
    expect(details_of(tab)).to_contain_text("dense")


@in_a_browser
def test_a_screen_reader_knows_the_levels(shown):
    """Rows have a level, a position and a state."""
    tab = opened(shown, stories.bug())
    read = [
        [row(tab, name).first.get_attribute(f"aria-{what}") for what in ("level", "rowindex", "expanded")]
        for name in ("cnn", "dense")
    ]

    assert read == [["1", "2", "true"], ["2", "3", None]]


@in_a_browser
def test_only_rows_in_sight_of_a_thousand_layers_exist(shown):
    """Scrolling replaces the rows that leave the screen; their number stays small."""
    tab = opened(shown, many(1000))
    assert tab.locator(".life").count() < 80
    before = names(tab)
    most = tab.evaluate(
        """async () => {
          const box = document.getElementById("chart");
          let most = 0;
          for (let frame = 0; frame < 90; frame++) {
            box.scrollTop += 120;
            await new Promise(requestAnimationFrame);
            most = Math.max(most, document.querySelectorAll(".life").length);
          }
          return most;
        }"""
    )

    assert most < 80
    assert "part4" in " ".join(names(tab))
    assert before[-1] not in names(tab)


@in_a_browser
def test_names_and_heads_stay_in_sight(shown):
    """They are there at the far end of the chart, too."""
    tab = opened(shown, many(1000), width=700)
    tab.evaluate("document.getElementById('chart').scrollTo(4000, 9000)")
    tab.wait_for_timeout(100)
    box = tab.locator("#chart").bounding_box()
    name = tab.locator(".life .name").last.bounding_box()
    head = tab.locator("#chart-heads").bounding_box()

    assert abs(name["x"] - box["x"]) < 3
    assert abs(head["y"] - box["y"]) < 3


@in_a_browser
def test_a_phone_shows_names_and_the_first_cells(shown):
    """The page itself does not scroll sideways."""
    tab = opened(shown, stories.bug(), width=390)

    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    first = row(tab, "dense").first.locator(".mk").first.bounding_box()
    assert first["x"] + first["width"] <= 390


@in_a_browser
def test_paper_has_all_rows(shown):
    """The whole chart is printed, whatever is in sight."""
    tab = shown(many(150))
    tab.emulate_media(media="print")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")

    expect(tab.locator(".life")).to_have_count(151)
    expect(tab.get_by_role("treegrid")).to_be_visible()


@in_a_browser
def test_an_empty_recording_has_no_chart(shown):
    """A sentence replaces it."""
    tab = opened(shown, Story().timeline())

    expect(tab.locator("#lives")).to_contain_text(re.compile("No layer was created"))


@in_a_browser
def test_a_search_shows_the_layers_it_finds(shown):
    """Those around them stay; clearing the search shows all again."""
    tab = opened(shown, stories.large())
    tab.keyboard.press("/")
    tab.keyboard.type("block_7/ dense")

    assert names(tab) == ["tower", "block … block_65", "block_7", "dense_7"]
    expect(tab.locator("#hits")).to_have_text("1 of 199")
    tab.get_by_role("button", name="clear").click()
    assert names(tab) == ["tower", "block … block_65", "dense", "dropout"]
