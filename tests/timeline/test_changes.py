"""Separating what was changed between two recordings from what follows from it."""

from __future__ import annotations

from hand_made import Story, spec

from layertrace.compare.changes import changes
from layertrace.compare.diff import diff
from layertrace.timeline import FunctionRef, Timeline


def _net(
    units: int = 4, *, calls: int = 1, dropout: bool = False, traces: int = 0, rows: int = 8
) -> Timeline:
    """Return a timeline of a model of two layers, perhaps with a Dropout between them."""
    story = Story()
    net = story.layer("Net", "net")
    hidden, drop, head = (
        story.layer(class_name, name, f"net/{name}")
        for class_name, name in (("Dense", "hidden"), ("Dropout", "drop"), ("Dense", "head"))
    )
    listed = "<Dense hidden>, <Dropout drop>, <Dense head>" if dropout else "<Dense hidden>, <Dense head>"
    story.add("init", net, arguments={"layers": listed})
    story.add("init", hidden, arguments={"units": units})
    story.add("init", head, arguments={"units": 2})
    story.variable(hidden, "kernel", f"float32[3, {units}]")
    story.variable(head, "kernel", f"float32[{units}, 2]")
    story.variable(None, "hidden_kernel_momentum", f"float32[3, {units}]", role="optimizer", holder="adam")

    def call(mode: str) -> None:
        with story.span("call", net, mode=mode, inputs=spec(f"float32[{rows}, 3]")):
            story.call(hidden, f"float32[{rows}, 3]", f"float32[{rows}, {units}]", mode=mode)
            if dropout:
                story.call(drop, f"float32[{rows}, {units}]", f"float32[{rows}, {units}]", mode=mode)
            story.call(head, f"float32[{rows}, {units}]", f"float32[{rows}, 2]", mode=mode)

    for _ in range(calls):
        call("eager")
    step = story.function("step")
    for trace in range(1, traces + 1):
        with story.span("trace", function=step, trace=trace, inputs={"x": spec(f"float32[{trace}, 3]")}):
            call("graph")
    return story.timeline()


def _changed(before: Timeline, now: Timeline) -> list[tuple[str, list[str], list[str]]]:
    """Return for each change who changed, in which respects, and who follows."""
    return [
        (
            change.function.name
            if change.function
            else ", ".join(layer.layer.name for layer in change.layers),
            [cause.what for cause in change.causes],
            [follower.layer.name for follower in change.followers],
        )
        for change in changes(diff(before, now))
    ]


def test_shapes_follow_from_the_argument_that_changed_them():
    """The next layer and the optimizer differ only because the units of a layer changed."""
    (change,) = changes(diff(_net(4), _net(6)))

    assert [cause.what for cause in change.causes] == ["init units"]
    assert [effect.what for effect in change.effects] == ["outputs", "variable kernel"]
    assert [follower.layer.name for follower in change.followers] == ["head"]
    assert change.holders == ("adam",)


def test_calls_of_inner_layers_follow_from_those_of_the_outer():
    """A model that is called once more is one change."""
    assert _changed(_net(), _net(calls=2)) == [("net", ["calls"], ["hidden", "head"])]


def test_other_data_are_one_change():
    """If only the size of the batch differs, the outermost layer has other inputs, and the rest follows."""
    assert _changed(_net(), _net(rows=9)) == [("net", ["inputs"], ["hidden", "head"])]


def test_calls_while_tracing_follow_from_the_traces():
    """One more trace of a function explains one more call of each layer in it."""
    assert _changed(_net(traces=1), _net(traces=2)) == [("step", [], ["net", "hidden", "head"])]


def test_a_new_layer_explains_the_list_that_names_it():
    """A model whose argument lists its layers did not change itself."""
    before, now = _net(), _net(dropout=True)

    assert _changed(before, now) == [("drop", [], ["net"])]
    (change,) = changes(diff(before, now))
    assert [layer.name for layer in change.layers[0].between] == ["hidden", "head"]


def test_layers_that_changed_alike_are_one_change():
    """The same argument of three layers of a class, with the same effects, is one change."""

    def blocks(activation: str) -> Timeline:
        story = Story()
        for number in range(3):
            story.add("init", story.layer("Dense", f"dense_{number}"), arguments={"activation": activation})
        return story.timeline()

    assert _changed(blocks("relu"), blocks("gelu")) == [
        ("dense_0, dense_1, dense_2", ["init activation"], [])
    ]


def _fit(*steps: int, optimizer: str = "adam", model: str = "net") -> Timeline:
    """Return a timeline of a model that is trained some number of steps, once for each number."""
    story = Story()
    for index, runs in enumerate(steps):
        name = model if index == 0 else f"{model}_{index}"
        outer = FunctionRef(10 * index + 1, "multi_step_on_iterator", role="train", model=name)
        inner = FunctionRef(10 * index + 2, "one_step_on_data", role="train", model=name, step=True)
        with story.span("trace", function=outer, trace=1):
            for trace in (1, 2)[:runs]:
                with story.span("trace", function=inner, trace=trace):
                    story.variable(None, "kernel_momentum", "float32[3]", role="optimizer", holder=optimizer)
        story.add("run", function=outer, times=runs)
    return story.timeline()


def test_functions_of_keras_are_paired_by_their_role():
    """The number in a model's name does not matter, and the inner function follows from the outer."""
    assert _changed(_fit(8), _fit(8, model="net_3")) == []
    assert _changed(_fit(8), _fit(4)) == [("train of net", [], [])]
    assert _changed(_fit(8), _fit(1))[0] == ("train of net", [], [])


def test_another_optimizer_appears_and_disappears_as_a_whole():
    """The variables of an optimizer are one change, named as the optimizer."""
    separated = changes(diff(_fit(8), _fit(8, optimizer="sgd")))

    assert [(change.holder.name, change.holder.variables) for change in separated] == [
        ("sgd", (0, 2)),
        ("adam", (2, 0)),
    ]
