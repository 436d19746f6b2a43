"""Notice when a dataset is iterated whose functions read Python state that has changed since their trace."""

from __future__ import annotations

import functools

from layertrace.record.describe import source_lines
from layertrace.record.hooks.cached_augmentation import look_at_cache
from layertrace.record.hooks.dataset_sources import sources_of, traces_in
from layertrace.record.hooks.discarded_datasets import look_at_results
from layertrace.record.hooks.observer import Call, watching
from layertrace.record.hooks.prediction_orders import look_at_iteration
from layertrace.record.hub import hub, threads
from layertrace.record.process.guard import guarded
from layertrace.record.python_state.later_runs import look_at_readers
from layertrace.record.python_state.switch import switch
from layertrace.record.spans import trace_note

__all__ = ["ITERATIONS"]


def _begin(call: Call) -> None:
    """Compare what the functions of a dataset read, and of those that it is made from.

    Seen as `OwnedIterator.__init__(self, dataset, components, element_spec)`, TensorFlow 2.16 to 2.21.
    """
    if not hub.observers or not call.values:
        return
    with guarded("record that a dataset is iterated"):
        look_at_iteration(call.values[0], call)
    with guarded("look at the cache of a dataset, and at what was made of it"):
        place = source_lines.caller(call.method, call.caller)
        look_at_cache(call.values[0], "iteration", None, place)
        look_at_results(call.values[0], place)
    if not switch.is_on:
        return
    with guarded("compare what a dataset reads"):
        find_place = functools.partial(source_lines.caller, call.method, call.caller)
        for dataset in sources_of(call.values[0]):
            for _, span in traces_in(dataset):
                note = trace_note(span)
                if note is not None:
                    look_at_readers(note.record, find_place, threads.state.span)


ITERATIONS = watching(_begin)
"""Observes the creation of an iterator over a dataset."""
