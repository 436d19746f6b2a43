"""What frameworks do for themselves is counted apart, and parameters are those of Keras."""

import stories
from hand_made import Story

from layertrace.diagnosis import diagnose
from layertrace.render import function_table, text, verdict
from layertrace.render.console import written
from layertrace.render.tables.counts import apart, count
from layertrace.render.wording.plumbing_phrases import plumbing_phrase
from layertrace.timeline import Cause, Change, Event, FunctionRef, LayerRef, Location, Timeline, VariableSpec

NET = LayerRef(id=1, class_name="Net", name="net", path="net")
MIXED = {"optimizer": 3, "metric": 2, "seed": 1}


def variable(number, **facts):
    spec = {"dtype": "float32", "shape": (10,), "trainable": False, "initializer": None}
    return VariableSpec(id=number, name="v", path="v", **spec, **facts)


def trained():
    """Return a timeline with a weight, with the state of an optimizer and metrics, and with tf.data."""
    roles = [None, *(role for role, number in MIXED.items() for _ in range(number))]
    events = [Event(seq=0, kind="init", layer=NET)]
    for number, role in enumerate(roles, start=1):
        owner = NET if role in (None, "seed") else None
        created = variable(number, role=role)
        events.append(
            Event(seq=number, kind="variable", layer=owner, variable=created, start_ns=number)
        )
    for function in (FunctionRef(1, "Dataset_map_f"), FunctionRef(2, "multi", role="train", model="net")):
        events.append(Event(seq=len(events), kind="trace", function=function, trace=1, start_ns=len(events)))
    return Timeline(events)


def test_the_state_of_others_is_no_parameter():
    """Seeds, slots and metrics are variables that count_params() does not count, and neither do we."""
    totals = count(trained())

    assert totals.layers[NET.id].variables == 1
    assert totals.layers[NET.id].parameters == 10
    assert totals.outside.variables == 0
    assert totals.variables_in_words() == (
        "1 variable (6 more of optimizers, metrics and random seeds), 10 parameters"
    )


def test_functions_of_tf_data_are_counted_apart():
    """The number of traces is that of functions which the user calls."""
    totals = count(trained())

    assert totals.traces == 1
    assert totals.traces_in_words() == "1 trace (1 more of tf.data)"


def test_events_without_a_timeline_are_counted_alike():
    """A list of events has plumbing, too."""
    assert count(list(trained())) == count(trained())


def test_a_heading_shows_both_counts():
    """The first line of a tree has what the user did, and what came with it."""
    assert "1 trace (1 more of tf.data)" in text(trained(), width=160)


def loaded():
    """Return a timeline with a layer, and two with which Keras compares layers while it saves."""
    story = Story()
    story.add("init", story.layer("Dense", "head"), at=1)
    for name in ("first", "second"):
        story.add("init", story.layer("Dense", name), at=2, flags=frozenset({"reference"}))
    return story.timeline()


def test_the_verdict_counts_the_layers_of_the_heading():
    """Reference layers are in neither: a reader compares the two numbers."""
    timeline = loaded()

    assert len(count(timeline).layers) == 1
    assert verdict(timeline, diagnose(timeline)).sentence == "nothing wrong found in 3 events of 1 layer"


def test_reference_layers_are_named():
    """The words for them are a noun that can be counted."""
    events = [event for event in loaded() if event.flags]

    assert plumbing_phrase(events) == "2 reference layers of Keras"
    assert plumbing_phrase(events[:1]) == "1 reference layer of Keras"


def test_without_plumbing_nothing_is_added():
    """A recording of layers alone has plain numbers."""
    assert count(stories.tutorial()).variables_in_words() == "1 variable, 50 parameters"
    assert count(Story().timeline()).traces_in_words() == ""
    assert apart("7 traces", {}) == "7 traces"
    assert apart("7 traces", {"Keras": 2}) == "7 traces (2 more of Keras)"


SECOND_PASS = Cause(reason="second pass", detail="traced twice: the first pass created the variables")
ROWS = Change(argument="data[0]", what="shape", before="float32[32, 3]", now="float32[None, 3]", axes=(0,))
LAST_BATCH = Cause(reason="signature", changes=(ROWS,), compared_with=1, detail="last batch: 18 rows, not 32")
NEW_RATE = Change(argument="rate", what="value", before="0.1", now="0.2")


def trained_by_keras():
    """Return the traces and runs of a fit with validation, of a predict, and of a function of the user."""
    trainer = Location("/lib/keras/src/backend/tensorflow/trainer.py", 150)
    train, step = (FunctionRef(n, "f", role="train", model="net", step=n == 2) for n in (1, 2))
    test = FunctionRef(3, "f", role="test", model="net")
    predict = FunctionRef(4, "g", role="predict", model="net")
    own, mapped = FunctionRef(5, "scale"), FunctionRef(6, "Dataset_map_clean")
    new_rate = Cause(reason="signature", changes=(NEW_RATE,), compared_with=1)
    causes = {train: [None], step: [None, SECOND_PASS], test: [None], predict: [None, LAST_BATCH]}
    causes |= {own: [None, new_rate], mapped: [None, None]}
    places = {own: Location("/home/me/train.py", 7), mapped: None}
    traced = [(function, *pair) for function, of in causes.items() for pair in enumerate(of, start=1)]
    events = [
        Event(
            seq=seq,
            kind="trace",
            function=function,
            trace=trace,
            cause=cause,
            start_ns=seq,
            duration_ns=2_000_000,
            defined_at=places.get(function, trainer),
            parent=0 if function.step else None,
        )
        for seq, (function, trace, cause) in enumerate(traced)
    ]
    runs = [Event(seq=10, kind="run", function=train, times=21, start_ns=10, defined_at=trainer)]
    return Timeline([*events, *runs])


def test_functions_of_keras_are_listed_by_what_they_are_for():
    """A reader sees what is trained, tested and predicted, and one line for all that tf.data traces."""
    lines = [line.rstrip() for line in written(function_table(trained_by_keras()), width=100).splitlines()]

    assert lines[:1] + lines[2:] == [
        "function          traces runs tracing  why again",
        "train of net           2   21  2.0 ms  traced twice: the first pass created the variables",
        "test of net            1    0  2.0 ms",
        "predict of net         2    0  4.0 ms  last batch: 18 rows, not 32",
        "scale train.py:7       2    0  4.0 ms  rate=0.2, was 0.1",
        "and 1 function of tf.data, traced 2 times in 4.0 ms",
    ]


def test_only_what_a_program_can_avoid_is_a_warning():
    """A second pass and a last batch belong to every fit and predict; a new value does not."""
    shown = written(function_table(trained_by_keras()), width=100, colour=True)
    yellow = "\x1b[33m"

    assert f"{yellow}rate=0.2" in shown
    assert f"{yellow}second pass" not in shown
    assert f"{yellow}last batch" not in shown
