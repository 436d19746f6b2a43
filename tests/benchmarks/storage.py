"""Measure the time and memory to save, load and report a long recording.

python tests/benchmarks/storage.py                  # a million events, mostly calls of layers
python tests/benchmarks/storage.py --events 100000
python tests/benchmarks/storage.py --of nested      # only the report, on training steps of a nested model
python tests/benchmarks/storage.py --of varied      # the same, on calls without two equal ones
python tests/benchmarks/storage.py --of distinct    # and on a model of half as many layers as events

Seconds are those of the processor, which depend less on what else the machine does.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import tensorflow as tf
from recordings import distinct, nested, varied

import layertrace

LAYERS = 1000
LOAD = "from layertrace import Timeline; Timeline.load(sys.argv[1])"
REPORT = "from layertrace.cli import main; main(['report', sys.argv[1]])"
PRINT_PEAK_MEMORY = """
import atexit, sys
from pathlib import Path
def print_peak():  # ru_maxrss starts with the size of the parent process
    lines = Path("/proc/self/status").read_text().splitlines()
    print(*[line for line in lines if line.startswith("VmHWM")], file=sys.stderr)
atexit.register(print_peak)
"""


class Identity(keras.layers.Layer):
    """Does nothing."""

    def call(self, x):
        return x


def seconds_of(layers, rounds, **options) -> tuple[float, float]:
    """Call all layers in each round; return the processor seconds of the calls, and of ending the recording.

    Those of all threads: a recording that is saved as it happens is written by one of its own.
    """
    x = tf.ones((4, 4))
    tracer = layertrace.trace(max_events=10_000_000, **options)
    tracer.start()
    began = time.process_time()
    for _ in range(rounds):
        for layer in layers:
            layer(x)
    ended = time.process_time()
    tracer.stop()
    return ended - began, time.process_time() - ended


def alone(program: str, file: Path) -> tuple[float, float, float, int]:
    """Run a program in a subprocess.

    Returns:
        Its seconds of the processor and on the clock, its peak gigabytes, and its number of lines.
    """
    began, used = time.perf_counter(), _seconds_of_children()
    command = [sys.executable, "-c", PRINT_PEAK_MEMORY + program, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    kilobytes = int(done.stderr.split()[-2])
    took = time.perf_counter() - began
    return _seconds_of_children() - used, took, kilobytes / 1e6, len(done.stdout.splitlines())


def _seconds_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def print_reading(file: Path) -> None:
    loading, clock, loading_gb, _ = alone(LOAD, file)
    print(f"a process that loads it takes {loading:.1f} s ({clock:.1f} on the clock) and {loading_gb:.2f} GB")
    reporting, clock, reporting_gb, lines = alone(REPORT, file)
    print(
        f"layertrace report takes {reporting:.1f} s ({clock:.1f} on the clock) and {reporting_gb:.2f} GB, "
        f"for {lines} lines"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--of", choices=["calls", "nested", "varied", "distinct"], default="calls")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "run.layertrace")
        if options.of != "calls":
            timeline = {"nested": nested, "varied": varied, "distinct": distinct}[options.of](options.events)
            timeline.save(file)
            print(f"{options.of}: {len(timeline):,} events of {len(timeline.layers):,} layers")
        else:
            rounds = options.events // LAYERS
            layers = [Identity() for _ in range(LAYERS)]
            seconds_of(layers, 1)
            kept, stopped = seconds_of(layers, rounds)
            saved, closed = seconds_of(layers, rounds, save=file)
            size, count = file.stat().st_size, rounds * LAYERS
            print(f"{count:,} events of {LAYERS:,} layers, {size / count:.1f} bytes each on disk")
            print(f"in memory {kept:.1f} s, to end {stopped:.1f} s;", end=" ")
            print(f"saved {saved:.1f} s, to end {closed:.1f} s:")
            print(f"saving takes {saved + closed - kept - stopped:.1f} s more")
        print_reading(file)


if __name__ == "__main__":
    main()
