"""The parts of a line: mode, inputs and outputs, errors."""

from contextlib import ExitStack
from dataclasses import replace

import pytest
import stories
from hand_made import Story, raised, spec

from layertrace.render import text
from layertrace.timeline import Opaque, Timeline


def lines(timeline, **options):
    """Return the lines of a tree without its heading and guides."""
    page = text(timeline, width=200, encoding="utf-8", times=False, **options)
    return [line.lstrip("│├└─ ") for line in page.splitlines() if "─" in line or "✗" in line]


@pytest.fixture
def story():
    return Story()


@pytest.fixture
def dense(story):
    return story.layer("Dense", "dense")


def test_a_fit_shows_why_call_ran_three_times():
    """One call while Keras infers shapes, two while tracing, and then none."""
    page = text(stories.fit().of("dense"), width=160, encoding="utf-8")

    assert "call×3: 1 symbolic, 2 traced" in page.splitlines()[0]
    for line, words in zip(
        page.splitlines()[-3:],
        (
            "call 1  float32[None, 4] → float32[None, 3]  symbolic: Keras infers shapes",
            "call 2  float32[4, 4] → float32[4, 3]        graph, trace 1 of train",
            "call 3  float32[4, 4] → float32[4, 3]        graph, trace 2 of train",
        ),
        strict=True,
    ):
        assert words in line


def test_a_trace_shows_where_its_calls_ran():
    """Directly inside a trace, `graph` is enough; deeper events need no mode."""
    tree_lines = lines(stories.fit())

    assert "9  call 2    sequential  float32[4, 4] → float32[4, 3]  graph  training=True" in tree_lines[9]
    assert tree_lines[10].split(" train.py")[0].rstrip() == "10 call 2  dense  float32[4, 4] → float32[4, 3]"


def test_a_trace_repeats_its_arguments_only_if_they_changed(story):
    """A trace shows its arguments only if they differ from the previous ones."""
    function = story.function("step")
    for trace, shape in enumerate(("float32[32]", "float32[32]", "float32[17]"), start=1):
        story.add("trace", function=function, trace=trace, inputs={"x": spec(shape)})

    assert lines(story.timeline()) == [
        "0 trace 1  step  x: float32[32]",
        "1 trace 2  step",
        "2 trace 3  step  x: float32[17]",
    ]


def test_a_call_that_has_not_ended_is_open(story, dense):
    """A running call has no output yet."""
    story.add("call", dense, inputs=spec("float32[1]"), ms=None)

    assert lines(story.timeline()) == ["0 call 1  float32[1] → …  eager"]


def test_a_call_that_returns_nothing_shows_none(story, dense):
    """A forgotten `return` is visible."""
    story.add("call", dense, inputs=spec("float32[1]"))

    assert lines(story.timeline()) == ["0 call 1  float32[1] → None  eager"]


def test_training_is_shown_where_it_changes(story, dense):
    """`training` is shown at the model, and at layers only if it differs."""
    model = story.layer("Model", "model")
    with story.span("call", model, training=True):
        for training in (True, False, None):
            story.add("call", dense, training=training, mask=training is None)

    assert lines(story.timeline()) == [
        "0 call 1  model (Model)  eager  training=True",
        "1 call 1  dense (Dense)",
        "2 call 2  dense          training=False",
        "3 call 3  dense          with mask",
    ]


def test_a_layer_created_while_tracing_shows_it(story, dense):
    """A layer created while tracing shows its mode; layers are usually created eagerly."""
    function = story.function("step")
    with story.span("trace", function=function, trace=1):
        story.add("init", dense, arguments={"units": 2})
        with story.span("build", dense, mode="symbolic"):
            story.variable(dense, "kernel", "float32[2]", deferred=True)

    assert lines(story.timeline()) == [
        "0 trace 1  step",
        "1 init   units=2  graph",
        "2 build           symbolic",
        "3 variable  kernel  float32[2]  initialized later",
    ]


def test_variables_show_what_is_unusual(story, dense):
    """A variable shows an owner other than the parent's layer, and whether it is raw or frozen."""
    other = story.layer("Dense", "other")
    with story.span("build", dense):
        story.variable(dense, "a", "float32[2]", initializer="Zeros")
        story.variable(other, "b", "float32[2]", trainable=False)
        story.variable(None, "c", "float32[2]", source="tf", initializer="float32[2]")
        story.variable(dense, "d", "float32[2]", device="GPU:1")

    assert lines(story.timeline())[1:] == [
        "1 variable  a                   float32[2]  Zeros",
        "2 variable  b of other (Dense)  float32[2]  not trainable",
        "3 variable  c                   float32[2]  tf.Variable",
        "4 variable  d                   float32[2]  on GPU:1",
    ]


