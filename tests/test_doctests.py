"""The examples in docstrings are true."""

import doctest
import importlib
import pkgutil

import layertrace

MODULES = [m.name for m in pkgutil.walk_packages(layertrace.__path__, "layertrace.") if "demos" not in m.name]


def test_examples_run():
    """Every example in a docstring gives what it says, and there are some."""
    tried = 0
    for name in MODULES:
        if name.endswith("__main__"):
            continue
        failed, attempted = doctest.testmod(importlib.import_module(name))
        assert failed == 0, name
        tried += attempted

    assert tried > 5
