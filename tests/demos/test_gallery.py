"""The gallery in `demos/README.md` shows each demo, and what it prints today."""

import sys

import pytest

from demos import gallery

AGAIN = "to write it again: python tests/demos/gallery.py --write"
RUNS = 3
"""A run on a busy machine may show what others leave out, so a picture may be that of any of three runs."""


def test_every_demo_is_in_the_gallery():
    """No demo is missing, and no picture is left of a demo that is gone."""
    names = {shown.name for shown in gallery.demos()}

    assert names == {path.stem for path in gallery.DEMOS.glob("*.py")}
    assert names == {path.stem for path in (gallery.DEMOS / "gallery").iterdir()}


def test_the_page_has_the_words_of_the_docstrings():
    """Each demo answers one question, and its hints quote what it prints."""
    assert gallery.PAGE.read_text(encoding="utf-8") == gallery.page(), AGAIN


@pytest.mark.slow
@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 knows no columns of a line")
@pytest.mark.parametrize("shown", gallery.demos(), ids=lambda shown: shown.name)
def test_a_picture_is_fresh(shown):
    """It has the texts and colours of today, except times."""
    before = gallery.content(shown.picture.read_text(encoding="utf-8"))
    for _ in range(RUNS):
        now = gallery.content(gallery.draw(shown, gallery.output(shown.name)))
        if now == before:
            break
        gallery.output.cache_clear()

    assert now == before, AGAIN


@pytest.mark.parametrize("shown", gallery.demos(), ids=lambda shown: shown.name)
def test_a_picture_is_small_and_loads_nothing(shown):
    """A page with all of them opens at once, and contacts no server."""
    picture = shown.picture.read_text(encoding="utf-8")

    assert len(picture.encode()) < 60_000
    assert "url(" not in picture
    assert "href" not in picture


@pytest.mark.parametrize(
    "docstring",
    [
        "Runs a layer.",
        "What runs? A layer.",
        "What runs? A layer.\n\nLook for:\n",
        "What runs? A layer.\n\nLook for:\n- a call",
    ],
)
def test_a_docstring_in_another_form_is_refused(tmp_path, monkeypatch, docstring):
    """It has a question, an answer, and texts to look for."""
    (tmp_path / "runs.py").write_text(f'"""{docstring}"""\n')
    monkeypatch.setattr(gallery, "DEMOS", tmp_path)

    with pytest.raises(ValueError, match=r"runs: its docstring is not 'Question\? Answer.'"):
        gallery.demo("runs")
