"""Keras's own tests end under trace as they end without (promise 1)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

COMPARE = Path(__file__).with_name("compare.py")


@pytest.mark.conformance
def test_keras_own_tests_end_the_same_under_trace(tmp_path):
    """Bare and traced, each test has the same outcome and message, while thousands of events are seen."""
    done = subprocess.run(
        [sys.executable, COMPARE, "--keep", tmp_path / "runs"], capture_output=True, text=True, check=False
    )
    print(done.stdout)

    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads((tmp_path / "runs/traced/events.json").read_text())
    assert sum(seen["kinds"].values()) > 10_000
