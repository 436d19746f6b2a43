"""What differs between two recordings."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
import stories
from hand_made import Story, raised, spec
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from layertrace.compare.align_layers import paired
from layertrace.compare.diff import Contrast, diff
from layertrace.timeline import Cause, Change, FunctionRef, LayerRef, Location, Timeline
from layertrace.timeline.context import Failure, RecordingContext

STORIES = ("tutorial", "bug", "fit", "large", "loop", "hostile", "strategy")


def _told(found) -> list[tuple]:
    """Return what layers differ in, in short."""
    return [
        (one.layer.name, contrast.what, contrast.before, contrast.now)
        for one in found.layers
        for contrast in one.contrasts
    ]


# Equal


@pytest.mark.parametrize("story", STORIES)
def test_a_recording_does_not_differ_from_itself(story):
    """The same story told twice is no difference."""
    found = diff(getattr(stories, story)(), getattr(stories, story)())

    assert not found
    assert (found.layers, found.functions, found.outside, found.parting) == ((), (), (), None)


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("automatic", [True, False])
def test_numbers_times_and_places_are_no_difference(story, automatic):
    """What differs from run to run is not told: numbers, times, lines, and the numbers in Keras's names."""
    timeline = getattr(stories, story)()

    assert not diff(timeline, _another_run(timeline, automatic=automatic))
    assert not diff(_another_run(timeline, automatic=automatic), timeline)


def _another_run(timeline: Timeline, *, automatic: bool) -> Timeline:
    """Return the same events as a later run of the same process, on another machine, may give them."""
    layers = {layer.id: _made_later(layer, automatic=automatic) for layer in timeline.layers}
    renamed = {old.name: new.name for old, new in zip(timeline.layers, layers.values(), strict=True)}

    def path(old: str) -> str:
        return "/".join(renamed.get(part, part) for part in old.split("/"))

    return Timeline(
        structs.replace(
            event,
            seq=event.seq + 5,
            parent=None if event.parent is None else event.parent + 5,
            layer=event.layer and replace(layers[event.layer.id], path=path(event.layer.path)),
            start_ns=event.start_ns * 3 + 7,
            duration_ns=event.duration_ns and event.duration_ns * 2,
            function=event.function and FunctionRef(event.function.id + 9, event.function.name),
            variable=event.variable and replace(event.variable, id=event.variable.id + 3),
            error=event.error and replace(event.error, message="other words", location=None),
            location=Location("/elsewhere/edited.py", 1000),
            defined_at=Location("/elsewhere/edited.py", 990) if event.function else None,
        )
        for event in timeline
    )


def _made_later(layer: LayerRef, *, automatic: bool) -> LayerRef:
    """Give a layer another number, and another name where Keras made it: `dense` is `dense_40` now."""
    base, _, number = layer.name.rpartition("_")
    name = layer.name
    if automatic and layer.class_name in ("Dense", "Block", "Dropout", "Sequential", "GCN"):
        is_numbered = bool(base) and number.isdecimal()
        name = f"{base if is_numbered else layer.name}_{40 + int(number) if is_numbered else 40}"
        name = name if layer.name not in ("first", "second") else layer.name
    return replace(layer, id=layer.id + 100, name=name)


def test_numbers_in_values_are_no_difference_where_they_are_of_names():
    """A model that is given its layers is not told that Keras numbers them."""
    found = []
    for number in ("", "_7"):
        story = Story()
        model = story.layer("Sequential", f"sequential{number}")
        story.add("init", model, arguments={"layers": f"<Dense dense{number}>"})
        found.append(story.timeline())

    assert not diff(*found)


def test_versions_alone_are_no_difference():
    """Other versions are told, but do not make two recordings differ."""
    one, two = (Timeline(stories.fit(), surroundings=_versions(v)) for v in ("2.20", "2.21"))
    found = diff(one, two)

    assert not found
    assert found.versions == (Contrast(what="tensorflow", before=("2.20",), now=("2.21",)),)


def _versions(version: str) -> RecordingContext:
    return RecordingContext(versions={"tensorflow": version})


def test_an_empty_recording_differs_from_any_other():
    """Everything appeared, or vanished."""
    assert not diff(Timeline(), Timeline())
    assert [one.before for one in diff(Timeline(), stories.tutorial()).layers] == [None]
    assert [one.now for one in diff(stories.tutorial(), Timeline()).layers] == [None]


