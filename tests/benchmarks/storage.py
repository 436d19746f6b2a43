"""Measure what it takes to keep, load and report a long recording.

python tests/benchmarks/storage.py                  # a million events
python tests/benchmarks/storage.py --events 100000
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import tensorflow as tf

import layertrace
from layertrace import Timeline

LAYERS = 1000


class Identity(keras.layers.Layer):
    """Does nothing."""

    def call(self, x):
        return x


def seconds_of(layers, rounds, **options) -> tuple[float, float, Timeline]:
    """Call all layers so many times; return the seconds of the program, of the end, and the timeline."""
    x = tf.ones((4, 4))
    tracer = layertrace.trace(max_events=10_000_000, **options)
    timeline = tracer.start()
    began = time.perf_counter()
    for _ in range(rounds):
        for layer in layers:
            layer(x)
    ended = time.perf_counter()
    tracer.stop()
    return ended - began, time.perf_counter() - ended, timeline


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    rounds = parser.parse_args().events // LAYERS
    layers = [Identity() for _ in range(LAYERS)]
    seconds_of(layers, 1)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "run.layertrace")
        kept, stopped, _ = seconds_of(layers, rounds)
        saved, closed, _ = seconds_of(layers, rounds, save=file)
        size, count = file.stat().st_size, rounds * LAYERS
        began = time.perf_counter()
        timeline = Timeline.load(file)
        loaded = time.perf_counter()
        text = str(timeline)
        reported = time.perf_counter()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{count:,} events of {LAYERS:,} layers, {size / count:.1f} bytes each on disk")
    print(f"in memory {kept:.1f} s, to end {stopped:.1f} s; saved {saved:.1f} s, to end {closed:.1f} s:")
    print(f"saving takes {saved + closed - kept - stopped:.1f} s more")
    lines = len(text.splitlines())
    print(f"loaded in {loaded - began:.1f} s, reported in {lines} lines in {reported - loaded:.1f} s")
    print(f"{most:.2f} GB at the most, with what the program and TensorFlow take")


if __name__ == "__main__":
    main()
