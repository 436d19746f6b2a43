"""Run the same program bare and traced, each time from the same state."""

from __future__ import annotations

import re
import sys

import numpy as np
import tensorflow as tf

import layertrace

__all__ = ["assert_same", "both", "fresh", "functions_in", "look_at", "steady", "tamed"]


def fresh():
    """Reset names, counters and seeds, so that the next program starts as the one before did."""
    for name in ("keras", "tf_keras"):
        if name in sys.modules:
            sys.modules[name].backend.clear_session()
            sys.modules[name].utils.set_random_seed(7)


def both(program):
    """Return what a program returns bare, what it returns traced, and the timeline of the traced run."""
    fresh()
    bare = program()
    fresh()
    with layertrace.trace() as timeline:
        traced = program()
    return bare, traced, timeline


def assert_same(program):
    """Run a program bare and traced, compare what it returns, and return the timeline."""
    bare, traced, timeline = both(program)
    assert len(timeline), "nothing was recorded, so the comparison would prove nothing"
    np.testing.assert_equal(tamed(traced), tamed(bare))
    return timeline


def tamed(value):
    """Convert tensors and variables into arrays, also inside dicts, lists and tuples."""
    if isinstance(value, dict):
        return {str(k): tamed(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [tamed(v) for v in value]
    if isinstance(value, tf.SparseTensor):
        return [tamed(value.indices), tamed(value.values), tamed(value.dense_shape)]
    if isinstance(value, (tf.RaggedTensor, tf.RaggedTensorSpec)):
        return str(value)
    if hasattr(value, "numpy"):
        return np.array(value.numpy())
    return value


def look_at(function):
    """Return what is visible of a `tf.function`: how often it was traced, its ops and its captures."""
    cache = function._variable_creation_config.function_cache
    graphs = [] if cache is None else [concrete.graph for concrete in cache.values()]
    return {
        "traces": function.experimental_get_tracing_count(),
        "graphs": [[(op.type, _steady(op.name)) for op in graph.get_operations()] for graph in graphs],
        "captures": [[str(tensor.dtype) for tensor in graph.external_captures] for graph in graphs],
    }


def steady(text):
    """Remove addresses, names of generated files and, on Python 3.10, our frames from a message."""
    text = re.sub(r"0x[0-9a-f]+|__autograph_generated_file\w+", "…", text)
    if sys.version_info < (3, 11):
        text = re.sub(r'\n *File "<layertrace[^\n]*\n[^\n]*', "", text)  # see exceptions.hide
        text = text.replace("  **", "")  # AutoGraph's mark for where generated code begins and ends
    return text


def _steady(name):
    scope, _, last = name.rpartition("/")
    return f"{scope}/#" if last.isdigit() else name  # captured variables are named by a global counter


def functions_in(closure):
    """Return the `tf.function`s that a function calls, outermost first."""
    functions, remaining, seen = [], [closure], set()
    while remaining:
        function = remaining.pop(0)
        if id(function) in seen:
            continue
        seen.add(id(function))
        if hasattr(function, "experimental_get_tracing_count"):
            functions.append(function)
            function = function.python_function
        cells = getattr(function, "__closure__", None) or ()
        remaining += [cell.cell_contents for cell in cells if callable(cell.cell_contents)]
        remaining += [function.__wrapped__] if hasattr(function, "__wrapped__") else []
    return functions
