"""Observe functions through Python's own monitoring, which replaces nothing in the program.

`sys.monitoring` (Python 3.12 and later) calls back when an observed code object starts, returns or is left
by an exception. Arguments are read from the frame. A method without Python code, such as one compiled by
Cython, is wrapped instead.
"""

from __future__ import annotations

import functools
import inspect
import sys
import threading
from types import CodeType, FunctionType, MethodType
from typing import Any, cast

from layertrace.errors import EngineError
from layertrace.record.engines.callbacks import Callbacks
from layertrace.record.engines.sites import Site, Variant, variant_of
from layertrace.record.engines.wrapping import wrapping
from layertrace.record.frameworks import tensorflow_private
from layertrace.record.hooks.observer import Call, HookPoint, Observer, Undo, ignore
from layertrace.record.process.forks import held_over_forks
from layertrace.record.process.guard import guarded
from layertrace.record.spans import HookedMethod

__all__ = ["Monitoring", "monitoring"]

_python: Any = getattr(sys, "monitoring", None)  # Python 3.10 and 3.11 do not have it, and run nothing here
_TOOL = "layertrace"
_IDS = (3, 4, 5)  # 0, 1 and 2 belong to debuggers, coverage and profilers: cProfile refuses to share its id
_PAUSES = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


class Monitoring:
    """Asks Python to report the calls of code objects.

    Attributes:
        wrapped: The functions that had to be wrapped instead, since no Python code starts when they are
            called: their names and types.
    """

    name = "monitoring"

    def __init__(self) -> None:
        self._sites: dict[int, Site] = {}
        self._compiled: dict[int, Variant] = {}
        self._callbacks = Callbacks(self._sites, self._compiled)
        self._lock = held_over_forks(threading.RLock())
        self._tool: int | None = None
        self.wrapped: dict[str, str] = {}

    @property
    def is_on(self) -> bool:
        """Whether a tool id is taken."""
        return self._tool is not None

    def start(self) -> None:
        """Take a free tool id of `sys.monitoring`, and ask for exceptions.

        Raises:
            EngineError: If no id is left.
        """
        tool = next((number for number in _IDS if _python.get_tool(number) is None), None)
        if tool is None:
            taken = ", ".join(f"{number} by {_python.get_tool(number)!r}" for number in _IDS)
            raise EngineError(
                f"No tool id of sys.monitoring is left for layertrace (taken: {taken}). "
                "Stop one of these tools to use the monitoring engine."
            )
        _python.use_tool_id(tool, _TOOL)
        self._tool = tool
        self.wrapped.clear()
        events = _python.events
        for event, callback in zip(_events(), self._callbacks.make(), strict=True):
            _python.register_callback(tool, event, callback)
        _python.set_events(tool, events.PY_UNWIND)
        self._observe_conversions()

    def _observe_conversions(self) -> None:
        if tensorflow_private.find("convert_actual") is None:
            return
        owner, name = tensorflow_private.home("convert_actual")
        observer = Observer(self._begin_conversion, self._end_conversion, ignore)
        with guarded("observe what AutoGraph converts"):
            self.observe(
                HookPoint(owner, name, observer, functools.partial(HookedMethod, "watch"), lasts=True)
            )

    def stop(self) -> None:
        """Release the tool id, with all its events and callbacks."""
        tool = self._tool
        if tool is None:
            return
        with self._lock:
            if _python.get_tool(tool) == _TOOL:
                for site in self._sites.values():
                    _python.set_local_events(tool, site.code, 0)
                _python.set_events(tool, 0)
                for event in _events():
                    _python.register_callback(tool, event, None)
                _python.free_tool_id(tool)
            self._tool = None
            self._sites.clear()
            self._compiled.clear()
            self._callbacks.forget()

    def observe(self, point: HookPoint) -> Undo | None:
        """Observe a function, or count one more user.

        Returns:
            The undo, which may be called once, in any order with others; None if the attribute is missing.
        """
        attribute: Any = point.get()
        if isinstance(attribute, staticmethod):
            attribute = attribute.__func__
        elif isinstance(attribute, property):
            attribute = attribute.fset if point.is_setter else attribute.fget
        if attribute is None:
            return None
        if type(attribute) is FunctionType:
            function = _below(attribute) if point.below_decorators else attribute
            if not function.__code__.co_flags & _PAUSES:
                return self._observe_function(point, attribute, function)
        elif _is_tf_function(attribute):
            return self._observe_compiled(point, attribute)
        undo = wrapping.observe(point)
        if undo is not None:
            self.wrapped[point.label] = type(attribute).__name__
        return undo

    def observe_existing_layers(self) -> None:
        """Do nothing: existing layers run the code that is observed."""

    def _observe_function(self, point: HookPoint, attribute: FunctionType, function: FunctionType) -> Undo:
        code = function.__code__
        with self._lock:
            site = self._sites.get(id(code)) or Site(code, code.co_freevars)
            variant = site.of(function)
            if variant is None:
                variant = (_lasting_variant if point.lasts else variant_of)(point, attribute, function)
                site.add(variant)
                if id(code) not in self._sites:
                    self._sites[id(code)] = site
                    self._watch(code)
                self._settle(site)
                if point.takes_anything:
                    self._callbacks.refusing[function.__qualname__] = variant
            variant.users += 1
        return functools.partial(self._release, code, variant, [variant])

    def _observe_compiled(self, point: HookPoint, attribute: Any) -> Undo:
        """Observe a `tf.function` that is a method, through the code of TensorFlow that runs it."""
        function = attribute.python_function
        with self._lock:
            variant = self._compiled.get(id(function))
            if variant is None:
                variant = self._compiled[id(function)] = variant_of(point, function, function)
            variant.users += 1
        return functools.partial(self._release_compiled, function, variant, [variant])

    def _release_compiled(self, function: object, variant: Variant, left: list[Variant]) -> None:
        with self._lock:
            if left:
                left.clear()
                variant.users -= 1
                if variant.users == 0:
                    self._compiled.pop(id(function), None)

    def _release(self, code: CodeType, variant: Variant, left: list[Variant]) -> None:
        with self._lock:
            if not left:
                return
            left.clear()
            variant.users -= 1
            site = self._sites.get(id(code))
            if variant.users or site is None:
                return
            site.remove(variant)
            self._settle(site)
            if not site.variants:
                for copy in site.copies:
                    self._unwatch(copy)
                self._unwatch(code)

    def _settle(self, site: Site) -> None:
        """Switch the fast path for the code of a site on or off."""
        if site.fast is None:
            self._callbacks.fast.pop(id(site.code), None)
        else:
            self._callbacks.fast[id(site.code)] = site.fast

    def _watch(self, code: CodeType) -> None:
        events = _python.events
        if self._is_ours():
            _python.set_local_events(self._tool, code, events.PY_START | events.PY_RETURN)

    def _unwatch(self, code: CodeType) -> None:
        self._sites.pop(id(code), None)
        self._callbacks.fast.pop(id(code), None)
        if self._is_ours():
            _python.set_local_events(self._tool, code, 0)

    def _is_ours(self) -> bool:
        return self._tool is not None and _python.get_tool(self._tool) == _TOOL

    # AutoGraph

    def _begin_conversion(self, call: Call) -> FunctionType | None:
        """Return the function that AutoGraph converts, if it is observed."""
        entity = call.subject
        function: Any = entity.__func__ if type(entity) is MethodType else entity
        site = self._sites.get(id(function.__code__)) if type(function) is FunctionType else None
        return None if site is None else function

    def _end_conversion(self, function: FunctionType, converted: object, _: object) -> None:
        """Observe the code that AutoGraph generated from a function, while the function is observed."""
        with guarded("observe what AutoGraph converted"), self._lock:
            site = self._sites.get(id(function.__code__))
            variant = None if site is None else site.of(function)
            if site is None or variant is None or type(converted) is not FunctionType:
                return
            code = converted.__code__
            copy = self._sites.get(id(code))
            if copy is None:
                copy = self._sites[id(code)] = Site(code, function.__code__.co_freevars)
                site.copies.append(code)
                self._watch(code)
            if copy.of(converted) is None:
                copy.add(Variant(converted, variant.method, variant.observer, ()))
                self._settle(copy)

    def problems(self) -> list[str]:
        """Return a sentence if another tool has changed the settings of this one."""
        tool = self._tool
        if tool is None or not self._sites:
            return []
        events = _python.events
        wanted = events.PY_START | events.PY_RETURN
        if not self._is_ours():
            return [f"another tool took sys.monitoring's tool id {tool} from layertrace: events are missing"]
        sites = tuple(self._sites.values())
        lost = sum(_python.get_local_events(tool, site.code) != wanted for site in sites)
        if lost or _python.get_events(tool) != events.PY_UNWIND:
            return ["another tool reset the sys.monitoring events of layertrace: events are missing"]
        return []


def _events() -> tuple[int, ...]:
    events = _python.events
    return events.PY_START, events.PY_RETURN, events.PY_UNWIND


def _below(function: FunctionType) -> FunctionType:
    """Return the function below its decorators, if these are plain functions."""
    below: Any = function
    while type(wrapped := vars(below).get("__wrapped__")) is FunctionType:
        below = wrapped
    return cast(FunctionType, below)


def _is_tf_function(attribute: object) -> bool:
    return (
        tensorflow_private.find("call_function") is not None
        and type(attribute) is tensorflow_private.home("call_function")[0]
    )


_lasting_variant = functools.lru_cache(maxsize=4096)(variant_of)
"""Cached variants of the frameworks' own functions: the next recording starts faster."""

monitoring = Monitoring()
