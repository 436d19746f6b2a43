"""Measure the cost of tracing: the ratio of traced to bare runs, paired in one process.

    python tests/benchmarks/overhead.py [--passes 400] [scenario ...]

Machines are shared and noisy, so bare and traced passes alternate, CPU time is measured, and each figure is
the median over the pairs, with the middle half of them as spread. Each engine that this Python has is
compared with the bare passes of the same run.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import numpy as np
import tensorflow as tf

import layertrace

Run = Callable[[], object]
Scenario = Callable[[ExitStack], tuple[Run, Run, Callable[[], None], Callable[[], None]]]

SCENARIOS: dict[str, tuple[str, Callable[[], tuple[Run, Callable[[], object]]]]] = {}


class Identity(keras.layers.Layer):
    """A layer whose `call` does nothing, so that only the code around it is timed."""

    def call(self, x):
        return x


class Other(keras.layers.Layer):
    """A class that no timed layer belongs to, to trace only that class."""

    def call(self, x):
        return x


class Stack(keras.Model):
    """A model whose `call` calls a hundred identity layers one by one."""

    def __init__(self, count=100):
        super().__init__()
        self.blocks = [Identity() for _ in range(count)]

    def call(self, x):
        for block in self.blocks:
            x = block(x)
        return x


def scenario(aim):
    """Return a decorator that registers a function which returns what to run and how to trace it."""

    def register(make):
        SCENARIOS[make.__name__] = (aim, make)
        return make

    return register


@scenario("eager, 100 identity layers in a Sequential: at most 1.06")
def sequential():
    x = tf.ones((8, 8))
    model = keras.Sequential([keras.Input((8,)), *(Identity() for _ in range(100))])
    return (lambda: model(x)), layertrace.trace


@scenario("eager, 100 identity layers called in a subclassed model: at most 1.06")
def subclassed():
    x, model = tf.ones((8, 8)), Stack()
    return (lambda: model(x)), layertrace.trace


@scenario("eager, 100 identity layers called in a loop: at most 1.06")
def loop():
    x, blocks = tf.ones((8, 8)), [Identity() for _ in range(100)]

    def run():
        y = x
        for block in blocks:
            y = block(y)
        return y

    return run, layertrace.trace


@scenario("eager MobileNetV2, 32x32: at most 1.02")
def mobilenet():
    model = keras.applications.MobileNetV2((32, 32, 3), weights=None)
    x = tf.ones((1, 32, 32, 3))
    return (lambda: model(x)), layertrace.trace


@scenario("after tracing has stopped: 1.00")
def stopped():
    x, model = tf.ones((8, 8)), Stack()

    @contextmanager
    def trace_and_stop():
        with layertrace.trace():
            model(x)
        yield

    return (lambda: model(x)), trace_and_stop


@scenario("layers of a class that is not traced: 1.00")
def untraced_class():
    x, model = tf.ones((8, 8)), Stack()
    return (lambda: model(x)), lambda: layertrace.trace(Other)


@scenario("a step of a compiled fit once it is traced: 1.00")
def compiled_fit():
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(8), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    data = tf.data.Dataset.from_tensors((np.ones((4, 8), "float32"), np.ones((4, 1), "float32")))
    data = data.repeat(200)
    model.fit(data, verbose=0)
    return (lambda: model.fit(data, verbose=0)), layertrace.trace


ENGINES = ("wrapping", "monitoring") if sys.version_info >= (3, 12) else ("wrapping",)
BARE = "bare"


def measure(make, passes: int) -> Iterator[dict[str, float]]:
    """Yield the CPU seconds of consecutive runs, bare and with each engine."""
    run, tracing = make()
    for _ in range(3):
        run()
    with tracing():
        run()
    for turn in range(passes):
        times = {}
        ways = (BARE, *ENGINES)
        for way in ways if turn % 2 else reversed(ways):
            os.environ["LAYERTRACE_ENGINE"] = "" if way == BARE else way
            with ExitStack() as stack:
                if way != BARE:
                    stack.enter_context(tracing())
                for _ in range(warm_ups(make)):
                    run()  # starting or stopping changes classes, after which Python specializes code again
                start = time.process_time()
                for _ in range(repeats(make)):
                    run()
                times[way] = time.process_time() - start
        yield times


def warm_ups(make) -> int:
    """Return the number of runs before a measurement."""
    return 0 if make.__name__ == "compiled_fit" else 4


def repeats(make) -> int:
    """Return the number of runs in one measurement, so that each takes tens of milliseconds."""
    return {"mobilenet": 2, "compiled_fit": 1}.get(make.__name__, 5)


def main() -> None:
    """Measure the given scenarios, or all, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("scenarios", nargs="*", default=list(SCENARIOS))
    parser.add_argument("--passes", type=int, default=60)
    arguments = parser.parse_args()
    print(f"TensorFlow {tf.__version__}, Keras {keras.__version__}, {arguments.passes} pairs each")
    for name in arguments.scenarios or list(SCENARIOS):
        aim, make = SCENARIOS[name]
        measured = list(measure(make, arguments.passes))
        bare = statistics.median(times[BARE] for times in measured) / repeats(make)
        print(f"{name:15} bare {bare * 1e3:8.2f} ms   {aim}")
        for engine in ENGINES:
            low, middle, high = statistics.quantiles([t[engine] / t[BARE] for t in measured], n=4)
            print(f"    {engine:11} {middle:.3f} ({low:.3f} to {high:.3f})", flush=True)


if __name__ == "__main__":
    main()