# Layers


def _model(*units: int, names: str = "dense", calls: int = 1, first: int = 0, rows: int = 8) -> Timeline:
    """Tell of a model with a Dense for each number of units, which are called in turn."""
    story = Story()
    model = story.layer("Net", "net")
    layers = [
        story.layer("Dense", name := f"{names}_{n}" if n else names, f"net/{name}")
        for n in range(first, first + len(units))
    ]
    story.add("init", model)
    width = 3
    for size, layer in zip(units, layers, strict=True):
        story.add("init", layer, arguments={"units": size})
        with story.span("build", layer, arguments={"input_shape": (None, width)}):
            story.variable(layer, "kernel", f"float32[{width}, {size}]")
        width = size
    for _ in range(calls):
        with story.span("call", model, inputs=spec(f"float32[{rows}, 3]")):
            for layer, size, before in zip(layers, units, (3, *units), strict=False):
                story.call(layer, f"float32[{rows}, {before}]", f"float32[{rows}, {size}]")
    return story.timeline()


def test_more_calls_are_counted():
    """Each layer tells how often it was called, and where."""
    found = diff(_model(4, 8), _model(4, 8, calls=3))

    assert _told(found) == [(name, "calls", ("1",), ("3",)) for name in ("net", "dense", "dense_1")]
    assert [one.calls for one in found.layers] == [(1, 3)] * 3


def test_other_shapes_are_told():
    """What came in and went out, and what was made for it."""
    assert _told(diff(_model(4, 8), _model(6, 8))) == [
        ("dense", "init units", ("4",), ("6",)),
        ("dense", "outputs", ("float32[8, 4]",), ("float32[8, 6]",)),
        ("dense", "variable kernel", ("float32[3, 4]",), ("float32[3, 6]",)),
        ("dense_1", "build input_shape", ("(None, 4)",), ("(None, 6)",)),
        ("dense_1", "inputs", ("float32[8, 4]",), ("float32[8, 6]",)),
        ("dense_1", "variable kernel", ("float32[4, 8]",), ("float32[6, 8]",)),
    ]


def test_a_layer_put_in_between_is_found():
    """What Keras names by number is paired by order, and what is alike on both sides stays together."""
    found = diff(_model(4, 8, 8, 2), _model(4, 4, 8, 8, 2, first=3))

    assert [(one.before, one.now.name) for one in found.layers] == [(None, "dense_4")]


def test_a_name_that_somebody_gave_is_kept_to():
    """Named layers are paired by their names, in whatever order they come."""
    one, two = Story(), Story()
    for story, names in ((one, ("left", "right")), (two, ("right", "left"))):
        for name in names:
            story.add("init", story.layer("Dense", name), arguments={"units": 4 if name == "left" else 8})
    found = diff(one.timeline(), two.timeline())

    assert found.layers == ()
    assert [event.layer.name for event in found.parting] == ["left", "right"]


def test_a_layer_that_was_renamed_is_still_the_same():
    """With the same class and the same weights in the same model, another name is another name."""
    found = diff(_model(4, 8, names="head"), _model(4, 8, names="tail"))

    assert _told(found) == [
        ("tail", "name", ("head",), ("tail",)),
        ("tail_1", "name", ("head_1",), ("tail_1",)),
    ]


def test_a_class_that_was_replaced_is_told():
    """A layer of one name and another class is the same layer, of another class."""
    one, two = Story(), Story()
    one.add("init", one.layer("Dense", "head"))
    two.add("init", two.layer("MyDense", "head"))

    assert _told(diff(one.timeline(), two.timeline())) == [("head", "class", ("Dense",), ("MyDense",))]


@pytest.mark.parametrize("full_paths", [True, False])
def test_a_model_put_into_another_is_found_there(full_paths):
    """A model that was wrapped has moved, and its layers with it; Keras tells their paths either way."""
    found = diff(_model(4, 8), _wrapped(_model(4, 8), full_paths=full_paths))

    assert [one.now.name for one in found.layers if one.before is None] == ["wrapper"]
    assert _told(found) == [("net", "place", ("in no other layer",), ("in wrapper",))]


