"""Trace the life of Keras layers: when they are created, built and called, and why.

Importing this loads neither TensorFlow nor Keras nor rich; each is imported when it is needed.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from layertrace.diagnosis import accept, diagnose
    from layertrace.errors import CulpritError, LayertraceError
    from layertrace.fit_callback import Callback
    from layertrace.record.api import TraceMixin, current_timeline, traced
    from layertrace.reporting import report
    from layertrace.timeline import Event, Timeline
    from layertrace.tracing import trace

_HOMES = {
    "Callback": "layertrace.fit_callback",
    "CulpritError": "layertrace.errors",
    "Event": "layertrace.timeline",
    "LayertraceError": "layertrace.errors",
    "Timeline": "layertrace.timeline",
    "TraceMixin": "layertrace.record.api",
    "accept": "layertrace.diagnosis",
    "current_timeline": "layertrace.record.api",
    "diagnose": "layertrace.diagnosis",
    "load_ipython_extension": "layertrace.notebook_magic",  # for `%load_ext layertrace`
    "report": "layertrace.reporting",
    "trace": "layertrace.tracing",
    "traced": "layertrace.record.api",
}

__all__ = [
    "Callback",
    "CulpritError",
    "Event",
    "LayertraceError",
    "Timeline",
    "TraceMixin",
    "accept",
    "current_timeline",
    "diagnose",
    "report",
    "trace",
    "traced",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("layertrace")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "__version__"})
