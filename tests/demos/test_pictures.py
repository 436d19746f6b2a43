"""The pictures in the README show what the demo of the bug prints today."""

import os
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import warm

DEMOS = Path(__file__).parents[2] / "demos"
UPDATE = "LAYERTRACE_UPDATE_GOLDEN"
TIME = r"[\d.,]+ (?:µs|ms|s|min)\b"

PICTURES = {
    "lives.svg": [],
    "gcn.svg": ["--dark"],
    "gcn_light.svg": ["--light"],
}
"""Each picture, with the options of `layertrace export` that it was made with."""


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """Return a recording of the demo, made by the command in the README."""
    path = tmp_path_factory.mktemp("pictures") / "gcn.layertrace"
    done = warm.run(
        "-m", "layertrace", "run", "--save", path, "gcn_in_cnn_traced.py", cwd=DEMOS, env={"COLUMNS": "120"}
    )
    assert done.returncode == 0, done.stderr
    return path


def content(picture):
    """Return the texts and colours of a picture without times, which differ from run to run.

    A busy machine may take so long between events that this is a remark, which is left out, too.
    """
    texts = " ".join(" ".join(ElementTree.fromstring(picture).itertext()).split())
    timeless = re.sub(TIME, "(time)", texts).replace("(time) outside of events · ", "")
    return re.sub(r"terminal-\d+", "terminal", timeless)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_fresh(recording, tmp_path, name):
    """A picture has the texts and colours of today; LAYERTRACE_UPDATE_GOLDEN=1 draws those that differ."""
    drawn, shown = tmp_path / name, DEMOS / name
    done = warm.run("-m", "layertrace", "export", recording, "-o", drawn, *PICTURES[name])
    assert done.returncode == 0, done.stderr
    now = drawn.read_text(encoding="utf-8")
    before = shown.read_text(encoding="utf-8") if shown.exists() else "<svg/>"
    if os.environ.get(UPDATE) and content(before) != content(now):
        shown.write_text(now, encoding="utf-8")
        before = now

    assert content(before) == content(now), f"to draw it again: {UPDATE}=1"


def test_the_readme_shows_each_picture():
    """No picture lies in the folder that the README does not show."""
    readme = DEMOS.with_name("README.md").read_text(encoding="utf-8")

    assert {path.name for path in DEMOS.glob("*.svg")} == set(PICTURES)
    assert [name for name in PICTURES if f"demos/{name}" not in readme] == []
