"""The page in a file and in a notebook."""

import pytest
import stories
from looking import FINDING, in_a_browser
from playwright.sync_api import expect

from layertrace.errors import FormatError
from layertrace.render import notebook
from layertrace.render.notebook import MOST_FRAMED
from layertrace.render.page import page, write_page
from layertrace.timeline import Event, Timeline


@in_a_browser
def test_a_notebook_shows_the_page_in_a_frame(shown):
    """The page works in a sandboxed frame, which can only run its own script."""
    tab = shown(None, html=notebook(stories.bug())["text/html"])
    frame = tab.frame_locator("iframe")
    frame.get_by_role("button", name="event 17").click()

    expect(frame.locator("#details")).to_contain_text("raised ValueError")
    frame.get_by_role("button", name="theme").click()  # which has nowhere to be remembered
    expect(frame.locator("html")).to_have_attribute("data-theme", "dark")
    expect(tab.locator("details pre")).to_be_hidden()
    tab.get_by_text("as text").click()
    expect(tab.locator("details pre")).to_contain_text("call 2  cnn")


def test_a_long_recording_makes_no_frame():
    """For a long recording, a notebook gets only the text, so that its file stays small."""
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
    """Selected events keep their numbers, and are nested in their nearest selected ancestor."""
    html = page(stories.bug().where(kind=["trace", "variable"]), findings=[FINDING])

    assert '"seq":[4,3,1,4,1,4]' in html
    assert '"inside":{"after":[1,1,1,2],"is":[1,2,3,1]}' in html or '"inside":[-1,1,2,3,-1,1]' in html
