"""Measure the cost of recording a compiled step: the ratio of traced to bare runs, paired in one process.

    python tests/benchmarks/compiled.py [--pairs 40] [--steps 2000]

Each pair runs the same small `tf.function` 2,000 times bare and 2,000 times while recording, in alternating
order. The result is the median ratio of wall times, with the middle half of the pairs as spread.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import tensorflow as tf

import layertrace


def smallest():
    """Return a step with one op, which is the worst case."""
    x = tf.ones((2, 2))

    @tf.function
    def step(x):
        return x + 1.0

    return lambda: step(x)


def training():
    """Return a small training step with two layers, a tape and an optimizer."""
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(16, "relu"), keras.layers.Dense(1)])
    optimizer = keras.optimizers.SGD()
    optimizer.build(model.trainable_variables)
    x, y = tf.ones((32, 8)), tf.ones((32, 1))

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x, training=True) - y) ** 2)
        variables = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    return lambda: step(x, y)


STEPS = {
    "training step": (training, "at most 1.02"),
    "one op": (smallest, "the worst case"),
}


def main() -> None:
    """Measure each step and print a line for it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--steps", type=int, default=2000)
    options = parser.parse_args()
    for name, (make, target) in STEPS.items():
        run = make()
        for _ in range(50):
            run()
        ratios, bare = [], []
        for pair in range(options.pairs):
            seconds = {}
            for traced in (True, False) if pair % 2 else (False, True):
                recording = layertrace.trace()
                if traced:
                    recording.start()
                for _ in range(50):
                    run()
                start = time.perf_counter()
                for _ in range(options.steps):
                    run()
                seconds[traced] = time.perf_counter() - start
                if traced:
                    recording.stop()
            ratios.append(seconds[True] / seconds[False])
            bare.append(seconds[False] / options.steps * 1e6)
        low, middle, high = statistics.quantiles(ratios)
        spread = f"{middle:.3f} ({low:.3f} to {high:.3f})"
        print(f"{name:14} {spread}  bare {statistics.median(bare):6.1f} µs  {target}", flush=True)


if __name__ == "__main__":
    main()
