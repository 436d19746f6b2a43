"""Remember the metrics that a fit updates and reads, also those that its model does not hold."""

from __future__ import annotations

import threading
import weakref
from typing import Any

from layertrace.record.describe import source_lines
from layertrace.record.hooks.observer import AnyObserver, Call, watching
from layertrace.record.hub import hub
from layertrace.record.process.guard import guarded
from layertrace.record.spans import CodePosition
from layertrace.timeline.registry import Register

__all__ = [
    "METRICS_READ",
    "METRIC_UPDATES",
    "begin_fit",
    "end_fit",
    "is_in_fit",
    "metrics_in_fit",
    "updated_at",
]

_MOST = 64  # metrics of one model

_running: dict[int, list[weakref.ref[Any]]] = {}
"""The models that a fit is running of, by thread."""
_updated: Register[CodePosition | None] = Register()
"""The lines that update metrics in a fit."""
_read: Register[list[weakref.ref[Any]]] = Register()
"""The metrics that a fit updates and reads, by its model."""


def begin_fit(model: object) -> None:
    """Remember that a fit of a model runs in this thread."""
    _running.setdefault(threading.get_ident(), []).append(weakref.ref(model))


def end_fit() -> None:
    """Forget the last fit in this thread."""
    models = _running.get(threading.get_ident())
    if models:
        models.pop()
    if not models:
        _running.pop(threading.get_ident(), None)


def is_in_fit() -> bool:
    """Return whether a fit runs in this thread."""
    return threading.get_ident() in _running


def metrics_in_fit(model: object) -> list[Any]:
    """Return the metrics that a fit of a model has updated and read."""
    metrics = [reference() for reference in _read.get(model) or ()]
    return [metric for metric in metrics if metric is not None]


def updated_at(metric: object) -> CodePosition | None:
    """Return the line that updates a metric in a fit."""
    return _updated.get(metric)


def _update(call: Call) -> None:
    if (
        hub.observers
        and _running
        and threading.get_ident() in _running
        and _updated.get(call.subject) is None
    ):
        with guarded("record the update of a metric"):
            _updated.add(call.subject, source_lines.caller(call.method, call.caller))


def _result(call: Call) -> None:
    if not hub.observers or not _running or call.subject is None:
        return
    with guarded("record that a metric is read"):
        models = _running.get(threading.get_ident())
        model = models[-1]() if models else None
        if model is None or _updated.get(call.subject) is None:
            return
        metrics = _read.add(model, [])
        if len(metrics) < _MOST and all(reference() is not call.subject for reference in metrics):
            metrics.append(weakref.ref(call.subject))


METRIC_UPDATES: AnyObserver = watching(_update)
"""Observes `update_state` of the metrics of Keras 3."""

METRICS_READ: AnyObserver = watching(_result)
"""Observes `result` of the metrics of Keras 3."""
