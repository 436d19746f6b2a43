"""A recording has the attributes of layers whose names are slips, and the lines that set them."""

import collections
import importlib.util
import linecache
import sys

import keras
import numpy as np
import pytest
import tf_keras

import layertrace
from layertrace import Timeline
from layertrace.record.recording.misspelled_attributes import _is_near

KERAS = pytest.mark.parametrize("k", [keras, tf_keras], ids=["keras", "tf_keras"])
ONES = np.ones((2, 3), "float32")


def slips(timeline):
    """Return layer, attribute, meant name, value and line of each slip."""
    return [
        (
            None if each.layer is None else each.layer.class_name,
            each.name,
            str(each.before),
            each.now,
            None if each.location is None else each.location.line,
        )
        for each in timeline.surroundings.observations
        if each.what == "unknown attribute"
    ]


def module_of(source, name, folder, monkeypatch):
    """Return a module with this source, which is imported from a folder until the test ends."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text(source)
    spec = importlib.util.spec_from_file_location(name, folder / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, name, module)
    spec.loader.exec_module(module)
    return module


@KERAS
def test_a_slip_is_recorded_with_the_only_line_that_sets_it(k, tmp_path, monkeypatch):
    """The line may be in a module that no event came from."""
    helper = module_of(
        "def freeze(layer):\n    layer.trainalbe = False\n", "helper", tmp_path, monkeypatch
    )
    with layertrace.trace(report=False) as timeline:
        layer = k.layers.Dense(2)
        layer(ONES)
        helper.freeze(layer)

    assert slips(timeline) == [("Dense", "Dense.trainalbe", "trainable", False, 2)]


@KERAS
def test_models_have_attributes_of_their_own(k):
    """`stop_training` belongs to models."""
    with layertrace.trace(report=False) as timeline:
        model = k.Sequential([k.layers.Dense(2)])
        model.stpo_training = True
        model(ONES)

    ((cls, name, meant, value, _),) = slips(timeline)
    assert (cls, name, meant, value) == ("Sequential", "Sequential.stpo_training", "stop_training", True)


def test_nothing_of_the_layer_runs_to_find_it():
    """Only the dictionary of the layer is read."""
    asked = collections.Counter()

    class Asked(keras.layers.Layer):
        def __getattr__(self, name):
            asked[name] += 1
            raise AttributeError(name)

        def __setattr__(self, name, value):
            asked["set " + name] += 1
            super().__setattr__(name, value)

        @property
        def compute_dtyp(self):
            asked["property"] += 1

        def call(self, x):
            return x

    with layertrace.trace(report=False) as timeline:
        layer = Asked()
        layer.suports_masking = True
        layer(ONES)
        before = asked.copy()
    found = slips(timeline)

    assert [slip[1] for slip in found] == ["Asked.suports_masking"]
    assert asked == before


def test_several_lines_are_named_without_layers():
    """It is unknown which layer has which line; so is the value, if they differ."""
    with layertrace.trace(report=False) as timeline:
        first, second = keras.layers.Dense(2), keras.layers.Dense(2)
        first.auto_cast = True
        second.auto_cast = False
        second(first(ONES))

    assert [slip[:3] for slip in slips(timeline)] == [(None, "Dense.auto_cast", "autocast")] * 2
    assert [str(slip[3]) for slip in slips(timeline)] == ["a value"] * 2
    first_line, second_line = [slip[4] for slip in slips(timeline)]
    assert second_line == first_line + 1


UNREAD = """
import keras

class Kept(keras.layers.Layer):
    def call(self, x):
        return x

layer = Kept()
layer.dtype_polcy = "float16"
layer(keras.ops.ones((2, 3)))
"""


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (UNREAD, [("Kept", "Kept.dtype_polcy", "dtype_policy", "float16", None)]),
        (UNREAD.replace("return x", "return x if self.dtype_polcy else 0"), []),
        (UNREAD.replace("return x", "return x if getattr(self, 'dtype_polcy', 1) else 0"), []),
    ],
    ids=["unread", "read", "getattr"],
)
def test_of_a_program_without_source_the_layer_alone_is_named(source, expected):
    """Python does not keep the source of `exec`; what methods read is in their code."""
    with layertrace.trace(report=False) as timeline:
        names = {"__name__": "__main__"}
        exec(compile(source, "<without source>", "exec"), names)

    assert slips(timeline) == expected
    findings = timeline.findings(select=["LT705"])
    assert [finding.fix for finding in findings] == ["layer.dtype_policy = 'float16'"] * len(expected)


def test_an_installed_package_may_read_what_it_sets(tmp_path, monkeypatch):
    """Its source is not the program's."""
    package = module_of(
        "def mark(layer):\n    layer.activity_regulariser = 1\n",
        "package_that_marks_layers",
        tmp_path / "site-packages",
        monkeypatch,
    )
    with layertrace.trace(report=False) as timeline:
        layer = keras.layers.Dense(2)
        package.mark(layer)
        layer(ONES)

    assert slips(timeline) == []


def test_the_line_is_kept_with_a_recording(tmp_path, monkeypatch):
    """The program is gone when the recording is read."""
    monkeypatch.chdir(tmp_path)
    helper = module_of(
        "def drop(layer):\n    layer.activty_regularizer = None\n", "helper_gone", tmp_path, monkeypatch
    )
    with layertrace.trace(report=False, save="run.layertrace"):
        layer = keras.layers.Dense(2)
        helper.drop(layer)
        layer(ONES)
    (tmp_path / "helper_gone.py").unlink()
    monkeypatch.setattr(linecache, "cache", {})
    (finding,) = Timeline.load("run.layertrace").findings(select=["LT705"])

    assert finding.source == "    layer.activty_regularizer = None"


# Not names of the programs in `tests/cases`: these lists are in the same process, and look like `getattr`.
@pytest.mark.parametrize("name", ["validaton", "validattion", "validatiom", "validatino", "avlidation"])
def test_one_edit_or_exchange_is_a_slip(name):
    """A letter is missing, or is there twice, or is another, or has changed its place with the next."""
    assert _is_near(name, "validation")


@pytest.mark.parametrize(
    "name", ["validation", "validation_", "validation2", "validations", "invalidation", "vlaidatoin", "valid"]
)
def test_another_name_is_not_a_slip(name):
    """Endings are common in names that programs choose, and two edits make another name."""
    assert not _is_near(name, "validation")
