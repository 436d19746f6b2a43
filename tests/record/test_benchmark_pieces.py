"""The script that measures pieces of a recorded call finds each piece in the source that it cuts up."""

from __future__ import annotations

import inspect
import textwrap
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from layertrace.record.engines import wrapping
from layertrace.record.engines.callbacks import Callbacks


@pytest.fixture(scope="module")
def pieces():
    """The script as a module, which measures nothing when it is imported."""
    file = Path(__file__).parents[1] / "benchmarks" / "pieces.py"
    spec = spec_from_file_location("pieces", file)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_pieces_of_a_wrapper_are_found(pieces):
    """Each variant differs from the whole."""
    for name, (_, *piece) in pieces.WRAPPING.items():
        assert pieces.without(wrapping._FAST_PATH, *piece) != wrapping._FAST_PATH, name


def test_the_pieces_of_the_callbacks_compile_without_each(pieces):
    """Each variant is valid Python."""
    makers = (Callbacks._make_started, Callbacks._make_returned)
    sources = [textwrap.dedent(inspect.getsource(make)) for make in makers]
    for name, (part, *piece) in pieces.MONITORING.items():
        changed = pieces.without(sources[part], *piece)
        assert changed != sources[part], name
        compile(changed, name, "exec")


def test_the_records_are_found_that_are_kept_as_tuples(pieces):
    """The part that keeps them is in the source of each engine, and stays valid Python."""
    makers = (Callbacks._make_started, Callbacks._make_returned)
    sources = {
        "wrapping": [wrapping._FAST_PATH],
        "monitoring": [textwrap.dedent(inspect.getsource(make)) for make in makers],
    }
    for engine, (part, *piece) in pieces.AS_TUPLES.items():
        changed = pieces.without(sources[engine][part], *piece)
        assert changed.count("keep((") == 1, engine
    compile(changed, engine, "exec")
