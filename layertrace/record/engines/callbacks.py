"""React when an observed code object starts, returns, or is left by an exception."""

from __future__ import annotations

import inspect
import sys
import threading
import time
from collections.abc import Callable, Mapping
from types import CodeType, FrameType, FunctionType, MethodType
from typing import Any, TypeAlias

from layertrace.errors import CulpritError
from layertrace.record.describe import source_lines
from layertrace.record.describe.source_lines import caller as find_place
from layertrace.record.engines.refused_calls import refused_call
from layertrace.record.engines.sites import NO_KEYWORDS, Fast, Site, Variant
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks import layer_calls
from layertrace.record.hooks.observer import Call
from layertrace.record.hub import hub, threads
from layertrace.record.process import safe
from layertrace.record.process.guard import report_internal_error
from layertrace.record.spans import Span, ThreadState
from layertrace.timeline.registry import live_layers

__all__ = ["Callbacks"]

Open = tuple[Variant, object, object]
"""A running call: what is observed, the token of its observer, the first argument."""

Started: TypeAlias = Callable[[CodeType, int], None]
Returned: TypeAlias = Callable[[CodeType, int, Any], None]
Left: TypeAlias = Callable[[CodeType, int, BaseException], None]


class Callbacks:
    """The three callbacks, and the calls that are running.

    A call that took the fast path is the innermost span of its thread when it ends. Any other is identified
    by its frame.

    Args:
        sites: What is observed, by the identity of its code.
        compiled: The methods that are a `tf.function`, by the identity of the Python function inside.

    Attributes:
        one_thread: Whether only the main thread has run observed code.
        fast: How to read the arguments of a `call` quickly, by the identity of its code.
        refusing: The functions whose calls with wrong arguments are reported, too, by qualified name.
    """

    def __init__(self, sites: dict[int, Site], compiled: dict[int, Variant]) -> None:
        self._sites = sites
        self._compiled = compiled
        self._open: dict[int, tuple[Open, ...]] = {}
        self._skipped: set[int] = set()
        self._main, self._main_state = _main_thread()
        self.one_thread = False
        self.fast: dict[int, Fast] = {}
        self.refusing: dict[str, Variant] = {}

    def make(self) -> tuple[Started, Returned, Left]:
        """Return the callbacks for a code object that starts, returns, or is left by an exception."""
        self._main, self._main_state = _main_thread()
        self.one_thread = self._main >= 0 and len(sys._current_frames()) == 1
        return self._make_started(), self._make_returned(), self._make_left()

    def forget(self) -> None:
        """Forget the running calls, whose ends Python will not report."""
        self._open.clear()
        self._skipped.clear()
        self.fast.clear()
        self.refusing.clear()

    # The fast path: `call` with one eager tensor, in a layer that ran eagerly before (until then Keras may
    # call it with eager tensors to infer shapes, and build what is inside), outside of any trace. It is
    # written out because each step is felt: a Python call costs as much as reading the clock
    # (`tests/benchmarks/pieces.py`). `hooks/layer_calls.py` does the same for all other calls.

    def _make_started(self) -> Started:
        get_fast, get_site = self.fast.get, self._sites.get
        getframe, clock = sys._getframe, time.perf_counter_ns
        ready, internal = live_layers.fast_path_layers.get, live_layers.internal_layers
        hub_, threads_ = hub, threads
        begin, place_of, is_internal = self._begin, find_place, source_lines.is_internal
        get_ident, mine, my_state = threading.get_ident, self._main, self._main_state
        # Before Python 3.13 `f_locals` is a copy, which keeps the arguments until the function returns.
        is_copy = sys.version_info < (3, 13)
        look, infers = Loaded.backend.look, Loaded.backend.infers

        def started(code: CodeType, _: int) -> None:
            try:
                fast = get_fast(id(code))
                if fast is not None:
                    method, subject, first, others = fast
                    held = getframe(1).f_locals
                    tensor: Any = held[first]
                    if type(tensor) is hub_.tensor_type:
                        if get_ident() == mine:
                            thread = my_state
                        else:
                            self.one_thread = False
                            thread = threads_.state
                        parent = thread.span
                        layer = ready(id(held[subject]))
                        if others is not None:
                            for name, default in others:
                                value = held[name]
                                if value is not default and (default is not NO_KEYWORDS or value):
                                    layer = None  # its other arguments are recorded, too
                                    break
                        if (
                            layer is not None
                            and (
                                parent is None  # and so no trace is under way in this thread
                                or (parent[5] is None and parent[1] is not layer)
                            )
                            and (infers is None or not infers())
                        ):
                            if parent is not None and parent[0].uses_callers_location:
                                place = None
                            else:
                                try:
                                    line = getframe(1 + method.frames_to_caller)
                                    place = method.last
                                    if line.f_lasti != place[1] or line.f_code is not place[0]:
                                        known = method.known_call_sites.get(line.f_lasti)
                                        above = getframe(1).f_back
                                        if (
                                            known is None
                                            or known[0] is not line.f_code
                                            # If the program is the caller, a line above it may be known.
                                            or above is None
                                            or not is_internal(above.f_code.co_filename)
                                        ):
                                            place = place_of(method, above)
                                        else:
                                            place = method.last = known
                                except ValueError:  # the stack is not as deep as it was last time
                                    place = place_of(method, getframe(1).f_back)
                            if look is None:  # TensorFlow
                                shape = tensor._tensor_shape
                                shape = hub_.shape_tuple(tensor) if shape is None else shape._dims
                                dtype = hub_.dtype_number(tensor)
                            else:
                                shape, dtype = look(tensor)
                            if is_copy:
                                held.clear()
                            thread.runs_for = None
                            thread.span = (method, layer, parent, thread, clock(), None, place, shape, dtype)
                            return
                        if id(held[subject]) in internal and not _is_fast(parent, code):
                            if is_copy:
                                held.clear()
                            return  # saves 9 µs in each call of a Sequential, which has a Functional inside
                site = get_site(id(code))
                if site is not None and hub_.emit is not None:
                    begin(site, getframe(1))
            except CulpritError:  # `trace(fail_on=…)` asked for it
                raise
            except RecursionError:  # the stack is full: what the program does next may still fit
                return
            except Exception:  # promise 1: the traced program never sees a fault of ours
                report_internal_error("record a call")

        return started

    def _make_returned(self) -> Returned:
        getframe, clock, hub_ = sys._getframe, time.perf_counter_ns, hub
        end, threads_, skipped = self._end, threads, self._skipped
        get_ident, mine, my_state = threading.get_ident, self._main, self._main_state
        look = Loaded.backend.look

        def returned(code: CodeType, __: int, result: Any) -> None:
            try:
                thread = my_state if self.one_thread or get_ident() == mine else threads_.state
                span = thread.span
                if (
                    span is None
                    or span[8] is None  # it did not take the fast path
                    or span[0].code is not code
                    or (thread.skips and id(getframe(1)) in skipped)
                ):
                    end(id(getframe(1)), result)
                elif type(result) is not hub_.tensor_type:
                    layer_calls.end(span, result, None)
                else:
                    now = clock()
                    thread.span = span[2]
                    if look is None:  # TensorFlow
                        shape = result._tensor_shape
                        shape = hub_.shape_tuple(result) if shape is None else shape._dims
                        dtype = hub_.dtype_number(result)
                    else:
                        shape, dtype = look(result)
                    emit = hub_.emit
                    if emit is not None:
                        emit((span, now, shape, dtype, None))
                        if len(hub_.items) >= hub_.most:
                            hub_.fill()
            except RecursionError:  # the stack is full: what the program does next may still fit
                return
            except Exception:
                report_internal_error("record the end of a call")

        return returned

    def _begin(self, site: Site, frame: FrameType) -> None:
        """Report that an observed function begins.

        Raises:
            CulpritError: If `trace(fail_on=…)` asked for it.
        """
        calls: tuple[Open, ...] = ()
        if threading.get_ident() != self._main:
            self.one_thread = False
        try:
            variant = site.variant_in(frame)
            if variant is not None:
                calls = self._begin_variant(variant, frame)
        except (CulpritError, RecursionError):
            raise
        except Exception:  # promise 1: the traced program never sees a fault of ours
            report_internal_error("record a call")
        if calls:
            self._open[id(frame)] = calls
        elif site.fast is not None and _is_fast(threads.state.span, site.code):  # their ends look alike
            self._skipped.add(id(frame))
            threads.state.skips += 1

    def _begin_variant(self, variant: Variant, frame: FrameType) -> tuple[Open, ...]:
        subject, values, extra, keywords = variant.arguments_in(frame)
        caller = variant.caller(frame)
        calls: tuple[Open, ...] = ()
        if self._compiled and variant.method.kind == "run":
            calls = self._begin_compiled(subject, extra, keywords, caller)
        token = variant.observer.begin(Call(variant.method, subject, values, extra, keywords, caller))
        return calls if token is None else ((variant, token, subject), *calls)

    def _begin_compiled(
        self,
        function: object,
        extra: tuple[object, ...],
        keywords: Mapping[str, object] | None,
        caller: FrameType | None,
    ) -> tuple[Open, ...]:
        """Report the call of a layer whose `call` is the `tf.function` that begins to run.

        TensorFlow creates a function for each instance, whose `__original_wrapped__` is the bound method
        (`class_method_to_instance_method`, TensorFlow 2.16 to 2.21).
        """
        python = getattr(function, "python_function", None)  # a single trace of a function has none
        bound = vars(python).get("__original_wrapped__") if type(python) is FunctionType else None
        variant = self._compiled.get(id(bound.__func__)) if type(bound) is MethodType else None
        if variant is None or bound is None:
            return ()
        layer = getattr(bound.__self__, "target", None)
        token = variant.observer.begin(Call(variant.method, layer, (), extra, keywords, caller))
        return () if token is None else ((variant, token, layer),)

    def _end(self, frame: int, result: object) -> None:
        for variant, token, subject in self._ended(frame):
            variant.observer.end(token, result, subject)

    def _ended(self, frame: int) -> tuple[Open, ...]:
        """Return the calls that were running in a frame that ends."""
        if frame in self._skipped:
            self._skipped.discard(frame)
            threads.state.skips -= 1
        return self._open.pop(frame, ())

    def _make_left(self) -> Left:
        # Python reports this for every function in the process, so the first lines must be fast. Three of
        # them raise an AttributeError in most calls of a layer: 9 times in that of a Dense (Keras 3.15).
        getframe, sites = sys._getframe, self._sites
        no_mask, no_graph = _code_on_tensors("__getattr__"), _code_on_tensors("graph")
        no_attribute = inspect.getattr_static.__code__

        def left(code: CodeType, _: int, error: BaseException) -> None:
            if code is no_mask or code is no_graph or code is no_attribute:
                return
            if id(code) not in sites and type(error) is not TypeError:
                return
            try:
                if type(error) is TypeError:
                    self._refused(getframe(1), error)
                if type(error) is CulpritError:
                    _without_ours(error)
                thread = threads.state
                span = thread.span
                frame = id(getframe(1))
                if span is not None and _is_fast(span, code) and frame not in self._skipped:
                    layer_calls.fail(span, error)
                    return
                for variant, token, _subject in self._ended(frame):
                    variant.observer.fail(token, error)
            except RecursionError:
                return
            except Exception:  # promise 1, as above
                report_internal_error("record a failure")

        return left

    def _refused(self, frame: FrameType, error: TypeError) -> None:
        """Report a call that Python refused for its arguments, so that the function never started."""
        trace = error.__traceback__
        message = error.args[0] if error.args else None
        if type(message) is not str or trace is None or trace.tb_next is not None or hub.emit is None:
            return
        variant = self.refusing.get(message.partition("() ")[0])
        if variant is not None:
            subject, values, keywords = refused_call(frame, trace.tb_lasti)
            call = Call(variant.method, subject, (), values, keywords, frame)
            token = variant.observer.begin(call)
            if token is not None:
                variant.observer.fail(token, error)


