"""Comparing two recordings."""

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


def _contrasts(difference) -> list[tuple]:
    """Return a short form of the differences between layers."""
    return [
        (layer.layer.name, contrast.what, contrast.before, contrast.now)
        for layer in difference.layers
        for contrast in layer.contrasts
    ]


# Equal


@pytest.mark.parametrize("story", STORIES)
def test_a_recording_does_not_differ_from_itself(story):
    """A recording does not differ from an equal one."""
    difference = diff(getattr(stories, story)(), getattr(stories, story)())

    assert not difference
    assert (difference.layers, difference.functions, difference.outside) == ((), (), ())
    assert difference.parting is None


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("automatic", [True, False])
def test_ids_times_and_line_numbers_are_not_compared(story, automatic):
    """Ids, timings, line numbers and the numbers in generated names, which vary, are not compared."""
    timeline = getattr(stories, story)()

    assert not diff(timeline, _another_run(timeline, automatic=automatic))
    assert not diff(_another_run(timeline, automatic=automatic), timeline)


def _another_run(timeline: Timeline, *, automatic: bool) -> Timeline:
    """Return the events as a later run of the same program on another machine may record them."""
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
    """Return a layer with another number, and another generated name: `dense` becomes `dense_40`."""
    base, _, number = layer.name.rpartition("_")
    name = layer.name
    if automatic and layer.class_name in ("Dense", "Block", "Dropout", "Sequential", "GCN"):
        is_numbered = bool(base) and number.isdecimal()
        name = f"{base if is_numbered else layer.name}_{40 + int(number) if is_numbered else 40}"
        name = name if layer.name not in ("first", "second") else layer.name
    return replace(layer, id=layer.id + 100, name=name)


def test_generated_names_in_arguments_are_not_compared():
    """The generated names of layers that a model receives are not compared."""
    timelines = []
    for number in ("", "_7"):
        story = Story()
        model = story.layer("Sequential", f"sequential{number}")
        story.add("init", model, arguments={"layers": f"<Dense dense{number}>"})
        timelines.append(story.timeline())

    assert not diff(*timelines)


def test_versions_alone_do_not_differ():
    """Other versions are reported, but are not a difference between recordings."""
    before, after = (Timeline(stories.fit(), surroundings=_versions(v)) for v in ("2.20", "2.21"))
    difference = diff(before, after)

    assert not difference
    assert difference.versions == (Contrast(what="tensorflow", before=("2.20",), now=("2.21",)),)


def _versions(version: str) -> RecordingContext:
    return RecordingContext(versions={"tensorflow": version})


def test_an_empty_recording_differs_from_any_other():
    """Compared with an empty recording, everything appeared or disappeared."""
    assert not diff(Timeline(), Timeline())
    assert [layer.before for layer in diff(Timeline(), stories.tutorial()).layers] == [None]
    assert [layer.now for layer in diff(stories.tutorial(), Timeline()).layers] == [None]


# Layers


def _model(*units: int, names: str = "dense", calls: int = 1, first: int = 0, rows: int = 8) -> Timeline:
    """Return the timeline of a model that calls one Dense for each number of units."""
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
    """For each layer, the number of calls in each mode is compared."""
    difference = diff(_model(4, 8), _model(4, 8, calls=3))

    assert _contrasts(difference) == [(name, "calls", ("1",), ("3",)) for name in ("net", "dense", "dense_1")]
    assert [layer.calls for layer in difference.layers] == [(1, 3)] * 3


def test_other_shapes_are_reported():
    """The inputs, outputs and variables of a layer are compared."""
    assert _contrasts(diff(_model(4, 8), _model(6, 8))) == [
        ("dense", "init units", ("4",), ("6",)),
        ("dense", "outputs", ("float32[8, 4]",), ("float32[8, 6]",)),
        ("dense", "variable kernel", ("float32[3, 4]",), ("float32[3, 6]",)),
        ("dense_1", "build input_shape", ("(None, 4)",), ("(None, 6)",)),
        ("dense_1", "inputs", ("float32[8, 4]",), ("float32[8, 6]",)),
        ("dense_1", "variable kernel", ("float32[4, 8]",), ("float32[6, 8]",)),
    ]


def test_a_layer_put_in_between_is_found():
    """Layers with generated names are paired by order, and equal layers stay together."""
    difference = diff(_model(4, 8, 8, 2), _model(4, 4, 8, 8, 2, first=3))

    assert [(layer.before, layer.now.name) for layer in difference.layers] == [(None, "dense_4")]