def _wrapped(timeline: Timeline, *, full_paths: bool) -> Timeline:
    wrapper = LayerRef(id=99, class_name="Wrapper", name="wrapper", path="wrapper")

    def inside(layer: LayerRef) -> LayerRef:
        moves = full_paths or layer.name == "net"
        return replace(layer, path=f"wrapper/{layer.path}") if moves else layer

    events = [structs.replace(event, layer=inside(event.layer)) for event in timeline]
    last = events[-1]
    made = structs.replace(last, seq=last.seq + 1, layer=wrapper, parent=None, kind="init")
    return Timeline([*events, made])


def test_what_lies_in_a_layer_that_vanished_is_counted_with_it():
    """Of a model that is gone, only itself is listed."""
    found = diff(_model(4, 8), Timeline())

    assert [(one.before.name, one.inside, one.calls) for one in found.layers] == [("net", 2, (1, 0))]


def test_variables_that_were_not_there_are_told():
    """A layer that makes a weight more, or the same one otherwise, is told with it."""
    one, two = Story(), Story()
    for story in (one, two):
        layer = story.layer("Gate", "gate")
        with story.span("build", layer):
            story.variable(layer, "w", "float32[4]", trainable=story is two)
            if story is two:
                story.variable(layer, "w", "float32[2]")
                story.variable(layer, "b", "float32[]", source="tf")

    assert _told(diff(one.timeline(), two.timeline())) == [
        ("gate", "variable w", ("float32[4], not trainable",), ("float32[4]",)),
        ("gate", "variable w no. 2", (), ("float32[2]",)),
        ("gate", "variable b", (), ("float32[], tf.Variable",)),
    ]


def test_errors_are_compared_by_what_they_are():
    """What raises now and did not is told; what an error says is not compared."""
    one, two = Story(), Story()
    for story in (one, two):
        layer = story.layer("Gate", "gate")
        error = raised("ValueError", "no") if story is two else None
        story.call(layer, "float32[2]", "float32[2]" if error is None else None, error=error)
    failure = Failure(error=raised("ValueError", "no"))
    found = diff(one.timeline(), Timeline(two.timeline(), surroundings=RecordingContext(failure=failure)))

    assert _told(found)[-1] == ("gate", "raises", (), ("ValueError",))
    assert found.outside == (Contrast(what="ended by", before=(), now=("ValueError",)),)


# Functions


def _stepping(*rows: int, functions: int = 1, line: int = 9, name: str = "step") -> Timeline:
    """Tell of functions that are traced for some numbers of rows."""
    story = Story()
    for number in range(functions):
        function = story.function(name)
        for trace, size in enumerate(rows, start=1):
            now = f"float32[{size}, 3]"
            change = Change(argument="x", what="shape", before=f"float32[{rows[0]}, 3]", now=now, axes=(0,))
            cause = Cause(reason="signature", changes=(change,), compared_with=1) if trace > 1 else None
            if number and trace == 1:
                cause = Cause(reason="new function", detail=f"tf.function no. {number + 1} of this code")
            place = Location("/home/ada/train.py", line)
            traced = {"trace": trace, "inputs": {"x": spec(now)}, "cause": cause, "defined_at": place}
            story.add("trace", function=function, **traced)
    return story.timeline()


def test_a_retrace_is_told_with_its_cause():
    """What is traced more often since yesterday is told with what differs in its arguments."""
    (found,) = diff(_stepping(8), _stepping(8, 7, 9)).functions

    assert found.traces == (1, 3)
    assert [str(event.cause) for event in found.new] == [
        "x: float32[7, 3], was float32[8, 3] (dimension 0)",
        "x: float32[9, 3], was float32[8, 3] (dimension 0)",
    ]
    assert found.gone == ()


def test_a_function_traced_for_something_else_is_told():
    """As many traces, but for other shapes, are a difference."""
    (found,) = diff(_stepping(8), _stepping(16)).functions

    assert found.traces == (1, 1)
    assert [str(event.inputs["x"]) for event in (*found.gone, *found.new)] == [
        "float32[8, 3]",
        "float32[16, 3]",
    ]


def test_a_function_that_takes_a_layer_is_the_same_for_its_twin():
    """Keras numbers layers through a process, so that the second run of a program has other numbers."""
    found = []
    for number in ("", "_1"):
        story = Story()
        given = {"net": f"<Dense dense{number}>"}
        story.add("trace", function=story.function("step"), trace=1, inputs=given)
        found.append(story.timeline())

    assert not diff(*found)


