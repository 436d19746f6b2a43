"""What a running recording shows of itself, for `layertrace run --live`."""

import keras
import numpy as np
import tensorflow as tf

import layertrace
from layertrace.record.recording.progress import Progress

ONES = np.ones((4, 3), "float32")


class Probe(keras.layers.Layer):
    """Looks at the recording while it is called."""

    def __init__(self, look, **kwargs):
        super().__init__(**kwargs)
        self.look = look

    def call(self, x):
        self.look()
        return x


def test_what_is_open_is_seen_from_outside_to_inside():
    """The trace of a function, the model and the layer are open; before and after them nothing is."""
    looks = []
    with layertrace.trace() as timeline:
        progress = Progress(timeline)
        before = progress.look()
        model = keras.Sequential([Probe(lambda: looks.append(progress.look()), name="probe")], name="net")
        model(ONES)
        looks.clear()

        @tf.function
        def step(x):
            return model(x)

        step(ONES)
        step(ONES)
        after = progress.look()

    assert (before.open, after.open) == ((), ())
    assert [(span.kind, span.name) for span in looks[-1].open] == [
        ("trace", "step"), ("call", "net"), ("call", "probe"),
    ]  # fmt: skip
    assert after.running == ("step", 2)
    assert progress.look().running is None


def test_functions_of_keras_have_their_role_and_optimizers_are_counted():
    """While `fit` is traced, its role is shown; the state of the optimizer is not the last event."""
    looks = []
    with layertrace.trace() as timeline:
        progress = Progress(timeline)
        model = keras.Sequential(
            [Probe(lambda: looks.append(progress.look())), keras.layers.Dense(1)], name="net"
        )
        model.compile("adam", "mse")
        model.fit(ONES, np.ones((4, 1), "float32"), verbose=0)
        ended = progress.look()

    traced = [seen.open[0].name for seen in looks if seen.open and seen.open[0].kind == "trace"]
    assert set(traced) == {"train of net"}
    assert ended.kinds["trace"] == len(
        [e for e in timeline if e.kind == "trace" and e.function.role is not None]
    )
    assert ended.last.variable is None or ended.last.variable.role is None