def test_given_names_pair_layers():
    """Layers with given names are paired by name, in any order."""
    before, after = Story(), Story()
    for story, names in ((before, ("left", "right")), (after, ("right", "left"))):
        for name in names:
            story.add("init", story.layer("Dense", name), arguments={"units": 4 if name == "left" else 8})
    difference = diff(before.timeline(), after.timeline())

    assert difference.layers == ()
    assert [event.layer.name for event in difference.parting] == ["left", "right"]


def test_a_layer_that_was_renamed_is_still_the_same():
    """A layer with another name, but the same class, weights and parent, was renamed."""
    difference = diff(_model(4, 8, names="head"), _model(4, 8, names="tail"))

    assert _contrasts(difference) == [
        ("tail", "name", ("head",), ("tail",)),
        ("tail_1", "name", ("head_1",), ("tail_1",)),
    ]


def test_a_class_that_was_replaced_is_reported():
    """A layer with the same name and another class is the same layer."""
    before, after = Story(), Story()
    before.add("init", before.layer("Dense", "head"))
    after.add("init", after.layer("MyDense", "head"))

    assert _contrasts(diff(before.timeline(), after.timeline())) == [
        ("head", "class", ("Dense",), ("MyDense",)),
    ]


@pytest.mark.parametrize("full_paths", [True, False])
def test_a_model_put_into_another_is_found_there(full_paths):
    """A model that was wrapped has moved together with its layers, whichever paths Keras gives them."""
    difference = diff(_model(4, 8), _wrapped(_model(4, 8), full_paths=full_paths))

    assert [layer.now.name for layer in difference.layers if layer.before is None] == ["wrapper"]
    assert _contrasts(difference) == [("net", "place", ("in no other layer",), ("in wrapper",))]


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
    """If a model disappears, its layers are not listed, only the model."""
    (layer,) = diff(_model(4, 8), Timeline()).layers

    assert (layer.before.name, layer.inside, layer.calls) == ("net", 2, (1, 0))


def test_new_variables_are_reported():
    """A layer that creates another weight, or a weight with another shape, differs in it."""
    before, after = Story(), Story()
    for story in (before, after):
        layer = story.layer("Gate", "gate")
        with story.span("build", layer):
            story.variable(layer, "w", "float32[4]", trainable=story is after)
            if story is after:
                story.variable(layer, "w", "float32[2]")
                story.variable(layer, "b", "float32[]", source="tf")

    assert _contrasts(diff(before.timeline(), after.timeline())) == [
        ("gate", "variable w", ("float32[4], not trainable",), ("float32[4]",)),
        ("gate", "variable w no. 2", (), ("float32[2]",)),
        ("gate", "variable b", (), ("float32[], tf.Variable",)),
    ]


def test_errors_are_compared_by_what_they_are():
    """A new exception is a difference; the messages of exceptions are not compared."""
    before, after = Story(), Story()
    for story in (before, after):
        layer = story.layer("Gate", "gate")
        error = raised("ValueError", "no") if story is after else None
        story.call(layer, "float32[2]", "float32[2]" if error is None else None, error=error)
    failure = Failure(error=raised("ValueError", "no"))
    failed = Timeline(after.timeline(), surroundings=RecordingContext(failure=failure))
    difference = diff(before.timeline(), failed)

    assert _contrasts(difference)[-1] == ("gate", "raises", (), ("ValueError",))
    assert difference.outside == (Contrast(what="ended by", before=(), now=("ValueError",)),)


# Functions


def _stepping(*rows: int, functions: int = 1, line: int = 9, name: str = "step") -> Timeline:
    """Return the timeline of functions that are traced for some numbers of rows."""
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


def test_a_retrace_is_reported_with_its_cause():
    """New traces of a function are listed with the arguments that caused them."""
    (difference,) = diff(_stepping(8), _stepping(8, 7, 9)).functions

    assert difference.traces == (1, 3)
    assert [str(event.cause) for event in difference.new] == [
        "x: float32[7, 3], was float32[8, 3] (dimension 0)",
        "x: float32[9, 3], was float32[8, 3] (dimension 0)",
    ]
    assert difference.gone == ()


