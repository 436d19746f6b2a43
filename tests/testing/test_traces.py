"""assert_max_traces passes up to the limit, and shows the argument that changed if it fails."""

from pathlib import Path

import pytest
import tensorflow as tf

import layertrace
from layertrace.errors import QueryError
from layertrace.testing import assert_max_traces
from layertrace.timeline import Event, FunctionRef, Location, Timeline


def make_step():
    return tf.function(lambda x, alpha: x * alpha)


def test_it_passes_at_the_limit():
    """As many traces as allowed pass, and the context manager yields the timeline of its block."""
    step = make_step()

    with assert_max_traces(2) as timeline:
        for alpha in (0.1, 0.2, 0.1):
            step(tf.ones(2), alpha)

    assert timeline.functions[0].runs == 3
    assert_max_traces(2, timeline)


def test_its_failure_shows_the_argument_with_both_values():
    """Above the limit, the message shows what changed in each trace, and the line that called it."""
    step = make_step()

    with pytest.raises(AssertionError) as caught, assert_max_traces(1):
        for alpha in (0.1, 0.2):
            step(tf.ones(2), alpha)

    message = str(caught.value)
    assert message.startswith("<lambda> was traced 2 times, expected at most 1\n")
    assert "trace 1   0 trace 1 of <lambda>  x: float32[2], alpha: 0.1" in message
    assert ">            2 trace 2 of <lambda>  alpha=0.2, was 0.1" in message
    assert message.endswith(f"{Path(__file__).name}:{caught.tb.tb_lineno + 2}")


def test_recreated_functions_count_together():
    """A tf.function that a loop creates in each iteration is traced in each; that is one failure."""
    with layertrace.trace() as timeline:
        for _ in range(8):
            make_step()(tf.ones(2), 1)

    with pytest.raises(AssertionError, match="traced 8 times \\(8 tf.functions from the same code\\)"):
        assert_max_traces(7, timeline)


def test_one_function_can_be_chosen():
    """With a name, only that function is limited."""
    with layertrace.trace() as timeline:
        for alpha in (1, 2):
            make_step()(tf.ones(2), alpha)

    with pytest.raises(QueryError, match="no function 'train' in this timeline; it has <lambda>"):
        assert_max_traces(1, timeline, function="train")
    with pytest.raises(AssertionError):
        assert_max_traces(1, timeline, function="<lambda>")


def test_an_exception_in_the_block_is_raised_instead():
    """If the block itself fails, its traces are not checked."""
    with pytest.raises(KeyError), assert_max_traces(0):
        make_step()(tf.ones(2), 1)
        raise KeyError("own")


def traced(*functions, at="/lib/keras/src/backend/tensorflow/trainer.py"):
    """Return a timeline in which each function is traced once, from the same code."""
    place = Location(at, 150)
    return Timeline(
        Event(seq=seq, kind="trace", function=function, trace=1, start_ns=seq, defined_at=place)
        for seq, function in enumerate(functions)
    )


def test_functions_of_keras_count_by_role_and_model():
    """The train and the test function of a model are two, although Keras creates both from one code."""
    of = [FunctionRef(1, "f", role="train", model="net"), FunctionRef(2, "f", role="test", model="net")]
    of += [FunctionRef(3, "f", role="train", model="other")]

    assert_max_traces(1, traced(*of))
    assert_max_traces(1, traced(*of), function="train of net")
    with pytest.raises(AssertionError, match="train of net was traced 2 times"):
        assert_max_traces(1, traced(of[0], FunctionRef(4, "f", role="train", model="net")))


def test_models_that_a_loop_creates_count_together():
    """Keras numbers their names."""
    models = [FunctionRef(n, "f", role="predict", model=f"net_{n}" if n else "net") for n in range(3)]

    with pytest.raises(AssertionError, match="predict of net was traced 3 times"):
        assert_max_traces(2, traced(*models))


def test_a_function_counts_once_for_each_dataset_that_maps_it():
    """tf.data traces it for each of them, which does not count as a retrace."""
    assert_max_traces(1, traced(*(FunctionRef(n, "Dataset_map_clean") for n in range(3)), at="train.py"))
