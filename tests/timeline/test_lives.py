"""The lives of layers: how they are nested, and what happened in which pass."""

from dataclasses import replace

import stories
from hand_made import Story
from hypothesis import given
from hypothesis import strategies as st

from layertrace.render.tables.counts import count
from layertrace.render.tables.parameters import Parameters
from layertrace.timeline import Timeline
from layertrace.timeline.context import LayerState, RecordingContext
from layertrace.timeline.lives import lives
from layertrace.timeline.plumbing import plumbing


def shape(timeline):
    """Return the names of the layers, indented as they lie in each other."""
    return ["  " * life.depth + life.layer.name for life in lives(timeline).lives]


def test_a_layer_lies_in_the_layer_that_created_it():
    """Layers created in `__init__` come below their parent, in the order of creation."""
    assert shape(stories.bug()) == ["cnn", "  dense", "  gcn", "  gcn_2"]


def test_a_layer_created_before_its_model_lies_in_the_model_that_calls_it():
    """A functional model is created after its layers."""
    story = Story()
    dense, model = story.layer("Dense", "dense"), story.layer("Functional", "model")
    story.add("init", dense, at=1)
    story.call(dense, "float32[1]", "float32[1]", at=1)
    story.add("init", model, at=2)
    with story.span("call", model, at=3):
        story.call(dense, "float32[1]", "float32[1]", at=3)

    assert shape(story.timeline()) == ["model", "  dense"]


def test_a_layer_that_no_other_called_lies_in_its_holder():
    """Without an attribute, it lies in the smallest layer that tracks it."""
    story = Story()
    model, spare, feed = (story.layer("Layer", name) for name in ("model", "spare", "feed"))
    for at, layer in enumerate((spare, model, feed)):
        story.add("init", layer, at=at + 1)
    states = {model.id: LayerState(layer=model, held={spare.id: "spare"}, children=(spare.id, feed.id))}
    timeline = Timeline(story.events, (), RecordingContext(states=states))

    assert shape(timeline) == ["model", "  spare", "  feed"]


def test_a_layer_lies_in_the_sequential_that_alone_calls_it():
    """`self.decoder = Sequential([Dense(4)])` creates the dense layer in the `__init__` of the model."""
    story = Story()
    model, feed, dense, shared = (
        story.layer(*names)
        for names in (("Net", "net"), ("InputLayer", "feed"), ("Dense", "dense"), ("Dense", "shared"))
    )
    decoder = replace(
        story.layer("Sequential", "decoder"), bases=("keras.src.models.sequential.Sequential",)
    )
    with story.span("init", model, at=1):
        for layer in (shared, feed, dense, decoder):
            story.add("init", layer, at=1)
    with story.span("call", model, at=2):
        story.call(shared, "float32[1]", "float32[1]", at=2)
        with story.span("call", decoder, at=2):
            story.call(dense, "float32[1]", "float32[1]", at=2)
            story.call(shared, "float32[1]", "float32[1]", at=2)
    states = {decoder.id: LayerState(layer=decoder, children=(feed.id, dense.id))}
    timeline = Timeline(story.events, (), RecordingContext(states=states))

    assert shape(timeline) == ["net", "  shared", "  decoder", "    feed", "    dense"]


def test_a_layer_stays_in_its_creator_if_a_layer_outside_calls_it():
    """A model may call the layers of its encoder one by one."""
    story = Story()
    model, encoder, dense = (story.layer("Layer", name) for name in ("model", "encoder", "dense"))
    with story.span("init", model, at=1), story.span("init", encoder, at=1):
        story.add("init", dense, at=1)
    with story.span("call", model, at=2):
        story.call(dense, "float32[1]", "float32[1]", at=2)

    assert shape(story.timeline()) == ["model", "  encoder", "    dense"]


def test_the_layers_of_a_functional_model_are_in_the_order_in_which_it_runs_them():
    """A backbone is created before the layers that come before it; the input is first."""
    story = Story()
    backbone, feed, rescaling = (
        story.layer(*names)
        for names in (("Conv", "backbone"), ("InputLayer", "feed"), ("Rescaling", "rescaling"))
    )
    model = replace(
        story.layer("Functional", "model"), bases=("keras.src.models.functional.Functional",)
    )
    for at, layer in enumerate((backbone, feed, rescaling, model)):
        story.add("init", layer, at=at + 1)
    with story.span("call", model, at=6):
        story.call(rescaling, "float32[1]", "float32[1]", at=6)
        story.call(backbone, "float32[1]", "float32[1]", at=6)
    states = {model.id: LayerState(layer=model, children=(backbone.id, feed.id, rescaling.id))}
    timeline = Timeline(story.events, (), RecordingContext(states=states))

    assert shape(timeline) == ["model", "  feed", "  rescaling", "  backbone"]


def test_lives_are_computed_once():
    """The chart and the table of a page share them."""
    timeline = stories.bug()

    assert lives(timeline) is lives(timeline)


def test_layers_that_create_and_call_each_other_are_in_no_cycle():
    """One of them is at the top."""
    story = Story()
    first, second = story.layer("Layer", "first"), story.layer("Layer", "second")
    with story.span("call", first, at=1), story.span("call", second, at=1):
        pass
    with story.span("call", second, at=2), story.span("call", first, at=2):
        pass

    assert shape(story.timeline()) == ["first", "  second"]


