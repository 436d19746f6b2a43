"""The page in a file and in a notebook."""

import pytest
import stories
from looking import FINDING, in_a_browser
from playwright.sync_api import expect

from layertrace.errors import FormatError
from layertrace.render import notebook
from layertrace.render.notebook_cell import LARGEST
from layertrace.render.page import page, write_page
from layertrace.timeline import Event, LayerRef, Timeline


@in_a_browser
def test_a_notebook_shows_the_report_in_a_cell(shown):
    """The report fits a cell, the lives of the layers can be opened, and each place ends in its line."""
    tab = shown(None, html=notebook(stories.bug())["text/html"])
    tab.set_viewport_size({"width": 860, "height": 700})

    report, lives = tab.locator("pre").first, tab.locator("details pre")
    assert report.evaluate("element => element.scrollWidth <= element.clientWidth")
    expect(report).to_contain_text("LT101 variable-created-in-call")
    expect(lives).to_be_hidden()
    tab.get_by_text("lives of 4 layers").click()
    expect(lives).to_contain_text("gcn_2")
    expect(tab.locator("p")).to_contain_text('write_page(timeline, "run.html")')


@pytest.mark.parametrize("story", ["bug", "fit", "large", "loop", "strategy", "hostile"])
def test_a_notebook_file_stays_small(story):
    """A cell takes at most 40 kB, holds no page, and shows the verdict."""
    cell = notebook(getattr(stories, story)())["text/html"]

    assert len(cell.encode()) <= LARGEST
    assert "<iframe" not in cell
    assert " found in " in cell or " in " in cell.rpartition("<details>")[0]


def test_a_long_recording_takes_no_more_room():
    """The report of a hundred thousand events with hundreds of findings is shortened."""
    names = [f"layer_{number}" for number in range(400)]
    layers = [LayerRef(id=n, class_name="L" * 60, name=name, path=name) for n, name in enumerate(names, 1)]
    events = [Event(seq=n, kind="call", layer=layers[n % 400], call_index=n) for n in range(20_000)]

    assert len(notebook(Timeline(events))["text/html"].encode()) <= LARGEST


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
