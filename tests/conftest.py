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

ENGINES = ["wrapping", "monitoring"] if sys.version_info >= (3, 12) else ["wrapping"]


@pytest.fixture(params=ENGINES)
def engine(request, monkeypatch):
    """Run a test once with each engine that this Python has."""
    monkeypatch.setenv("LAYERTRACE_ENGINE", request.param)
    return request.param


@pytest.fixture
def wrapping(monkeypatch):
    """Run a test with the wrapping engine, of which it is about."""
    monkeypatch.setenv("LAYERTRACE_ENGINE", "wrapping")
