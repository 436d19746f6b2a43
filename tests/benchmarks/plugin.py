"""Measure the time that the pytest plugin adds to a run that does not use it, in pairs of runs.

python tests/benchmarks/plugin.py --pairs 30
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def seconds(folder: str, *options: str) -> float:
    """Return the seconds that pytest takes to run one test that does nothing."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, "test_nothing.py"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=30)
    pairs = parser.parse_args().pairs
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_nothing.py").write_text("def test_nothing(): pass\n")
        ways = ((), ("-p", "no:layertrace"))
        for way in ways:
            seconds(folder, *way)
        taken = [[seconds(folder, *way) for way in ways] for _ in range(pairs)]
    added = sorted(1000 * (with_it - without) for with_it, without in taken)
    quarter = len(added) // 4
    print(
        f"the plugin adds {statistics.median(added):.1f} ms (middle half {added[quarter]:.1f} to "
        f"{added[-quarter - 1]:.1f}, {pairs} pairs) to {1000 * min(t[1] for t in taken):.0f} ms"
    )


if __name__ == "__main__":
    main()
