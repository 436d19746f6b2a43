"""A timeline is a sequence of events that can be asked."""

import pytest

from layertrace.errors import QueryError, UnknownLayerError
from layertrace.timeline import (
    ErrorRef,
    Event,
    FunctionRef,
    LayerRef,
    TensorSpec,
    Timeline,
    VariableSpec,
)

BASES = ("keras.src.layers.core.dense.Dense", "keras.src.layers.layer.Layer")
NET = LayerRef(id=1, class_name="Net", name="net", path="net", bases=("app.Net", *BASES[1:]))
DENSE = LayerRef(id=2, class_name="Dense", name="dense", path="net/encoder/dense", bases=BASES)
STEP = FunctionRef(1, "step")
KERNEL = VariableSpec(
    id=1, name="kernel", path="dense/kernel", dtype="float32", shape=(5, 3), trainable=True, initializer=None
)
EVENTS = [
    Event(seq=0, kind="trace", function=STEP, trace=1),
    Event(seq=1, kind="call", layer=NET, parent=0, depth=1, mode="graph", function=STEP, trace=1),
    Event(seq=2, kind="build", layer=DENSE, parent=1, depth=2, mode="graph", function=STEP, trace=1),
    Event(seq=3, kind="variable", layer=DENSE, parent=2, depth=3, variable=KERNEL),
    Event(
        seq=4, kind="call", layer=DENSE, parent=1, depth=2, mode="graph", function=STEP, trace=1,
        error=ErrorRef(type="ValueError", message="no\nway", location=None, origin=True),
    ),
    Event(seq=5, kind="call", layer=DENSE, mode="eager"),
]  # fmt: skip


@pytest.fixture
def timeline():
    return Timeline(EVENTS, notes=["a note"])


def test_a_timeline_is_a_sequence(timeline):
    """It has a length, items, slices and an order."""
    assert len(timeline) == 6
    assert timeline[0] is EVENTS[0]
    assert timeline[-1] is EVENTS[-1]
    assert list(timeline) == EVENTS
    assert EVENTS[2] in timeline


def test_slices_are_timelines(timeline):
    """A slice is a timeline that keeps the numbers and the notes."""
    part = timeline[2:4]

    assert isinstance(part, Timeline)
    assert [event.seq for event in part] == [2, 3]
    assert part.notes == ("a note",)


def test_without_leaves_out_a_name_with_what_is_inside(timeline):
    """A layer, a LayerRef, a name or a path stands for the layer and for all that happens in it."""
    for subject in ("net", NET, "n*t"):
        assert [event.seq for event in timeline.without(subject)] == [0]
    assert [event.seq for event in timeline.without("dense")] == [0, 1]


def test_without_leaves_out_a_class_alone(timeline):
    """The name of a class, or its module, stands for its own events only."""
    for glob in ("Net", "app.*"):
        assert [event.seq for event in timeline.without(glob)] == [0, 2, 3, 4, 5]
    assert [event.seq for event in timeline.without("keras.layers.*")] == [0, 1]
    with pytest.raises(UnknownLayerError):
        timeline.without("missing")


def test_a_module_selects_its_layers(timeline):
    """A glob with a dot is compared with the class and its module, with and without `src`."""
    assert {event.layer for event in timeline.of("keras.layers.*")} == {DENSE}
    assert {event.layer for event in timeline.of("keras.src.layers.*")} == {DENSE}
    with pytest.raises(UnknownLayerError):
        timeline.of("keras*")  # without a dot, no module


def test_the_layers_that_were_left_out_around_an_event_are_known(timeline):
    """They are those between an event and its nearest selected ancestor, outermost first."""
    variable = EVENTS[3]

    assert timeline.where(kind="variable").left_out_around(variable) == (NET, DENSE)
    assert timeline.where(kind=["variable", "call"]).left_out_around(variable) == (DENSE,)
    assert timeline.left_out_around(variable) == ()


def test_kinds_layers_variables_errors(timeline):
    """The usual queries have short names."""
    assert timeline.kinds == ["trace", "call", "build", "variable", "call", "call"]
    assert timeline.layers == (NET, DENSE)
    assert [event.variable.name for event in timeline.variables] == ["kernel"]
    assert [event.seq for event in timeline.errors] == [4]


def test_of_takes_names_paths_classes_and_refs(timeline):
    """`of` selects by a name, a path from any parent down, a class name, or a ref."""
    assert [event.seq for event in timeline.of("net")] == [1]
    for subject in ("dense", "encoder/dense", "net/*", "De*", DENSE):
        assert [event.seq for event in timeline.of(subject)] == [2, 3, 4, 5]


def test_of_an_unknown_layer_lists_the_known_ones(timeline):
    """The error for an unknown layer lists the layers of the timeline."""
    with pytest.raises(UnknownLayerError) as raised:
        timeline.of("decoder")

    assert str(raised.value) == "no layer 'decoder' in this timeline; it has net (Net), dense (Dense)"


