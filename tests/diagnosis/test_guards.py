"""An operation that is infinite for some inputs is kept away from these, in the user's own names."""

import pytest

from layertrace.diagnosis.guards import guarded_statement
from layertrace.timeline import Location

pytestmark = pytest.mark.reading


def place_of(tmp_path, *lines):
    """Return the first line of a function."""
    file = tmp_path / f"model_{abs(hash(lines))}.py"
    body = "\n".join(f"    {line}" for line in lines)
    file.write_text(f"import tensorflow as tf\n\ndef loss(x, y, mask):\n{body}\n", encoding="utf-8")
    return Location(str(file), 4, "loss")


@pytest.mark.parametrize(
    ("line", "op", "operand", "fix"),
    [
        ("return tf.sqrt(x - y)", "Sqrt", "difference", "return tf.sqrt(tf.maximum(x - y, 1e-7))"),
        ("return (x - y) ** 0.5", "Pow", "difference", "return tf.maximum(x - y, 1e-7) ** 0.5"),
        ("x = ops.log(1.0 - x)", "Log", "difference", "x = ops.log(ops.maximum(1.0 - x, 1e-7))"),
        ("return tf.math.log(tf.nn.softmax(x))", "Log", "softmax", "return tf.nn.log_softmax(x)"),
        ("return x / ops.sum(mask)", "RealDiv", "mask", "return x / ops.maximum(ops.sum(mask), 1.0)"),
        ("return x / (y - 1.0)", "RealDiv", "difference", "return tf.math.divide_no_nan(x, y - 1.0)"),
        ("return x / tf.abs(y)", "RealDiv", "positive data", "return x / tf.maximum(tf.abs(y), 1e-7)"),
        (
            "return tf.norm(x, axis=-1)",
            "Sqrt",
            "positive relu",
            "return tf.sqrt(tf.maximum(tf.reduce_sum(tf.square(x), axis=-1), 1e-7))",
        ),
        (
            "return tf.math.reduce_std(x, 0)",
            "Sqrt",
            "difference",
            "return tf.sqrt(tf.maximum(tf.math.reduce_variance(x, 0), 1e-7))",
        ),
        ("return ops.std(x)", "Sqrt", "difference", "return ops.sqrt(ops.maximum(ops.var(x), 1e-7))"),
        ("x = tf.where(mask, x, -np.inf)", "Softmax", "-inf", "x = tf.where(mask, x, -1e9)"),
        ("x = tf.where(mask, x, float('-inf'))", "Softmax", "-inf", "x = tf.where(mask, x, -1e9)"),
        ("return tf.exp(x)", "Exp", "output", "return tf.exp(tf.minimum(x, 40.0))"),
        ("x = ops.exp(x)", "Exp", "axis -1 scores", "x = ops.exp(x - ops.max(x, axis=-1, keepdims=True))"),
        (
            "return tf.acos(x)",
            "Acos",
            "cosine",
            "return tf.acos(tf.clip_by_value(x, -1 + 1e-6, 1 - 1e-6))",
        ),
    ],
)
def test_an_operation_is_kept_finite(tmp_path, line, op, operand, fix):
    """Its input is kept away from where it, or its gradient, is infinite."""
    assert guarded_statement(place_of(tmp_path, line), op, operand) == fix


@pytest.mark.parametrize(
    ("line", "op", "operand"),
    [
        ("return mine.sqrt(x)", "Sqrt", "difference"),
        ("return tf.norm(x, ord=1)", "Sqrt", "relu"),
        ("x = tf.where(mask, x, LOW)", "Softmax", "-inf"),
        ("return helper(x)", "RealDiv", "mask"),
    ],
)
def test_an_operation_that_is_not_known_is_not_rewritten(tmp_path, line, op, operand):
    """The line calls a function of the program, or an option decides what it means."""
    assert guarded_statement(place_of(tmp_path, line), op, operand) == ""
