"""Runs of real Keras in one process, compared."""

import keras

import layertrace
from layertrace import Timeline
from layertrace.compare.diff import diff


def test_real_keras_numbers_its_layers_and_is_compared_all_the_same():
    """The second run in a process does not differ; with a partial batch, it has one more trace."""

    def run(rows: int) -> Timeline:
        with layertrace.trace() as timeline:
            first = keras.layers.Dense(4, activation="relu")
            layers = [keras.Input((3,)), first, keras.layers.Dropout(0.5), keras.layers.Dense(1)]
            model = keras.Sequential(layers)
            model.compile("adam", "mse")
            x, y = keras.ops.ones((rows, 3)), keras.ops.ones((rows, 1))
            for start in range(0, rows, 8):
                model.train_on_batch(x[start : start + 8], y[start : start + 8])
        return timeline

    yesterday, again, today = run(8), run(8), run(15)
    assert not diff(yesterday, again)
    difference = diff(again, today)
    assert all(layer.before is not None and layer.now is not None for layer in difference.layers)
    causes = [str(event.cause) for function in difference.functions for event in function.new]
    assert causes[0].startswith("data[0]: float32[None, 3], was float32[8, 3]")
