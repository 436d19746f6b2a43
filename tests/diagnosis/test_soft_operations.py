"""An operation without a gradient is written as one that has a gradient, in the user's own names."""

import pytest

from layertrace.diagnosis.soft_operations import differentiable
from layertrace.timeline import Location

pytestmark = pytest.mark.reading


def place_of(tmp_path, *lines):
    """Return the first line of a function."""
    file = tmp_path / f"model_{abs(hash(lines))}.py"
    body = "\n".join(f"    {line}" for line in lines)
    file.write_text(f"import tensorflow as tf\n\ndef loss(x, y, mask):\n{body}\n", encoding="utf-8")
    return Location(str(file), 4, "loss")


@pytest.mark.parametrize(
    ("line", "op", "fix"),
    [
        ("return tf.round(x)", "Round", "return x + tf.stop_gradient(tf.round(x) - x)"),
        ("return y - tf.floor(x)", "Floor", "return y - (x + tf.stop_gradient(tf.floor(x) - x))"),
        ("return ops.ceil(x * 8)", "Ceil", "return (x * 8) + ops.stop_gradient(ops.ceil(x * 8) - (x * 8))"),
        ("return x // 1", "FloorDiv", "return x + tf.stop_gradient(x // 1 - x)"),
        (
            "return tf.round(layer(x))",
            "Round",
            "soft = layer(x)\nreturn soft + tf.stop_gradient(tf.round(soft) - soft)",
        ),
        ("x = tf.cast(x > 0.5, tf.float32)", "Greater", "x = tf.sigmoid(10.0 * (x - 0.5))"),
        ("x = tf.cast(tf.less(x, y), x.dtype)", "Less", "x = tf.sigmoid(10.0 * (y - x))"),
        ("x = ops.where(x > y + 1, 1, 0)", "Greater", "x = ops.sigmoid(10.0 * (x - (y + 1)))"),
        ("x = tf.where(x > 0, 1.0, -1.0)", "Greater", "x = -1.0 + 2 * tf.sigmoid(10.0 * (x - 0))"),
        ("return tf.square(x.numpy() - y)", "numpy", "return tf.square(x - y)"),
        ("x = tf.one_hot(tf.argmax(x, -1), 3)", "ArgMax", "x = tf.nn.softmax(x, axis=-1)"),
        ("x = ops.one_hot(ops.argmax(x, axis=-1), 3)", "ArgMax", "x = ops.softmax(x, axis=-1)"),
    ],
)
def test_an_operation_gets_a_gradient(tmp_path, line, op, fix):
    """It is rounded only on the way forward, or becomes smooth."""
    assert differentiable(place_of(tmp_path, line), op) == (fix, ())


def test_a_class_that_is_written_as_a_vector_below_becomes_a_softmax(tmp_path):
    """Both lines change, since the vector is the softmax then."""
    place = place_of(tmp_path, "best = tf.argmax(x, axis=-1)", "return y * tf.one_hot(best, 3)")
    fix, (edit,) = differentiable(place, "ArgMax")

    assert fix == "best = tf.nn.softmax(x, axis=-1)"
    assert (edit.location.line, edit.code) == (5, "return y * best")


@pytest.mark.parametrize(
    ("lines", "op"),
    [
        (["x = tf.cast(x == y, tf.float32)"], "Equal"),
        (["x = tf.one_hot(tf.argmax(x), 3)"], "ArgMax"),
        (["best = tf.argmax(x, -1)", "return tf.gather(y, best)"], "ArgMax"),
        (["best = tf.argmax(x, -1)", "return tf.one_hot(best, 3) * tf.gather(y, best)"], "ArgMax"),
        (["return tf.round(x) + tf.round(y)"], "Round"),
        (["x = tf.where(x > 0, y, 0.0)"], "Greater"),
        (["return tf.stop_gradient(x)"], "StopGradient"),
    ],
)
def test_an_operation_without_a_smooth_form_is_left(tmp_path, lines, op):
    """Or it is not clear which of several has to change."""
    assert differentiable(place_of(tmp_path, *lines), op) == ("", ())
