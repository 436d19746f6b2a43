"""The tables of the tabs: sorted by a click, filtered by the search, nested, with buttons to copy."""

import stories
from hand_made import Story
from looking import details_of, in_a_browser, line
from playwright.sync_api import expect
from test_page_first_screen import recorded

from layertrace.timeline import Timeline
from layertrace.timeline.context import LayerState, RecordingContext


def layers(tab):
    return tab.locator("#layers tbody th").all_inner_texts()


@in_a_browser
def test_a_click_on_a_head_sorts(shown):
    """Numbers begin with the highest, names with A; a second click turns it, a third restores the order."""
    tab = shown(stories.bug())
    tab.get_by_role("tab", name="Layers").click()
    before = layers(tab)
    head = tab.get_by_role("columnheader", name="parameters")
    seen = []
    for _ in range(3):
        head.get_by_role("button").click()
        seen.append((head.get_attribute("aria-sort"), layers(tab)[0], layers(tab)[-1]))

    assert before[0] == "cnn"
    assert [sort for sort, *_ in seen] == ["descending", "ascending", None]
    assert seen[0][1] == "cnn"
    assert seen[1][2] == "dense"
    assert layers(tab) == before
    tab.get_by_role("columnheader", name="layer").get_by_role("button").press("Enter")
    assert layers(tab) == sorted(before)


@in_a_browser
def test_the_search_filters_every_table(shown):
    """Every word must occur; the number of rows left is next to the search, and Esc shows all again."""
    tab = shown(stories.bug())
    search = tab.get_by_label("Search events")
    for name, words, left in (
        ("Layers", "gcn_2", "1 of 4"),
        ("Variables", "kernel dense", "1 of 4"),
        ("Functions", "traced twice", "1 of 1"),
    ):
        tab.get_by_role("tab", name=name).click()
        search.fill(words)
        expect(tab.locator("#hits")).to_have_text(left)
        expect(tab.locator(f"#{name.lower()} tbody tr")).to_have_count(1)
        search.press("Escape")
        expect(tab.locator("#hits")).to_have_text("")


@in_a_browser
def test_the_search_goes_along_from_tab_to_tab(shown):
    """Words that were searched for in a table are searched for in the tree, too."""
    tab = shown(stories.bug())
    tab.get_by_role("tab", name="Layers").click()
    tab.get_by_label("Search events").fill("gcn_2")
    tab.get_by_role("tab", name="Events").click()

    expect(tab.locator("#hits")).to_have_text("5 of 18")


@in_a_browser
def test_the_search_reaches_rows_that_are_not_shown(shown):
    """A table shows five hundred rows; search and sorting reach all."""
    story = Story()
    for number in range(600):
        story.variable(story.layer("Dense", f"dense_{number}"), "kernel", f"float32[{number + 1}]")
    tab = shown(story.timeline())
    tab.get_by_role("tab", name="Variables").click()
    rows = tab.locator("#variables tbody tr")
    expect(rows).to_have_count(500)
    tab.get_by_label("Search events").fill("dense_599")
    expect(rows).to_have_count(1)
    tab.get_by_label("Search events").fill("")
    tab.get_by_role("columnheader", name="parameters").get_by_role("button").click()

    expect(rows.first).to_contain_text("float32[600]")


@in_a_browser
def test_layers_are_nested_with_their_totals(shown):
    """The model has the parameters of all layers inside it, as `count_params()` counts them."""
    tab = shown(recorded("transformer"))
    tab.get_by_role("tab", name="Layers").click()
    rows = tab.locator("#layers tbody tr")

    assert rows.first.locator("td").all_inner_texts()[-3] == "109,314"
    shifts = [rows.nth(at).locator(".nested button").bounding_box()["x"] for at in range(4)]
    assert shifts[0] < shifts[1]
    expect(tab.locator("#layers")).to_contain_text("together 109,314 parameters")


@in_a_browser
def test_layers_that_compute_in_another_dtype_show_it(shown):
    """The column is there only if one does, and the first line counts them."""
    story = Story()
    half, usual = (story.layer("Dense", name) for name in ("half", "usual"))
    for layer in (half, usual):
        story.call(layer, "float32[2, 4]", "float32[2, 3]", at=3)
    states = {half.id: LayerState(layer=half, compute_dtype="float16")}
    for context, columns, fact in (
        (RecordingContext(states=states), 1, "2 layers (1 in float16)"),
        (RecordingContext(), 0, "2 layers"),
    ):
        tab = shown(Timeline(story.events, surroundings=context))
        expect(tab.locator("#facts li").first).to_have_text(fact)
        tab.get_by_role("tab", name="Layers").click()
        expect(tab.get_by_role("columnheader", name="computes in")).to_have_count(columns)
    tab = shown(Timeline(story.events, surroundings=RecordingContext(states=states)))
    tab.get_by_role("tab", name="Layers").click()

    rows = tab.locator("#layers tbody tr")
    expect(rows.first).to_contain_text("float16")
    expect(rows.last).not_to_contain_text("float16")
    tab.get_by_label("Search events").fill("float16")
    expect(rows).to_have_count(1)


@in_a_browser
def test_details_can_be_copied(shown):
    """A button copies file and line, and another the path of the layer."""
    tab = shown(stories.bug())
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    line(tab, "call 1").last.click()
    for name, text in (("Copy the file and line", "/home/ada/project/story.py:25"),
                       ("Copy the path of the layer", "cnn/gcn_2")):  # fmt: skip
        button = details_of(tab).get_by_role("button", name=name).first
        button.click()
        expect(button).to_have_text("copied")
        assert tab.evaluate("() => navigator.clipboard.readText()") == text
