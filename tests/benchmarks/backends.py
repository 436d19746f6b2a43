"""Measure what recording Keras on JAX, torch or NumPy costs: the ratio of traced to bare, in one process.

    KERAS_BACKEND=jax python tests/benchmarks/backends.py [--pairs 40]

Eager: a Sequential and a subclassed model of 100 layers that do nothing, called 20 times for each half of a
pair.
Compiled, on JAX: a `fit` of 200 steps that was traced before. The result is the median ratio of wall times,
with the middle half of the pairs as spread.
"""

from __future__ import annotations

import argparse
import statistics
import time

import keras
import numpy as np

import layertrace

LAYERS, CALLS = 100, 20


class Nothing(keras.layers.Layer):
    """Return the input."""

    def call(self, x):
        """Return the input."""
        return x


class Model(keras.Model):
    """Call all layers in a loop."""

    def __init__(self):
        """Create the layers."""
        super().__init__()
        self.stack = [Nothing() for _ in range(LAYERS)]

    def call(self, x):
        """Call them."""
        for layer in self.stack:
            x = layer(x)
        return x


def eager(model):
    """Return what calls a model often."""
    x = keras.ops.ones((2, 2))
    model(x)

    def run():
        for _ in range(CALLS):
            model(x)

    return run


def fit():
    """Return a fit that is traced already."""
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16, "relu"), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    x, y = np.ones((200 * 32, 8), "float32"), np.ones((200 * 32, 1), "float32")

    def run():
        model.fit(x, y, batch_size=32, verbose=0, shuffle=False)

    run()
    return run


def main() -> None:
    """Measure each program and print a line for it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=40)
    options = parser.parse_args()
    programs = {
        "Sequential": eager(keras.Sequential([keras.Input((2,)), *(Nothing() for _ in range(LAYERS))])),
        "subclassed model": eager(Model()),
    }
    if keras.backend.backend() == "jax":
        programs["compiled fit"] = fit()
    for name, run in programs.items():
        ratios = []
        for pair in range(options.pairs):
            seconds = {}
            for traced in (True, False) if pair % 2 else (False, True):
                recording = layertrace.trace()
                if traced:
                    recording.start()
                run()  # the first recorded call takes a closer look at each layer
                start = time.perf_counter()
                run()
                seconds[traced] = time.perf_counter() - start
                if traced:
                    recording.stop()
            ratios.append(seconds[True] / seconds[False])
        low, median, high = statistics.quantiles(ratios, n=4)
        print(f"{keras.backend.backend()}  {name:<17} {median:.3f} ({low:.2f} to {high:.2f})")


if __name__ == "__main__":
    main()