@pytest.mark.parametrize(
    ("glob", "meant"),
    [("encodr/*", "'encoder/*'"), ("dens", "'dense'"), ("nett/*", "'net/*'"), ("xyz", "")],
)
def test_a_misspelled_name_is_corrected(timeline, glob, meant):
    """The error suggests globs that differ little and match a layer."""
    with pytest.raises(UnknownLayerError) as raised:
        timeline.of(glob)

    suggested = f" (did you mean {meant}?)" if meant else ""
    assert str(raised.value).startswith(f"no layer {glob!r} in this timeline{suggested}; it has net (Net)")


def test_of_many_layers_one_of_each_class_is_listed():
    """The error for an unknown layer stays short, and corrects the last step of a path, too."""
    refs = [
        LayerRef(id=n, class_name=f"Class{n % 3}", name=f"dense_{n}", path=f"net/block/dense_{n}")
        for n in range(30)
    ]
    many = Timeline(Event(seq=ref.id, kind="call", layer=ref) for ref in refs)

    with pytest.raises(UnknownLayerError) as raised:
        many.of("block/dens_7")
    assert str(raised.value).startswith(
        "no layer 'block/dens_7' in this timeline (did you mean 'block/dense_7', "
    )
    assert str(raised.value).endswith(
        "?); it has 30 layers, such as dense_0 (Class0), dense_1 (Class1), dense_2 (Class2)"
    )


def test_a_timeline_describes_itself_in_numbers():
    """One event is `1 event`, and thousands are separated."""
    events = [Event(seq=seq, kind="call", layer=DENSE) for seq in range(1200)]

    assert repr(Timeline(events)) == "<Timeline: 1,200 events of 1 layer>"
    assert repr(Timeline(events[:1])) == "<Timeline: 1 event of 1 layer>"
    assert repr(Timeline()) == "<Timeline: 0 events of 0 layers>"


def test_of_an_empty_timeline_explains_that_it_has_no_layers():
    """The error of a timeline without layers explains that it has none."""
    with pytest.raises(UnknownLayerError, match="it has no layer at all"):
        Timeline().of("dense")


def test_where_takes_fields_lists_and_predicates(timeline):
    """`where` selects by fields, by any of several values, and by predicates."""
    assert [event.seq for event in timeline.where(kind="call", mode="graph")] == [1, 4]
    assert [event.seq for event in timeline.where(kind=["build", "variable"])] == [2, 3]
    assert [event.seq for event in timeline.where(lambda event: event.depth == 2)] == [2, 4]
    assert [event.seq for event in timeline.where(function="step", kind="trace")] == [0]
    assert [event.seq for event in timeline.where(layer="dense", kind="call")] == [4, 5]
    assert [event.seq for event in timeline.where(layer=None)] == [0]


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ({"kin": "call"}, "events have no field 'kin'; they have seq, kind, layer"),
        ({"kind": "calls"}, "unknown kind 'calls'; the kinds are init, build, call"),
        ({"mode": ["eager", "lazy"]}, "unknown mode 'lazy'; the modes are eager, symbolic, graph"),
    ],
)
def test_where_refuses_what_events_do_not_have(timeline, field, message):
    """The error for an unknown field, kind or mode lists the valid ones."""
    with pytest.raises(QueryError) as raised:
        timeline.where(**field)

    assert str(raised.value).startswith(message)


def test_selections_nest_by_the_nearest_selected_event(timeline):
    """Events inside an event that was not selected belong to its nearest selected ancestor."""
    calls_and_variables = timeline.where(kind=["call", "variable"])

    assert [event.seq for event in calls_and_variables.roots] == [1, 5]
    assert [event.seq for event in calls_and_variables.children(EVENTS[1])] == [3, 4]
    assert timeline.matches("trace(call(build(variable) call)) call")
    assert timeline.of("dense").matches("build(variable) call call")


def test_specs_read_like_tensorflow_s():
    """A spec is written as dtype and shape, with None for an unknown dimension."""
    assert str(TensorSpec("float32", (None, 10))) == "float32[None, 10]"
    assert str(TensorSpec("int64", None)) == "int64[...]"
    assert str(TensorSpec("int64", (2,), "ragged")) == "ragged int64[2]"


def test_errors_read_in_one_line():
    """An error is written with its type and the first line of its message."""
    assert str(EVENTS[4].error) == "ValueError: no"


def test_parameters_count_numbers():
    """The number of a variable's parameters is the product of its shape; 0 if the shape is unknown."""
    unknown = VariableSpec(
        id=2, name="w", path="w", dtype="float32", shape=None, trainable=True, initializer=None
    )
    assert (KERNEL.parameters, unknown.parameters) == (15, 0)


def test_events_are_frozen(timeline):
    """The fields of an event cannot be assigned."""
    with pytest.raises(AttributeError):
        timeline[0].kind = "call"