def _main_thread() -> tuple[int, ThreadState]:
    """Return the number and the state of the main thread; elsewhere a number that no thread has.

    To ask for the state of a thread takes three times as long as to ask which thread this is. Another thread
    may get the number of one that has ended, but never that of the main thread.
    """
    is_main = threading.current_thread() is threading.main_thread()
    return threading.get_ident() if is_main else -1, threads.state


def _code_on_tensors(name: str) -> CodeType | None:
    """Return the code of a method or property of TensorFlow's eager tensors; None if they do not have it.

    `__getattr__` raises when Keras asks a tensor for a mask that it does not have, `graph` always.
    """
    if Loaded.tf is None:
        return None
    defined = safe.class_attribute(Loaded.tf.__internal__.EagerTensor, name)
    function = defined.fget if type(defined) is property else defined
    return function.__code__ if type(function) is FunctionType else None


def _is_fast(span: Span | None, code: CodeType) -> bool:
    """Return whether a span is a call of this code that took the fast path."""
    return span is not None and span[8] is not None and span[0].code is code


def _without_ours(error: BaseException) -> None:
    """Remove our own frames from the end of a traceback: the program is stopped at its own line."""
    trace = error.__traceback__
    while trace is not None:
        below = trace.tb_next
        if below is not None and source_lines.is_ours(below.tb_frame.f_code):
            trace.tb_next = None
            return
        trace = below
