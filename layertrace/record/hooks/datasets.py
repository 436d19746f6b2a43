"""Notice when a dataset is iterated whose functions read Python state that has changed since their trace."""

from __future__ import annotations

import functools
from typing import Any

from layertrace.record.backends.tensorflow import traced_graphs
from layertrace.record.describe import source_lines
from layertrace.record.hooks.cached_augmentation import look_at_cache
from layertrace.record.hooks.observer import Call, watching
from layertrace.record.hooks.prediction_orders import look_at_iteration
from layertrace.record.hub import hub, threads
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.record.python_state.later_runs import look_at_readers
from layertrace.record.python_state.switch import switch
from layertrace.record.spans import trace_note

__all__ = ["ITERATIONS"]

_MOST = 64  # datasets that are followed from the one that is iterated to its sources


def _begin(call: Call) -> None:
    """Compare what the functions of a dataset read, and of those that it is made from.

    Seen as `OwnedIterator.__init__(self, dataset, components, element_spec)`, TensorFlow 2.16 to 2.21.
    """
    if not hub.observers or not call.values:
        return
    with guarded("record that a dataset is iterated"):
        look_at_iteration(call.values[0], call)
    with guarded("look at the cache of a dataset"):
        place = source_lines.caller(call.method, call.caller)
        look_at_cache(call.values[0], "iteration", None, place)
    if not switch.is_on:
        return
    with guarded("compare what a dataset reads"):
        todo: list[Any] = [call.values[0]]
        find_place = functools.partial(source_lines.caller, call.method, call.caller)
        for _ in range(_MOST):
            if not todo or todo[-1] is None:
                return
            dataset = todo.pop()
            if not safe.is_library_class(type(dataset)):
                continue
            todo += dataset._inputs()
            for wrapper in dataset._functions():
                graph = safe.framework_attribute(safe.framework_attribute(wrapper, "function"), "graph")
                mode = None if graph is None else traced_graphs.get(graph)
                note = None if mode is None or mode.span is None else trace_note(mode.span)
                if note is not None:
                    look_at_readers(note.record, find_place, threads.state.span)


ITERATIONS = watching(_begin)
"""Observes the creation of an iterator over a dataset."""
