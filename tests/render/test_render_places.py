"""Files and layers have the shortest names that distinguish them."""

import io

import pytest
import stories
from msgspec.structs import replace

from layertrace.render.console import written
from layertrace.render.exports import lives
from layertrace.render.lives.chart import life_chart
from layertrace.render.wording.file_names import Places, tails
from layertrace.render.wording.glyphs import UNICODE
from layertrace.render.wording.layer_names import Names
from layertrace.timeline import LayerRef, Location, Timeline


def places(*files, cwd="/home/ada/project"):
    """Return the long and the short name of line 3 of each file."""
    locations = [Location(file, 3) for file in files]
    names = Places(locations, cwd)
    return [names.long(location) for location in locations], [names.short(location) for location in locations]


def test_a_file_below_the_working_directory_has_a_relative_path():
    """With enough room, a location can be opened from the working directory."""
    assert places("/home/ada/project/src/model.py") == (["src/model.py:3"], ["model.py:3"])


def test_a_file_elsewhere_is_shown_by_its_name():
    """Paths outside of the working directory are shortened to the file name."""
    assert places("/usr/lib/site-packages/net/model.py")[0] == ["model.py:3"]
    assert places("/home/ada/project2/model.py")[0] == ["model.py:3"]
    assert places("/home/ada/project/" + "deep/" * 10 + "model.py")[0] == ["model.py:3"]


def test_files_with_one_name_are_distinguished():
    """Only as much of the path is shown as distinguishes the files."""
    assert places("/x/a/model.py", "/x/b/model.py", "/x/train.py")[1] == [
        "a/model.py:3",
        "b/model.py:3",
        "train.py:3",
    ]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (r"C:\Users\ada\train.py", "train.py:3"),
        ("/tmp/ipykernel_4711/2345678.py", "cell:3"),
        ("<ipython-input-3-abc>", "cell:3"),
        ("<stdin>", "<stdin>:3"),
        ("", ":3"),
    ],
)
def test_files_of_other_sorts(file, expected):
    """Windows paths, notebook cells and interactive code have short names."""
    assert places(file)[1] == [expected]


def test_a_life_chart_names_no_file_of_a_kernel():
    """It has `cell`, as a terminal shows it and as a picture, not the number that a kernel makes up."""
    cell = "/tmp/ipykernel_4711/436078040.py"
    timeline = Timeline(
        replace(event, location=event.location and Location(cell, event.location.line))
        for event in stories.fit()
    )
    picture = io.BytesIO()
    lives.write(timeline, picture)
    chart = picture.getvalue().decode()

    assert written(life_chart(timeline)).startswith("cell  ")
    assert "436078040" not in chart
    assert "cell:3" in chart


def test_paths_that_end_alike_throughout_stay_whole():
    """If one path is the end of another, both are shown completely."""
    assert tails(["/b/c", "b/c"]) == {"/b/c": "/b/c", "b/c": "b/c"}


def layer(number, name, path):
    return LayerRef(id=number, class_name="Dense", name=name, path=path)


def test_two_layers_with_one_name_stay_two():
    """Layers with one name are distinguished by their paths, or by their numbers."""
    layers = [
        layer(1, "dense", "encoder/dense"),
        layer(2, "dense", "decoder/dense"),
        layer(3, "other", "other"),
        layer(4, "other", "other"),
    ]
    names = Names(layers, UNICODE)

    labels = [names.label(each).plain for each in layers]
    assert labels == ["encoder/dense", "decoder/dense", "other#3", "other#4"]


def test_the_class_is_shown_once():
    """Only the first mention of a layer includes its class."""
    names = Names([layer(1, "dense", "dense")], UNICODE)

    mentions = [names.mention(layer(1, "dense", path)).plain for path in ("dense", "model/dense")]
    assert mentions == ["dense (Dense)", "dense"]