def test_passes_are_those_of_the_program():
    """Each chapter has a pass for eager and symbolic events, and one for each trace of a function."""
    chart = lives(stories.bug())

    assert [(key.chapter, key.mode, key.trace) for key in chart.passes] == [
        (0, "eager", None),
        (1, "graph", 1),
        (1, "graph", 2),
    ]
    assert [str(key.function) for key in chart.passes[1:]] == ["cnn", "cnn"]


def test_a_trace_inside_another_belongs_to_the_function_that_the_program_called():
    """Keras traces `one_step` inside `multi_step`; only the latter runs."""
    story = Story()
    layer = story.layer("Dense", "dense")
    outer, inner = story.function("multi_step"), story.function("one_step")
    tracing = {"trace": 1, "at": 1}
    with story.span("trace", function=outer, **tracing), story.span("trace", function=inner, **tracing):
        story.call(layer, "float32[1]", "float32[1]", at=1)
    story.add("run", function=outer, trace=1, times=20, at=1)
    chart = lives(story.timeline())

    assert [(str(key.function), str(key.traced)) for key in chart.passes] == [("multi_step", "one_step")]
    assert chart.runs == {(0, outer.id): 20}


def test_variables_created_in_call_are_counted_apart():
    """They are the bug of many programs; those of `build` are not."""
    dense, gcn = (next(life for life in lives(stories.bug()).lives if life.layer.name == name)
                  for name in ("dense", "gcn_2"))  # fmt: skip

    assert [(cell.counts.get("variable"), cell.late) for cell in dense.cells.values()] == [
        (None, 0), (2, 0), (None, 0)]  # fmt: skip
    assert [(cell.late, cell.errors) for cell in gcn.cells.values()][1:] == [(1, 0), (0, 1)]


def test_a_layer_has_the_shape_of_its_symbolic_call():
    """The batch dimension is then None, as in `model.summary`."""
    story = Story()
    layer = story.layer("Dense", "dense")
    story.call(layer, "float32[2, 3]", "float32[2, 4]", at=1)
    story.call(layer, "float32[None, 3]", "float32[None, 4]", mode="symbolic", at=2)
    (life,) = lives(story.timeline()).lives

    assert str(life.outputs) == "float32[None, 4]"


def test_a_selection_has_the_lives_of_its_events():
    """Chapters are those of the whole recording."""
    chart = lives(stories.bug().of("gcn_2"))

    assert [life.layer.name for life in chart.lives] == ["gcn_2"]
    assert [key.mode for key in chart.passes] == ["eager", "graph", "graph"]


def test_the_state_of_a_random_generator_is_a_dot_but_not_a_parameter():
    """Keras does not count it, either; the headline counts it apart."""
    story = Story()
    dropout = story.layer("Dropout", "dropout")
    with story.span("init", dropout, at=1):
        story.variable(dropout, "seed_generator_state", "uint32[2]", role="seed")
    (life,) = lives(story.timeline()).lives

    assert [cell.counts["variable"] for cell in life.cells.values()] == [1]
    assert life.parameters == 0


@st.composite
def programs(draw):
    """Return a recording of random events, nested at random."""
    story = Story()
    layers = [story.layer(name, name.lower()) for name in ("A", "B", "C", "D")]
    function = story.function("step")

    def act(depth):
        kind = draw(st.sampled_from(["init", "build", "call", "variable", "trace", "run"]))
        layer = draw(st.sampled_from(layers))
        at = draw(st.integers(1, 4))
        if kind == "variable":
            story.variable(draw(st.sampled_from([layer, None])), "kernel", "float32[2]", at=at)
        elif kind == "run":
            story.add("run", function=function, trace=1, times=draw(st.integers(1, 3)), at=at)
        else:
            fields = {"mode": draw(st.sampled_from(["eager", "symbolic"]))} if kind != "trace" else {}
            if kind == "trace":
                fields = {"function": function, "trace": draw(st.integers(1, 3))}
            with story.span(kind, None if kind == "trace" else layer, at=at, **fields):
                for _ in range(draw(st.integers(0, 3 - depth))):
                    act(depth + 1)

    for _ in range(draw(st.integers(1, 5))):
        act(0)
    return story.timeline()


@given(programs())
def test_the_sum_of_all_cells_is_what_the_headline_counts(timeline):
    """No event is lost, and none is counted twice, whatever happened in whichever order."""
    chart, totals = lives(timeline), count(timeline)
    together = totals.all_layers()
    cells = [(key, cell) for life in chart.lives for key, cell in life.cells.items()]

    def summed(kind, mode=None):
        chosen = [cell for key, cell in cells if mode is None or chart.passes[key].mode == mode]
        return sum(cell.counts.get(kind, 0) for cell in chosen)

    assert (summed("init"), summed("build"), summed("variable")) == (
        together.init, together.build, together.variables)  # fmt: skip
    assert {mode: summed("call", mode) for mode in together.calls} == together.calls
    trainable, frozen = Parameters(timeline, plumbing(timeline)).all_layers()
    assert sum(life.parameters for life in chart.lives) == trainable.parameters + frozen.parameters
    outside = [cell.counts.get("variable", 0) for cell in chart.outside.cells.values()]
    assert sum(outside) == totals.outside.variables
    assert sum(chart.runs.values()) == totals.runs
    assert {life.layer.id for life in chart.lives} == set(totals.layers)
