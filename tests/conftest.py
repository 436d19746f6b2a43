"""What all tests share: a quiet TensorFlow on the CPU, and the module that compares bare and traced runs."""

import os
import sys
from pathlib import Path

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

sys.path[:0] = [str(Path(__file__).parent)]  # whichever import mode pytest is in
pytest.register_assert_rewrite("bare_and_traced")
pytest_plugins = ["pytester"]
