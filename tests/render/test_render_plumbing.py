"""What frameworks do for themselves is counted apart, and parameters are those of Keras."""

import stories
from hand_made import Story

from layertrace.render import text
from layertrace.render.tables.counts import apart, count
from layertrace.timeline import Event, FunctionRef, LayerRef, Timeline, VariableSpec

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


def test_without_plumbing_nothing_is_added():
    """A recording of layers alone has plain numbers."""
    assert count(stories.tutorial()).variables_in_words() == "1 variable, 50 parameters"
    assert count(Story().timeline()).traces_in_words() == ""
    assert apart("7 traces", {}) == "7 traces"
    assert apart("7 traces", {"Keras": 2}) == "7 traces (2 more of Keras)"
