"""A functional model that cannot be created leaves a note of the Inputs that it lacks."""

import keras
import pytest
import tf_keras

import layertrace

KERAS = pytest.mark.parametrize("k", [keras, tf_keras], ids=["keras", "tf_keras"])


def two_towers(k):
    """Return two Inputs, and the output that comes from both."""
    left, right = k.Input((3,), name="left"), k.Input((3,), name="right")
    both = k.layers.Concatenate(name="both")([k.layers.Dense(2, name="near")(left), right])
    return left, right, k.layers.Dense(1, name="answer")(both)


def refused(k, inputs, outputs):
    """Return the observation of a model that Keras refuses."""
    with pytest.raises(ValueError, match="connected"), layertrace.trace(report=False) as timeline:
        k.Model(inputs, outputs)
    (seen,) = [each for each in timeline.surroundings.observations if each.what == "disconnected"]
    return seen


@KERAS
def test_the_input_that_is_missing_is_named(k):
    """It is noted with the layer whose output needs it; the Input that was given is used."""
    left, _, answer = two_towers(k)
    seen = refused(k, left, answer)

    assert seen.layer.name == "answer"
    assert len(seen.now) == 1
    assert seen.before == ()
    assert seen.role == "all outputs"
    assert seen.location.function == "refused"


@KERAS
def test_an_input_that_no_output_comes_from_is_noted(k):
    """It was given in place of the right one."""
    left, _, answer = two_towers(k)
    other = k.Input((3,), name="other")
    seen = refused(k, [left, other], {"answer": answer, "left": k.layers.Dense(1)(left)})

    assert len(seen.before) == 1
    assert seen.before != seen.now
    assert (seen.paths, seen.role) == (("0",), "some outputs")


@KERAS
def test_a_model_inside_is_not_entered(k):
    """The layers of a model that is called inside another belong to its own Input."""
    inner = k.Input((3,), name="inner")
    hidden = k.layers.Dense(2, name="hidden")(inner)
    base = k.Model(inner, hidden, name="base")
    outer = k.Input((3,), name="outer")
    answer = base(outer)
    seen = refused(k, outer, [hidden, answer])

    assert seen.layer.name == "hidden"
    assert seen.paths == ("0",)


@KERAS
def test_a_model_that_is_refused_for_something_else_leaves_no_note(k):
    """Every output comes from what was given."""
    left, right, answer = two_towers(k)
    with layertrace.trace(report=False) as timeline:
        k.Model([left, right], answer)
        with pytest.raises((ValueError, AttributeError)):
            k.Model([left, right], [answer, None])

    assert [each for each in timeline.surroundings.observations if each.what == "disconnected"] == []


def test_what_is_before_a_given_tensor_is_not_missing():
    """`keras.Function` may begin at any tensor: the Inputs that it is computed from are not needed."""
    left, right = keras.Input((3,), name="left"), keras.Input((3,), name="right")
    near = keras.layers.Dense(2, name="near")(left)
    answer = keras.layers.Concatenate(name="both")([near, right])
    with pytest.raises(ValueError, match="connected"), layertrace.trace(report=False) as timeline:
        keras.Function([near], answer)

    (seen,) = [each for each in timeline.surroundings.observations if each.what == "disconnected"]
    assert len(seen.now) == 1
    assert seen.before == ()