def test_a_function_traced_for_other_arguments_is_reported():
    """The same number of traces for other shapes is a difference."""
    (difference,) = diff(_stepping(8), _stepping(16)).functions

    assert difference.traces == (1, 1)
    assert [str(event.inputs["x"]) for event in (*difference.gone, *difference.new)] == [
        "float32[8, 3]",
        "float32[16, 3]",
    ]


def test_a_function_of_keras_and_its_step_are_one():
    """The step is traced twice in one trace of `fit`, which is a difference of one trace, and not of two."""

    def fitted(*, passes):
        story = Story()
        train, step = (
            story.function("f", role="train", model="net", step=is_step) for is_step in (False, True)
        )
        with story.span("trace", function=train, trace=1):
            for trace in range(1, passes + 1):
                story.add("trace", function=step, trace=trace)
        return story.timeline()

    (difference,) = diff(fitted(passes=1), fitted(passes=2)).functions

    assert (difference.name, difference.traces) == ("train of net", (1, 2))


def test_a_function_that_takes_a_layer_is_the_same_for_its_twin():
    """Keras counts layers per process, so the second run in a process has other generated names."""
    timelines = []
    for number in ("", "_1"):
        story = Story()
        given = {"net": f"<Dense dense{number}>"}
        story.add("trace", function=story.function("step"), trace=1, inputs=given)
        timelines.append(story.timeline())

    assert not diff(*timelines)


def test_recreated_functions_are_one_difference():
    """A function that is created in a loop is many functions with one definition."""
    (difference,) = diff(_stepping(8), _stepping(8, functions=5, line=12)).functions

    assert [(contrast.what, contrast.before, contrast.now) for contrast in difference.contrasts] == [
        ("functions", ("1",), ("5",)),
        ("traces", ("1",), ("5",)),
    ]
    assert {event.cause.reason for event in difference.new} == {"new function"}


def test_a_layer_that_is_called_no_more_stays_itself():
    """A layer with a given name is the same layer after it was moved and its weights changed."""

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

    (difference,) = diff(recorded(used=True), recorded(used=False)).layers

    assert (difference.before.path, difference.now.path, difference.calls) == ("model/head", "head", (1, 0))


def test_functions_of_one_name_are_distinguished_by_definition():
    """The `call` methods of two layers are two functions; the unchanged one is not a difference."""
    yesterday = [*_stepping(8, line=9), *_other(_stepping(8, 7, line=50))]
    today = [*_stepping(8, line=9), *_other(_stepping(8, 7, 6, line=50))]
    (difference,) = diff(Timeline(yesterday), Timeline(today)).functions

    assert difference.traces == (2, 3)
    assert str(difference.now[0].defined_at) == "/home/ada/train.py:50"


def _other(timeline: Timeline) -> list:
    return [
        structs.replace(event, seq=event.seq + 50, function=FunctionRef(9, event.function.name))
        for event in timeline
    ]


def test_a_function_that_appeared_has_no_past():
    """New functions are listed with all their traces."""
    difference = diff(_stepping(8), _stepping(8, 7, name="train"))
    functions = {function.name: function for function in difference.functions}

    assert (functions["train"].before, len(functions["train"].new)) == ((), 2)
    assert (functions["step"].now, len(functions["step"].gone)) == ((), 1)


# Order


def test_recordings_part_where_one_does_something_else():
    """The first event that differs is reported for both recordings."""
    assert diff(_model(4, 8), _model(4, 8, rows=9)).parting is None
    before, now = diff(_model(4), _model(4, calls=2)).parting
    assert before is None
    assert (now.kind, now.layer.name, now.call_index) == ("call", "net", 2)


@given(st.lists(st.integers(0, 3)), st.lists(st.integers(0, 3)))
def test_pairs_keep_the_order_of_both_and_leave_nothing_out(before, now):
    """Each element of both lists is in exactly one pair, in order."""
    pairs = list(paired(before, now, str))

    assert [old for old, _ in pairs if old is not None] == before
    assert [new for _, new in pairs if new is not None] == now
    if before == now:
        assert pairs == list(zip(before, now, strict=True))


def test_large_recordings_are_compared_in_reasonable_time():
    """A thousand layers in one group, half of them replaced, are compared quickly."""
    sizes = [random.Random(1).randrange(1, 5) for _ in range(1000)]
    others = [random.Random(2).randrange(1, 5) for _ in range(1100)]
    difference = diff(_model(*sizes), _model(*others))

    assert sum(layer.before is None for layer in difference.layers) == 100
