"""What all tests share: a quiet TensorFlow on the CPU, markers, and the engines."""

import compileall
import gc
import os
import re
import sys
from pathlib import Path

import hypothesis
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.pop("PYTEST_ADDOPTS", None)  # it is for these tests, not for the runs of pytest that they start

sys.path[:0] = [str(Path(__file__).parent)]  # whichever import mode pytest is in
pytest.register_assert_rewrite("bare_and_traced")
pytest_plugins = ["pytester"]

import markers  # noqa: E402

import layertrace  # noqa: E402

# On a busy machine a short list may take a second to draw: that is not a mistake in a test.
hypothesis.settings.register_profile(
    "busy machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("busy machine")

TESTS = Path(__file__).parent
LONGEST_FIRST = (
    "testing/test_check_keras_layers.py",
    "testing/test_mutants.py",
    "diagnosis/test_programs.py",
    "testing/test_check_tf_keras_layers.py",
    "testing/test_check_layer.py",
    "conformance/test_keras_suite.py",
    "cli/test_run.py",
    "diagnosis/test_fixes_cure.py",
    "conformance/test_tf_keras.py",
    "diagnosis/test_no_alarm.py",
)
"""With two workers that take a file each, the last file would leave one of them without work for minutes.

Together they took 57 % of the time of all tests, four to thirteen minutes each (2026-11-30, busy machine).
"""

ENGINES = ["wrapping", "monitoring"] if sys.version_info >= (3, 12) else ["wrapping"]


def pytest_configure(config):
    """Compile the package once, not in each process that a test starts, where Python keeps no bytecode."""
    if not hasattr(config, "workerinput"):  # only in the process that starts the workers
        compileall.compile_dir(Path(layertrace.__file__).parent, quiet=2)


def pytest_ignore_collect(collection_path, config):
    """With `-m reading`, import no module that needs TensorFlow."""
    only_reading = re.match(r"reading\b(?! or )", config.getoption("markexpr"))
    is_test = collection_path.is_dir() or collection_path.name.startswith("test_")
    return True if only_reading and is_test and not markers.is_reading(collection_path) else None


def pytest_collection_modifyitems(items):
    """Mark tests that are slow, and those that need no TensorFlow; begin with the files that take long."""
    for item in items:
        markers.mark(item)
    markers.mark_further_cases(items)
    places = {TESTS / file: place for place, file in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))  # which keeps the order within a file


@pytest.fixture(autouse=True)
def _earlier_objects_are_exempt():
    """Collect the garbage of earlier tests, and exempt from collection what they left behind.

    Keras's `clear_session` collects garbage, and most tests call it. With TensorFlow loaded that takes 0.2 s,
    and 0.7 s after two hundred tests: half of the time of tests that run programs.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _environment_is_restored():
    """Restore the environment after a test: programs set `TF_USE_LEGACY_KERAS`, which processes inherit."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(autouse=True)
def _processes_are_slow(request):
    """Fail a test that starts a process and is not marked as slow."""
    with pytest.MonkeyPatch.context() as patch:
        if request.node.get_closest_marker("slow") is None:
            markers.refuse_processes(patch)
        yield


@pytest.fixture(params=ENGINES)
def engine(request, monkeypatch):
    """Run a test once with each engine that this Python has."""
    monkeypatch.setenv("LAYERTRACE_ENGINE", request.param)
    return request.param


@pytest.fixture
def wrapping(monkeypatch):
    """Run a test with the wrapping engine."""
    monkeypatch.setenv("LAYERTRACE_ENGINE", "wrapping")
