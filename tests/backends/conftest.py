"""Start programs with Keras on a backend, in a folder with a `tensorflow` that must not be imported."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent)]  # for `keras_programs`

TENSORFLOW = """
import traceback
print("TensorFlow was imported")
traceback.print_stack()
"""


@pytest.fixture
def start(tmp_path):
    """Return a function that runs Python with a backend and arguments, and checks that all stays quiet.

    Some functions of Keras import TensorFlow where they find it, such as `set_random_seed`.
    """

    def start(backend, *command, has_tensorflow=True, **environment):
        if has_tensorflow:
            (tmp_path / "tensorflow.py").write_text(TENSORFLOW)
        folders = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
        here = {"KERAS_BACKEND": backend, "PYTHONPATH": folders, "COLUMNS": "120", **environment}
        done = subprocess.run(
            [sys.executable, *command],
            cwd=tmp_path,
            env={**os.environ, **here},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "TensorFlow was imported" not in done.stdout, done.stderr
        assert "report this" not in done.stderr
        return done

    return start
