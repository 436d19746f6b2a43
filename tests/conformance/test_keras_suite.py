"""Keras's own tests end the same bare and under trace (promise 1)."""

import subprocess
import sys
from pathlib import Path

import pytest
from runs import read_run

COMPARE = Path(__file__).with_name("compare.py")


@pytest.mark.conformance
def test_keras_own_tests_end_the_same_under_trace(tmp_path):
    """Each test has the same outcome and message bare and traced, and thousands of events are recorded."""
    done = subprocess.run(
        [sys.executable, COMPARE, "--keep", tmp_path / "runs"], capture_output=True, text=True, check=False
    )
    print(done.stdout)

    assert done.returncode == 0, done.stdout + done.stderr
    assert read_run(tmp_path / "runs/traced").kinds.total() > 10_000
