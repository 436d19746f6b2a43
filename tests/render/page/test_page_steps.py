"""Addresses, the history of the browser, and searches that are kept with them."""

import stories
from looking import details_of, in_a_browser, line
from playwright.sync_api import expect


def back(tab):
    tab.evaluate("() => history.back()")


@in_a_browser
def test_the_way_back_leads_to_the_tab_that_one_came_from(shown):
    """The browser goes from a trace in the list of functions to its event, and back."""
    tab = shown(stories.bug())
    tab.get_by_role("tab", name="Functions").click()
    tab.get_by_role("button", name="trace 1").first.click()
    expect(details_of(tab)).to_be_visible()
    back(tab)

    expect(tab.get_by_role("tab", name="Functions")).to_have_attribute("aria-selected", "true")
    expect(tab.locator("#functions")).to_be_visible()


@in_a_browser
def test_a_tab_has_an_address(shown):
    """A shared or reloaded address shows the same tab."""
    tab = shown(stories.bug())
    tab.get_by_role("tab", name="Layers").click()
    assert tab.url.endswith("#layers")
    tab.reload()

    expect(tab.locator("#layers")).to_be_visible()


@in_a_browser
def test_opening_and_closing_details_fills_no_history(shown):
    """Closing and opening details reuses one history entry."""
    tab = shown(stories.bug())
    tab.get_by_role("tree").focus()
    before = tab.evaluate("() => history.length")
    for _ in range(5):
        for key in ("Enter", "Escape", "ArrowDown"):
            tab.keyboard.press(key)

    assert tab.evaluate("() => history.length") == before + 1


@in_a_browser
def test_the_way_back_leads_to_the_search(shown):
    """The search is restored when going back from a link or a layer."""
    tab = shown(stories.bug())
    search, hits = tab.get_by_label("Search events"), tab.locator("#hits")
    search.fill("gcn_2")
    hit_count = hits.inner_text()
    tab.get_by_role("tab", name="Layers").click()
    tab.locator("#layers").get_by_role("button", name="gcn_2").click()
    expect(search).to_have_value("")
    back(tab)
    expect(tab.locator("#layers")).to_be_visible()
    expect(search).to_have_value("gcn_2")
    expect(hits).to_have_text("1 of 4")
    back(tab)

    expect(tab.locator("#events")).to_be_visible()
    expect(hits).to_have_text(hit_count)


@in_a_browser
def test_a_reload_keeps_what_is_filtered_by(shown):
    """Words, kinds and modes are restored."""
    tab = shown(stories.bug())
    tab.get_by_label("Search events").fill("gcn")
    tab.locator("#kinds").get_by_role("button", name="call").click()
    hit_count = tab.locator("#hits").inner_text()
    tab.wait_for_function("() => history.state?.wanted?.kinds.includes('call')")
    tab.reload()

    expect(tab.locator("#hits")).to_have_text(hit_count)
    expect(tab.locator("#kinds").get_by_role("button", name="call")).to_have_attribute("aria-pressed", "true")


@in_a_browser
def test_an_event_that_does_not_exist_is_reported(shown):
    """An address of an event that does not exist shows a message."""
    tab = shown(stories.bug())
    tab.evaluate("() => { location.hash = '#event-99999' }")

    expect(tab.get_by_text("This recording has no event 99999.")).to_be_visible()


@in_a_browser
def test_escape_leaves_alone_what_is_not_seen(shown):
    """In another tab, Esc clears the search, and leaves the details of the tree and its filters alone."""
    tab = shown(stories.bug())
    line(tab, "trace 2").click()
    tab.locator("#kinds").get_by_role("button", name="trace").click()
    tab.get_by_label("Search events").fill("cnn")
    tab.get_by_role("tab", name="Functions").click()
    tab.keyboard.press("Escape")
    expect(tab.get_by_label("Search events")).to_have_value("")
    tab.keyboard.press("Escape")
    tab.get_by_role("tab", name="Events").click()

    expect(details_of(tab)).to_be_visible()
    expect(tab.locator("#kinds").get_by_role("button", pressed=True)).to_have_text("trace 2")


@in_a_browser
def test_details_of_what_a_search_hides_are_closed(shown):
    """The marked event is the one in the details."""
    tab = shown(stories.bug())
    tab.get_by_role("tree").focus()
    tab.keyboard.press("Enter")
    expect(details_of(tab)).to_be_visible()
    tab.get_by_label("Search events").fill("#17")

    expect(details_of(tab)).to_be_hidden()