def test_functions_made_anew_are_one_difference():
    """A function made in a loop is many functions of one definition."""
    (found,) = diff(_stepping(8), _stepping(8, functions=5, line=12)).functions

    assert [(one.what, one.before, one.now) for one in found.contrasts] == [
        ("functions", ("1",), ("5",)),
        ("traces", ("1",), ("5",)),
    ]
    assert {event.cause.reason for event in found.new} == {"new function"}


def test_a_layer_that_is_called_no_more_stays_itself():
    """A layer that somebody named is the same one when it has lost its place and its weights."""

    def recorded(*, used):
        story = Story()
        model = story.layer("Model", "model")
        head = story.layer("Dense", "head", "model/head" if used else "head")
        story.add("init", head)
        with story.span("call", model):
            if used:
                story.variable(head, "kernel", "float32[2, 2]")
                story.add("call", head)
        return story.timeline()

    (found,) = diff(recorded(used=True), recorded(used=False)).layers

    assert (found.before.path, found.now.path, found.calls) == ("model/head", "head", (1, 0))


def test_functions_of_one_name_are_told_apart_by_their_definition():
    """Two layers' `call` are two functions, of which one is the same as before."""
    yesterday = [*_stepping(8, line=9), *_other(_stepping(8, 7, line=50))]
    today = [*_stepping(8, line=9), *_other(_stepping(8, 7, 6, line=50))]
    (found,) = diff(Timeline(yesterday), Timeline(today)).functions

    assert found.traces == (2, 3)
    assert str(found.now[0].defined_at) == "/home/ada/train.py:50"


def _other(timeline: Timeline) -> list:
    return [structs.replace(e, seq=e.seq + 50, function=FunctionRef(9, e.function.name)) for e in timeline]


def test_a_function_that_appeared_has_no_past():
    """Functions of a name that was not there are told with all their traces."""
    found = {one.name: one for one in diff(_stepping(8), _stepping(8, 7, name="train")).functions}

    assert (found["train"].before, len(found["train"].new)) == ((), 2)
    assert (found["step"].now, len(found["step"].gone)) == ((), 1)


# Order


def test_recordings_part_where_one_does_something_else():
    """The first event that differs is told, of each."""
    assert diff(_model(4, 8), _model(4, 8, rows=9)).parting is None
    was, is_ = diff(_model(4), _model(4, calls=2)).parting
    assert was is None
    assert (is_.kind, is_.layer.name, is_.call_index) == ("call", "net", 2)


@given(st.lists(st.integers(0, 3)), st.lists(st.integers(0, 3)))
def test_pairs_keep_the_order_of_both_and_leave_nothing_out(before, now):
    """Every member of both lists comes once, in its order, alone or with one of the other."""
    found = list(paired(before, now, str))

    assert [one for one, _ in found if one is not None] == before
    assert [other for _, other in found if other is not None] == now
    if before == now:
        assert found == list(zip(before, now, strict=True))


def test_large_recordings_are_compared_in_reasonable_time():
    """A thousand layers in one group, half of them replaced, cost no more than their number tells."""
    sizes = [random.Random(1).randrange(1, 5) for _ in range(1000)]
    others = [random.Random(2).randrange(1, 5) for _ in range(1100)]
    found = diff(_model(*sizes), _model(*others))

    assert sum(one.before is None for one in found.layers) == 100


def test_real_keras_numbers_its_layers_and_is_compared_all_the_same():
    """The same program run again in a process differs in nothing; with a partial batch, in a trace more."""
    keras = pytest.importorskip("keras")
    import layertrace

    def run(rows: int) -> Timeline:
        with layertrace.trace() as timeline:
            first = keras.layers.Dense(4, activation="relu")
            layers = [keras.Input((3,)), first, keras.layers.Dropout(0.5), keras.layers.Dense(1)]
            model = keras.Sequential(layers)
            model.compile("adam", "mse")
            x, y = keras.ops.ones((rows, 3)), keras.ops.ones((rows, 1))
            for start in range(0, rows, 8):
                model.train_on_batch(x[start : start + 8], y[start : start + 8])
        return timeline

    yesterday, again, today = run(8), run(8), run(15)
    assert not diff(yesterday, again)
    found = diff(again, today)
    assert all(one.before is not None and one.now is not None for one in found.layers)
    causes = [str(event.cause) for one in found.functions for event in one.new]
    assert causes[0].startswith("data[0]: float32[None, 3], was float32[8, 3]")
