"""Plumbing is what frameworks do for themselves; nothing that a user wrote or looks for is plumbing."""

import pytest

from layertrace.timeline import ErrorRef, Event, FunctionRef, LayerRef, Location, Timeline, VariableSpec
from layertrace.timeline.plumbing import origin_of, plumbing

NET = LayerRef(id=1, class_name="Net", name="net", path="net")
KERAS = Location("/lib/keras/src/trainers/data_adapters/array_data_adapter.py", 9)
TENSORFLOW = Location("/lib/tensorflow/python/data/ops/multi_device_iterator_ops.py", 9)
LOADED = Location("/lib/tensorflow/python/saved_model/function_deserialization.py", 9)
MINE = Location("/home/me/train.py", 9)
FAILED = ErrorRef(type="ValueError", message="no", location=MINE, origin=True)


def variable(path="a", **facts):
    name = path.rpartition("/")[2]
    fixed = {"dtype": "float32", "shape": (2,), "trainable": False, "initializer": None}
    return VariableSpec(id=1, name=name, path=path, **fixed, **facts)


def function(name="f", number=7, **facts):
    return FunctionRef(number, name, **facts)


def is_plumbing(*events):
    """Return which of some events are plumbing; they are numbered in order."""
    found = plumbing(events)
    return [event in found for event in events]


ALONE = {
    "a slot": (Event(seq=0, kind="variable", variable=variable(role="optimizer", holder="adam")), True),
    "a metric's state": (Event(seq=0, kind="variable", variable=variable(role="metric"), layer=NET), True),
    "a seed of a layer": (Event(seq=0, kind="variable", variable=variable(role="seed"), layer=NET), True),
    "a weight": (Event(seq=0, kind="variable", variable=variable(), layer=NET), False),
    "a user's variable outside of layers": (Event(seq=0, kind="variable", variable=variable()), False),
    "a user's variable with the name of a slot": (
        Event(seq=0, kind="variable", variable=variable("adam/kernel_momentum", source="tf")),
        False,
    ),
    "a slot that could not be created": (
        Event(seq=0, kind="variable", variable=variable(role="optimizer"), error=FAILED),
        False,
    ),
    "a function of tf.data": (
        Event(seq=0, kind="trace", function=function("Dataset_map_grab_batch"), defined_at=KERAS),
        True,
    ),
    "one in an old file": (Event(seq=0, kind="trace", function=function("Dataset_map_grab_batch")), True),
    "one of the user": (
        Event(seq=0, kind="trace", function=function("Dataset_map_clean"), defined_at=MINE),
        False,
    ),
    "a function of TensorFlow": (
        Event(seq=0, kind="trace", function=function("_init_func"), defined_at=TENSORFLOW),
        True,
    ),
    "a function of the user": (Event(seq=0, kind="trace", function=function(), defined_at=MINE), False),
    "the train function of Keras": (
        Event(seq=0, kind="trace", function=function(role="train", model="net"), defined_at=KERAS),
        False,
    ),
    "a model loaded from a file": (Event(seq=0, kind="run", function=function(), defined_at=LOADED), False),
    "a concrete function": (Event(seq=0, kind="run", function=function()), False),
    "a failed function of tf.data": (
        Event(seq=0, kind="trace", function=function(), defined_at=KERAS, error=FAILED),
        False,
    ),
}


@pytest.mark.parametrize("what", ALONE)
def test_an_event_is_plumbing_by_its_facts(what):
    event, expected = ALONE[what]

    assert is_plumbing(event) == [expected]


USES = {
    "a layer": {"kind": "call", "layer": NET},
    "a user's variable": {"kind": "variable", "variable": variable()},
    "a user's function": {"kind": "trace", "function": function(number=8), "defined_at": MINE},
}


