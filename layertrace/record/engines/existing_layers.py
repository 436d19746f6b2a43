"""Wrap the `build` of Keras 3 layers that existed before the trace, when one of them is built.

`Layer.__new__` gives every layer a `build` of its own that holds the method it found on the class
(`build_wrapper` in `keras/src/layers/layer.py`, Keras 3.0 to 3.15), so a wrapper on the class comes too late
for an existing layer. That function calls `current_path` just before it calls the method; at that moment the
method that it holds is exchanged for the wrapper. This needs no search for layers: to search the heap takes
140 ms in a program with five million objects.
"""

from __future__ import annotations

import functools
import sys
import weakref
from collections.abc import Callable
from types import CellType, FrameType, FunctionType, MethodType
from typing import Any

from layertrace.record.engines.patching import Slot, patches
from layertrace.record.engines.wrappers import wrapper_of
from layertrace.record.hooks.observer import Undo
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.record.process.hidden_code import hidden

__all__ = ["wrap_builds"]

_HOME = "keras.src.layers.layer"
_HELD = "original_build_method"

_exchanged: list[tuple[weakref.ref[FunctionType], FunctionType]] = []
"""The functions that hold a wrapper now, each with the method that it held before."""


def wrap_builds() -> Undo | None:
    """Wrap the `build` of each existing layer when it is built; return the undo."""
    module = sys.modules.get(_HOME)
    undo = None if module is None else patches.acquire(Slot(module, "current_path"), _exchanging)
    return None if undo is None else functools.partial(_undo, undo)


def _undo(undo: Undo) -> None:
    undo()
    while _exchanged:
        reference, function = _exchanged.pop()
        build = reference()
        cell = None if build is None else _cell(build)
        if cell is not None:
            cell.cell_contents = MethodType(function, cell.cell_contents.__self__)


def _exchanging(original: Callable[[], object]) -> Callable[[], object]:
    @functools.wraps(original)
    @hidden
    def current_path() -> object:
        if hub.emit is not None:
            with guarded("record a build"):
                _exchange(sys._getframe(1))
        return original()

    return current_path


def _exchange(frame: FrameType) -> None:
    if frame.f_code.co_name != "build_wrapper":
        return
    held, layer = frame.f_locals.get(_HELD), frame.f_locals.get("obj")
    if type(held) is not MethodType or layer is None:
        return
    wrapper: Any = safe.class_attribute(type(layer), "build")
    stands_for = wrapper_of(wrapper)
    function = None if stands_for is None else stands_for.original()
    if function is None or function is not held.__func__:
        return
    build: Any = safe.instance_dict(layer).get("build")
    cell = _cell(build) if type(build) is FunctionType else None
    if cell is not None and cell.cell_contents is held:
        cell.cell_contents = MethodType(wrapper, layer)
        _exchanged.append((weakref.ref(build), function))


def _cell(build: FunctionType) -> CellType | None:
    """Return the cell in which a layer's own `build` holds the method of its class."""
    names = build.__code__.co_freevars
    return (build.__closure__ or ())[names.index(_HELD)] if _HELD in names else None
