"""Every demo runs by itself and shows what its docstring promises."""

from pathlib import Path

import pytest
import warm

import layertrace
from demos import gallery
from layertrace.record.describe import source_lines


@pytest.mark.slow
@pytest.mark.parametrize("shown", gallery.demos(), ids=lambda shown: shown.name)
def test_a_demo_runs_and_shows(shown):
    """A demo runs by itself, and prints each text that its docstring quotes."""
    printed = gallery.bare(gallery.output(shown.name).plain)

    assert [text for text in shown.promised if text not in printed] == []


def test_installed_demos_are_programs_of_users():
    """A wheel has the demos inside the package; their lines are still recorded as those of the user."""
    package = Path(layertrace.__file__).parent

    assert not source_lines.is_internal(str(package / "demos" / "tutorial.py"))
    assert source_lines.is_internal(str(package / "record" / "api.py"))


def test_the_tests_of_a_layer_pass():
    """The demo of the expectations is a test file, and passes as one."""
    done = warm.run("-m", "pytest", "-q", "-p", "no:cacheprovider", gallery.DEMOS / "test_my_layer.py")

    assert "6 passed" in done.stdout
    assert done.returncode == 0
