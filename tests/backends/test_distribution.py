"""On JAX, training with a `keras.distribution` on several devices is the same bare and traced."""

from __future__ import annotations

import importlib.util

import pytest
from keras_programs import printed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="needs JAX, as in .ci/run"),
]

PROGRAM = """
import contextlib
import keras, layertrace
import numpy as np

def data_parallel():
    return keras.distribution.DataParallel(devices=keras.distribution.list_devices())

def model_parallel():
    mesh = keras.distribution.DeviceMesh((2, 2), ("batch", "model"), keras.distribution.list_devices())
    layouts = keras.distribution.LayoutMap(mesh)
    layouts[".*inner/kernel"] = (None, "model")
    layouts[".*outer/kernel"] = ("model", None)
    return keras.distribution.ModelParallel(layout_map=layouts, batch_dim_name="batch")

class Net(keras.Model):
    entered = 0

    def __init__(self):
        super().__init__(name="net")
        self.inner = keras.layers.Dense(8, activation="relu", name="inner")
        self.norm = keras.layers.BatchNormalization()
        self.dropout = keras.layers.Dropout(0.5, seed=1)
        self.outer = keras.layers.Dense(4, name="outer")

    def call(self, x, training=False):
        Net.entered += 1
        return self.outer(self.dropout(self.norm(self.inner(x)), training=training))

def trained(recording):
    keras.backend.clear_session()
    keras.utils.set_random_seed(1)
    keras.distribution.set_distribution({distribution}())
    Net.entered = 0
    x = np.random.default_rng(0).random((40, 6)).astype("float32")
    with recording as timeline:
        net = Net()
        net.compile("adam", "mse")
        losses = net.fit(x, x[:, :4], batch_size=16, epochs=2, shuffle=False, verbose=0).history["loss"]
        losses += [net.evaluate(x, x[:, :4], batch_size=16, verbose=0)]
        outputs = net.predict(x, batch_size=16, verbose=0)
    placed = [str(variable.value.sharding) for variable in net.variables]
    weights = [array.tobytes() for array in (*net.get_weights(), outputs)]
    return timeline, (losses, weights, placed, Net.entered)

_, bare = trained(contextlib.nullcontext())
timeline, traced = trained(layertrace.trace(report=False))
print(*[ours == theirs for ours, theirs in zip(traced, bare)], bare[3])
print("divided:", sum("'model'" in each.partition("spec=")[2] for each in bare[2]))
print(*[(e.function.label, e.trace) for e in timeline.where(kind="trace")])
print(sum(e.times for e in timeline.where(kind="run")), len(timeline.where(kind="call", layer="net")))
print({{e.strategy for e in timeline.where(kind=("init", "variable"))}}, timeline.notes)
"""


@pytest.mark.parametrize(
    ("distribution", "name", "divided"),
    [("data_parallel", "DataParallel", 0), ("model_parallel", "ModelParallel", 2)],
)
def test_a_distribution_trains_the_same_under_trace(start, distribution, name, divided):
    """Losses, weights, their places and calls are equal; traces and runs are those of the whole batch."""
    flags = "--xla_force_host_platform_device_count=4"
    program = PROGRAM.format(distribution=distribution)
    shown = printed(start("jax", "-c", program, has_tensorflow=False, XLA_FLAGS=flags))
    equal, places, traces, counts, strategies = shown.splitlines()

    assert equal == "True True True True 8"
    assert places == f"divided: {divided}"
    assert traces == (
        "('train of net', 1) ('train of net', 2) ('test of net', 1) ('test of net', 2) "
        "('predict of net', 1) ('predict of net', 2)"
    )
    assert counts == "12 8"
    assert strategies == f"{{'{name}'}} ()"