@pytest.mark.parametrize("use", USES)
def test_a_function_with_a_use_inside_is_not_plumbing(use):
    """A dataset that maps a layer over its elements is what the user wrote, in all of its traces."""
    mapped = function("Dataset_map_layer", defined := 9)
    around = {"kind": "trace", "function": mapped, "defined_at": KERAS}
    inner = {"kind": "trace", "function": function("Dataset_map_inner", defined + 1), "defined_at": KERAS}

    assert is_plumbing(
        Event(seq=0, **around),
        Event(seq=1, parent=0, depth=1, **inner),
        Event(seq=2, parent=1, depth=2, **USES[use]),
        Event(seq=3, **around),
        Event(seq=4, parent=3, depth=1, kind="variable", variable=variable(role="seed")),
    ) == [False, False, False, False, True]


def test_a_slot_inside_does_not_make_a_function_of_the_user():
    """State of an optimizer inside a function of TensorFlow is plumbing inside plumbing."""
    assert is_plumbing(
        Event(seq=0, kind="trace", function=function(), defined_at=TENSORFLOW),
        Event(seq=1, parent=0, kind="variable", variable=variable(role="optimizer")),
        Event(seq=2, kind="run", function=function(), defined_at=TENSORFLOW),
    ) == [True, True, True]


def test_reference_layers_are_plumbing_with_all_their_events():
    """Keras creates bare layers while it loads, to see which attributes every layer has."""
    reference = LayerRef(id=2, class_name="Layer", name="layer", path="layer")
    events = (
        Event(seq=0, kind="init", layer=reference, flags=frozenset({"reference"})),
        Event(seq=1, kind="init", layer=NET),
        Event(seq=2, kind="build", layer=reference),
    )

    assert is_plumbing(*events) == [True, False, True]
    assert plumbing(events).layers == {2}


def test_old_files_show_slots_and_seeds_by_paths_that_keras_chooses():
    """A file without roles is judged by such paths; one with roles by these alone."""
    slot = Event(seq=0, kind="variable", variable=variable("adam/net_kernel_velocity"))
    seed = Event(seq=1, kind="variable", variable=variable("net/seed_generator_3/seed_generator_state"))
    mine = Event(seq=2, kind="variable", variable=variable("mine/kernel_velocity"))
    explained = Event(seq=3, kind="trace", function=function(role="train"))

    assert is_plumbing(slot, seed, mine) == [True, True, False]
    assert is_plumbing(slot, seed, mine, explained) == [False] * 4
    assert [origin_of(event) for event in (slot, seed)] == ["optimizers", "random seeds"]


def test_a_function_belongs_to_its_origin():
    """The place of its code shows whose function it is."""
    files = {
        "Keras": KERAS,
        "tf.data": TENSORFLOW,
        "tf.distribute": Location("/lib/tensorflow/python/distribute/values.py", 1),
        "TensorFlow": Location("/lib/tensorflow/python/ops/map_fn.py", 1),
    }
    for origin, place in files.items():
        assert origin_of(Event(seq=0, kind="trace", function=function(), defined_at=place)) == origin
    mapped = Event(seq=0, kind="trace", function=function("Dataset_map_grab_batch"), defined_at=KERAS)
    assert origin_of(mapped) == "tf.data"


def test_a_timeline_has_its_plumbing():
    """It is computed once, and a selection has that of the whole, which shows what a function contains."""
    slot = Event(seq=0, kind="variable", variable=variable(role="optimizer"))
    timeline = Timeline([slot, Event(seq=1, kind="init", layer=NET)])

    assert timeline.plumbing is timeline.plumbing
    assert set(timeline.plumbing) == {0}
    assert timeline.where(kind="init").plumbing is timeline.plumbing


def test_set_operations_return_the_numbers_of_events():
    """What is left of plumbing is an ordinary set."""
    slots = [Event(seq=number, kind="variable", variable=variable(role="optimizer")) for number in (0, 1)]
    plumbed = Timeline(slots).plumbing

    assert plumbed - {1} == {0}
    assert plumbed & {1, 2} == {1}
    assert plumbed | {2} == {0, 1, 2}
