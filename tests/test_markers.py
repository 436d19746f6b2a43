"""Tests are marked by what their code does: start processes, or use TensorFlow."""

import subprocess
import sys

import markers
import pytest
from markers import TESTS

pytestmark = pytest.mark.reading


def start():
    """Start a process that does nothing."""
    return subprocess.run([sys.executable, "-c", ""], check=True)


@pytest.fixture
def process():
    """Start a process as a fixture."""
    return start()


def test_a_test_whose_helper_starts_a_process_is_slow(request):
    """The code that a test calls is searched as well."""
    start()

    assert request.node.get_closest_marker("slow")


def test_a_test_whose_fixture_starts_a_process_is_slow(request, process):
    """The code of fixtures, and what they call, is searched as well."""
    assert request.node.get_closest_marker("slow")


def test_other_tests_are_quick_and_start_no_process(request):
    """A test without the marker fails if it starts a process after all."""
    assert request.node.get_closest_marker("slow") is None

    with pytest.raises(pytest.fail.Exception, match="starts a process is slow"):
        sys.modules["sub" "process"].Popen([sys.executable])  # the name would make this test slow


def test_reading_is_a_matter_of_folders_and_modules(request):
    """Folders of tests that need no TensorFlow are known, and other modules declare it."""
    assert request.node.get_closest_marker("reading")
    assert markers.is_reading(TESTS / "render")
    assert markers.is_reading(TESTS / "render" / "page" / "test_page_tree.py")
    assert markers.is_reading(TESTS / "testing")
    assert not markers.is_reading(TESTS / "record")
