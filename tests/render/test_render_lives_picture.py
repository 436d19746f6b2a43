"""The life chart as a picture."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
import stories
from golden import assert_golden
from hand_made import Story

from layertrace.diagnosis import Evidence, Finding
from layertrace.errors import FormatError
from layertrace.render import export
from layertrace.render.lives.picture import life_picture
from layertrace.timeline import LayerRef, Location

SVG = "{http://www.w3.org/2000/svg}"
BUG = Finding(
    code="LT101",
    name="variable-created-in-call",
    severity="error",
    message="gcn_2 creates a variable in every call.",
    layers=(LayerRef(id=4, class_name="GCN", name="gcn_2", path="cnn/gcn_2"),),
    location=Location("/home/ada/project/story.py", 12),
    evidence=(Evidence("created in call", (12,)),),
)


def parsed(timeline, *findings, **options):
    """Return a picture as a tree of elements."""
    return ElementTree.fromstring(life_picture(timeline, findings, **options))


def texts(picture):
    """Return all texts of a picture, from top to bottom."""
    drawn = (part for part in picture if part.tag != f"{SVG}defs")
    shown = [text for part in drawn for text in part.iter(f"{SVG}text")]
    for text in shown:
        for title in text.findall(f"{SVG}title"):
            title.text = ""
    return ["".join(text.itertext()) for text in shown]


def signs(picture):
    """Return how often each sign stands in a cell."""
    cells = [group for group in picture.findall(f"{SVG}g") if group.find(f"{SVG}title") is not None]
    used = [use.get("href") for group in cells for use in group.iter(f"{SVG}use")]
    return {sign: used.count(sign) for sign in sorted(set(used))}


def test_the_bug_is_a_picture():
    """Title, heads, names, legend and verdict are texts that can be selected."""
    assert_golden("lives_bug_picture", "\n".join(texts(parsed(stories.bug(), BUG))))


def test_the_signs_are_those_of_the_recording():
    """Two variables of the dense layer, one of the GCN; one error."""
    assert signs(parsed(stories.bug(), BUG)) == {"#b": 1, "#d": 3, "#i": 4, "#t": 7, "#x": 1}


def test_each_cell_has_its_words():
    """They are shown when the pointer rests on a cell, and read by a screen reader."""
    titles = [title.text for title in parsed(stories.bug()).iter(f"{SVG}title")]

    assert "build, variable ×2, traced call" in titles
    assert "story.py:31  " in titles


def test_numbers_of_a_message_are_as_long_as_in_a_terminal():
    """Four digits: the rest is how Python writes a float."""
    shown = " ".join(texts(parsed(stories.bug(), replace(BUG, message="rate was 0.30000000000000004."))))

    assert "rate was 0.3." in shown


def test_a_clean_recording_has_a_clean_verdict():
    """It is green only if the rules ran and found nothing."""
    shown = parsed(stories.tutorial())
    (verdict,) = [text for text in shown.iter(f"{SVG}text") if "nothing wrong" in "".join(text.itertext())]

    assert "clean" in verdict.get("class").split()
    unchecked = life_picture(stories.tutorial(), None)
    assert "the rules did not run" in unchecked
    assert "nothing wrong" not in unchecked


@pytest.mark.parametrize(("theme", "backgrounds"), [("light", 1), ("dark", 1), ("auto", 2)])
def test_colours_are_those_of_a_theme(theme, backgrounds):
    """By default, the reader's system decides."""
    shown = life_picture(stories.bug(), theme=theme)

    assert len(re.findall(r"\.p,\.s,\.x\{fill", shown)) == backgrounds
    assert ("prefers-color-scheme" in shown) == (theme == "auto")


def test_a_large_recording_is_a_small_picture():
    """Rows that are alike are folded, columns that do not fit are counted."""
    story = Story("big.py")
    net = story.layer("Net", "net")
    with story.span("init", net, at=1):
        for number in range(1000):
            story.add("init", story.layer(f"Layer{number % 7}", f"part{number}x"), at=1)
    for line in range(2, 90):
        story.call(net, "float32[1]", "float32[1]", at=line)
    shown = life_picture(story.timeline(), [])

    assert len(shown.encode()) < 100_000
    assert "more layers" in shown or "×142" in shown
    assert "more columns to the right" in shown


def test_hostile_names_stay_text():
    """No text of a recording becomes an element, and the picture loads nothing."""
    shown = life_picture(stories.hostile(), [])
    kinds = {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(shown).iter()}

    assert kinds <= {"svg", "style", "defs", "g", "rect", "circle", "path", "use", "text", "tspan", "title"}
    assert re.findall(r'(?:href|src)="[^#]|url|@import', shown) == []


def test_an_empty_recording_is_a_picture_too():
    """It states that nothing was seen."""
    assert "no layer was created, built or called" in life_picture(Story().timeline(), [])


def test_a_file_is_light_or_dark(tmp_path):
    """`lives.svg` is the life chart; other formats have no themes."""
    export(stories.bug(), tmp_path / "lives.svg", theme="dark")
    export(stories.bug(), tmp_path / "run.lives.svg")

    assert "#13161b" in (tmp_path / "lives.svg").read_text()
    assert "prefers-color-scheme" in (tmp_path / "run.lives.svg").read_text()
    with pytest.raises(FormatError, match="the format jsonl has no themes; only lives, svg"):
        export(stories.bug(), tmp_path / "run.records.jsonl", theme="dark")