def test_a_selection_names_the_layers_around_that_it_left_out(story, dense):
    """They are named from the outermost on, without the event's own layer, and never those that are shown."""
    net, head, block = (story.layer("Block", name) for name in ("net", "head", "block"))
    with story.span("call", net), story.span("call", head), story.span("call", dense):
        story.add("build", dense)
    with story.span("call", net), story.span("call", head), story.span("call", block):
        story.call(dense, "float32[2]", "float32[2]")
        story.call(dense, "float32[2]", "float32[2]")
    timeline = story.timeline()

    (build,) = [line for line in lines(timeline.where(kind="build")) if "build" in line]
    assert build.endswith("in net › head")
    calls = [line for line in lines(timeline.of("dense")) if " call " in line]
    assert calls[0].endswith("in net › head")
    assert calls[-1].endswith("in net › head › block")
    assert not [line for line in lines(timeline) if " in " in line]


def test_of_many_layers_around_the_first_and_the_last_are_named(story, dense):
    """More than three are shortened."""
    around = [story.layer("Block", name) for name in ("a", "b", "c", "d")]
    with ExitStack() as stack:
        for layer in around:
            stack.enter_context(story.span("call", layer))
        story.call(dense, "float32[2]", "float32[2]")

    assert "in a › … › d" in text(story.timeline().of("dense"), width=200, encoding="utf-8")


def test_an_error_shows_its_message_once(story, dense):
    """Type, message and location are shown where it was raised, a cross where it passed through."""
    model = story.layer("Model", "model")
    outer = story.span("call", model, inputs=spec("float32[1]"), at=3)
    with outer, story.span("call", dense, inputs=spec("float32[1]"), at=4):
        story.fails(raised("ValueError", "bad\nmore", "net.py:8"))

    assert [" ".join(line.split()) for line in lines(story.timeline())] == [
        "0 call 1 model (Model) float32[1] → ✗ ValueError eager train.py:3",
        "1 call 1 dense (Dense) float32[1] → ✗ ✗ ValueError: bad (net.py:8) train.py:4",
    ]


def test_an_error_of_which_only_the_outside_was_selected_keeps_its_type():
    """Without the event that raised it, the outermost event shows at least its type."""
    tree_lines = lines(stories.bug().of("cnn"), places=False)

    assert tree_lines[-1] == "14 call 2  float32[2, 3] → ✗              ValueError  graph, trace 2 of cnn"


def test_the_name_of_a_layer_is_shown_once(story):
    """The name argument of `Dense(3, name="head")` is not repeated."""
    story.add("init", story.layer("Dense", "head"), arguments={"units": 3, "name": "head"})

    assert lines(story.timeline()) == ["0 init  units=3"]


def test_arguments_at_their_defaults_are_left_out(story):
    """A line shows only the arguments that the program chose, in the shortest form."""
    config = {"class_name": "VarianceScaling", "config": {"scale": 2.0, "mode": "fan_out", "seed": None}}
    conv = structs_of_keras(story.layer("Conv2D", "conv"))
    arguments = {
        "filters": 8,
        "strides": 1,
        "kernel_initializer": config,
        "bias_initializer": {"class_name": "Zeros", "config": {}},
        "kernel_regularizer": None,
        "dtype": {"class_name": "DTypePolicy", "config": {"name": "float32"}},
        "rate": 0.5,
    }
    story.add("init", conv, arguments=arguments, at_default=("rate",))

    shown = "filters=8, kernel_initializer=VarianceScaling(2.0, 'fan_out')"
    assert lines(story.timeline()) == [f"0 init  {shown}"]


def structs_of_keras(layer):
    """Return a layer as one of a class of Keras, whose defaults are known."""
    return replace(layer, bases=("keras.src.layers.convolutional.conv2d.Conv2D",))


def test_values_that_keras_computes_inside_have_words(story, dense):
    """The name of a function inside Keras does not help a user."""
    story.variable(dense, "seed_generator_state", "int64[2]", initializer="seed_initializer")
    story.variable(dense, "bias", "float32[64]", initializer="bias_initializer")

    assert [line.split()[-1] for line in lines(story.timeline())] == ["seed", "unit_forget_bias"]


def test_an_empty_timeline_explains_what_to_do():
    """An empty timeline shows the notes of the recording as the reason."""
    page = text(Timeline((), ["nothing matched 'encoder/*'"]), width=200, encoding="utf-8")

    assert page.splitlines() == [
        "nothing was recorded",
        "  note: nothing matched 'encoder/*'",
    ]


def test_opaque_values_are_shown_as_they_are_described(story, dense):
    """An opaque value is shown by its stored description."""
    story.add("init", dense, arguments={"kernel_initializer": Opaque("<GlorotUniform>")})

    assert lines(story.timeline()) == ["0 init  kernel_initializer=<GlorotUniform>"]


@pytest.mark.parametrize("is_built", [True, False])
def test_a_call_that_builds_a_layer_is_explained(is_built):
    """Keras calls a layer without `build` twice, which looks like a bug of the model."""
    story = Story()
    net, head = story.layer("Net", "net"), story.layer("Head", "head")
    with story.span("call", net, mode="symbolic"):
        story.call(head, "float32[1, 4]", "float32[1, 2]", mode="symbolic")
        if is_built:
            story.add("build", head, mode="symbolic")
        story.call(head, "float32[1, 4]", "float32[1, 2]", mode="symbolic")
    story.add("build", net)
    shown = lines(story.timeline(), fold=False)

    assert [line.endswith("to build it") for line in shown] == [True, is_built, *[False] * (2 + is_built)]
