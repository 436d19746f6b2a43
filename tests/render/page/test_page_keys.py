"""The page with the keyboard only, and with a screen reader."""

import stories
from looking import FINDING, chosen, in_a_browser, line
from playwright.sync_api import expect


@in_a_browser
def test_the_tree_is_walked_by_keys(shown):
    """Arrows move, open and close as in any tree; Enter shows details, Esc goes back."""
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
    reached = {"End": "Variables", "ArrowRight": "Lives", "ArrowLeft": "Variables", "Home": "Lives"}
    for key, name in reached.items():
        tab.keyboard.press(key)
        expect(tab.get_by_role("tab", name=name)).to_be_focused()
        expect(tab.get_by_role("tab", name=name, selected=True)).to_have_count(1)


@in_a_browser
def test_a_screen_reader_knows_where_it_is(shown):
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
    """`/` goes to the search, which every tab has; from there, the arrow key goes to the tree."""
    tab = shown(stories.bug())
    tab.get_by_role("tab", name="Layers").click()
    tab.keyboard.press("/")
    expect(tab.get_by_label("Search events")).to_be_focused()
    tab.keyboard.type("gcn")
    expect(tab.locator("#layers tbody tr")).to_have_count(2)
    tab.get_by_role("tab", name="Events").click()
    tab.keyboard.press("/")
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


@in_a_browser
def test_who_comes_to_the_tree_sees_the_line_of_the_keys(shown):
    """The active line is visible when the tree gets the focus, even after scrolling far away."""
    tab = shown(stories.large())
    tab.get_by_role("button", name="expand all").click()
    tab.get_by_role("button", name="fit").focus()
    tab.evaluate("() => scrollTo(0, document.body.scrollHeight)")
    tab.evaluate("() => new Promise(requestAnimationFrame)")
    tab.keyboard.press("Tab")
    tab.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    line = tab.locator(".line[aria-selected=true]")
    tools = tab.locator("#tools").bounding_box()

    expect(line).to_be_in_viewport(ratio=1)
    assert line.bounding_box()["y"] >= tools["y"] + tools["height"]


@in_a_browser
def test_a_screen_reader_gets_no_reference_to_missing_lines(shown):
    """`aria-activedescendant` names the active line only while it exists."""
    tab = shown(stories.large())
    tab.get_by_role("button", name="expand all").click()
    tab.evaluate("() => scrollTo(0, document.body.scrollHeight)")
    tab.wait_for_function("() => !document.querySelector('[aria-selected=true].line')")

    assert tab.get_by_role("tree").get_attribute("aria-activedescendant") is None


@in_a_browser
def test_opened_details_are_announced(shown):
    """The opening of the details is announced once, not for each line."""
    tab = shown(stories.bug())
    tab.get_by_role("tree").focus()
    tab.keyboard.press("Enter")
    tab.keyboard.press("ArrowDown")

    expect(tab.locator("#announcement")).to_have_text(
        "Details of event 0 are shown; press Tab to reach them."
    )
    tab.keyboard.press("Escape")
    expect(tab.locator("#announcement")).to_have_text("")
