"""Measure the time and memory to save, load and report a long recording.

python tests/benchmarks/storage.py                  # a million events
python tests/benchmarks/storage.py --events 100000
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import tensorflow as tf

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
    """Call all layers in each round; return the seconds of the calls, and of ending the recording."""
    x = tf.ones((4, 4))
    tracer = layertrace.trace(max_events=10_000_000, **options)
    tracer.start()
    began = time.perf_counter()
    for _ in range(rounds):
        for layer in layers:
            layer(x)
    ended = time.perf_counter()
    tracer.stop()
    return ended - began, time.perf_counter() - ended


def alone(program: str, file: Path) -> tuple[float, float, int]:
    """Run a program in a subprocess; return its seconds, its peak gigabytes, and its number of lines."""
    began = time.perf_counter()
    command = [sys.executable, "-c", PRINT_PEAK_MEMORY + program, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    kilobytes = int(done.stderr.split()[-2])
    return time.perf_counter() - began, kilobytes / 1e6, len(done.stdout.splitlines())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    rounds = parser.parse_args().events // LAYERS
    layers = [Identity() for _ in range(LAYERS)]
    seconds_of(layers, 1)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "run.layertrace")
        kept, stopped = seconds_of(layers, rounds)
        saved, closed = seconds_of(layers, rounds, save=file)
        size, count = file.stat().st_size, rounds * LAYERS
        loading, loading_gb, _ = alone(LOAD, file)
        reporting, reporting_gb, lines = alone(REPORT, file)
    print(f"{count:,} events of {LAYERS:,} layers, {size / count:.1f} bytes each on disk")
    print(f"in memory {kept:.1f} s, to end {stopped:.1f} s; saved {saved:.1f} s, to end {closed:.1f} s:")
    print(f"saving takes {saved + closed - kept - stopped:.1f} s more")
    print(f"a process that loads it takes {loading:.1f} s and {loading_gb:.2f} GB")
    print(f"layertrace report takes {reporting:.1f} s and {reporting_gb:.2f} GB, for {lines} lines")


if __name__ == "__main__":
    main()
