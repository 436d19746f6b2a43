"""Kill programs whose recording is being saved at random moments, and check what is left.

python tests/record/kill.py --times 50
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from layertrace import Timeline

PROGRAM = """
import sys, time
import keras, layertrace

with layertrace.trace(save=sys.argv[1]):
    number = 0
    while True:
        keras.layers.Dense(1, name=f"dense_{number}")
        print(number, time.time(), flush=True)
        number += 1
        time.sleep(0.0005)
"""
FLUSHED_S = 1.0
"""The age from which an event must be in the file."""


def lost(seconds: float, folder: str) -> int:
    """Kill one program after its first event and some seconds, and count the events that are missing.

    Raises:
        AssertionError: If the file does not open, or is not marked as truncated.
    """
    file = Path(folder, f"{seconds:.4f}.layertrace")
    command = [sys.executable, "-c", PROGRAM, str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as program:
        lines = [program.stdout.readline()]
        ends = time.time() + seconds
        while time.time() < ends:
            lines.append(program.stdout.readline())
        program.send_signal(signal.SIGKILL)
        killed = time.time()
    events = [line.split() for line in lines if line.endswith("\n")]
    due = {f"dense_{number}" for number, at in events if float(at) < killed - FLUSHED_S}
    timeline = Timeline.load(file)
    assert "truncated" in timeline.notes[-1]
    return len(due - {layer.name for layer in timeline.layers})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--times", type=int, default=50)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        missing = [lost(random.uniform(0, 4), folder) for _ in range(given.times)]
    print(
        f"{given.times} killed: every file opens; events older than {FLUSHED_S:g} s missing: {sum(missing)}"
    )


if __name__ == "__main__":
    main()
