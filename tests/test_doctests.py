"""The examples in docstrings run and print what they show."""

import doctest
import importlib
import inspect
import pkgutil

import pytest

import layertrace

pytestmark = [pytest.mark.reading, pytest.mark.slow]

PACKAGE = pkgutil.walk_packages(layertrace.__path__, "layertrace.")
MODULES = [module.name for module in PACKAGE if "demos" not in module.name]


def test_examples_run():
    """Every example in a docstring prints what it shows, and there are more than five."""
    examples = 0
    for name in MODULES:
        if name.endswith("__main__"):
            continue
        module = importlib.import_module(name)
        if ">>>" not in inspect.getsource(module):
            continue  # doctest takes 10 to 30 ms to find that there is none
        failed, attempted = doctest.testmod(module)
        assert failed == 0, name
        examples += attempted

    assert examples > 5
