"""Observe functions by wrapping them; a wrapper looks like the function and changes nothing.

Keras, TensorFlow and users inspect the methods of a layer: `inspect.signature`, `getfullargspec` (which
does not follow `__wrapped__`), `__code__`, default markers. So a wrapper is compiled with the same parameters
as the function it stands for, once for each list of parameters.
"""

from __future__ import annotations

import functools
import inspect
import keyword
import sys
import time
from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any

from layertrace.record.describe.exceptions import hide
from layertrace.record.describe.source_lines import caller
from layertrace.record.engines.callable_proxies import wrap_object
from layertrace.record.engines.existing_layers import wrap_builds
from layertrace.record.engines.parameters import learn, own_parameters
from layertrace.record.engines.patching import Slot, patches
from layertrace.record.engines.wrappers import remember, wrapper_of
from layertrace.record.frameworks import tensorflow_private
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.observer import AnyObserver, Call, HookPoint, Undo
from layertrace.record.hub import hub, threads
from layertrace.record.process.guard import report_internal_error
from layertrace.record.process.hidden_code import HIDDEN_FILE, hidden
from layertrace.record.spans import HookedMethod
from layertrace.timeline.registry import live_layers

__all__ = ["Wrapping", "wrap", "wrapping"]

# All names have a prefix, since the parameters of the method share their scope.
_FUNCTION = """
def make(lt_method, lt_original, lt_begin, lt_end, lt_fail, lt_defaults, lt_compiling):
    def {name}({parameters}):{compiling}
        if lt_hub.emit is None:  # no recording runs
            try:
                return lt_original({forward})
            except BaseException as lt_error:
                lt_hide(lt_error)
                raise
{fast_path}
        try:
            lt_token = lt_begin(
                lt_call({method}, {subject}, ({values}), {extra}, {keywords}, lt_getframe(1))
            )
        except BaseException as lt_error:  # `trace(fail_on=...)` stops the program here
            lt_hide(lt_error)
            {again}
        try:
            lt_result = lt_original({forward})
        except BaseException as lt_error:
            if lt_token is not None:
                lt_fail(lt_token, lt_error)
            lt_hide(lt_error)
            raise
        if lt_token is not None:
            lt_end(lt_token, lt_result, {subject})
        return lt_result
    return {name}
"""

# How to raise an exception again after its frames were hidden. In Python 3.10 a bare `raise` restores them
# all; this way one of ours remains.
_AGAIN = "raise" if sys.version_info >= (3, 11) else "raise lt_error"

# The fast path: `call` with one eager tensor, in a layer that ran eagerly before (until then Keras may call
# it with eager tensors to infer shapes, and build what is inside), outside of any trace. It is written out
# because each step is felt: a Python call costs as much as reading the clock, and memory that is not in the
# cache ten times as much as memory that is (`tests/benchmarks/pieces.py`). `hooks/layer_calls.py` does the
# same for all other calls.
_FAST_PATH = """
        lt_span = None
        try:
            lt_thread = lt_threads.state
            lt_parent = lt_thread.span
            lt_layer = lt_ready.get(id({subject}))
            if (
                type({first}) is lt_hub.tensor_type {others_at_default}{inferring}
                and lt_layer is not None
                and (
                    lt_parent is None  # and so no trace is under way in this thread
                    or (lt_parent[5] is None and lt_parent[1] is not lt_layer)
                )
            ):
                if lt_parent is not None and lt_parent[0].uses_callers_location:
                    lt_place = None
                else:
                    try:
                        lt_frame = lt_getframe(lt_method.frames_to_caller)
                        lt_place = lt_method.known_call_sites.get(lt_frame.f_lasti)
                        if lt_place is None or lt_place[0] is not lt_frame.f_code:
                            lt_place = lt_caller(lt_method, lt_getframe(1))
                    except ValueError:  # the stack is not as deep as it was last time
                        lt_place = lt_caller(lt_method, lt_getframe(1))
                lt_tensor = {first}
                {look}
                lt_thread.runs_for = None
                lt_span = (
                    lt_method, lt_layer, lt_parent, lt_thread, lt_clock(),
                    None, lt_place, lt_shape, lt_dtype,
                )
                lt_thread.span = lt_span
        except Exception:
            lt_step_aside("record a call")
        if lt_span is not None:
            try:
                lt_result = lt_original({forward})
            except BaseException as lt_error:
                lt_fail(lt_span, lt_error)
                lt_hide(lt_error)
                raise
            if type(lt_result) is not lt_hub.tensor_type:
                lt_end(lt_span, lt_result, {subject})
                return lt_result
            try:
                lt_now = lt_clock()
                lt_thread.span = lt_parent
                if lt_result is not lt_tensor:
                    lt_tensor = lt_result
                    {look_again}
                if lt_hub.emit is not None:
                    lt_hub.emit((lt_span, lt_now, lt_shape, lt_dtype, None))
                    if lt_len(lt_hub.items) >= lt_hub.most:
                        lt_hub.fill()
            except Exception:
                lt_step_aside("record the end of a call")
            return lt_result
"""

# `torch.compile` reads the wrapper, and is to find what it would find in the original. It looks up names of
# modules by `__name__`, so that what it meets here must be a name of `make`.
_COMPILING = """
        if lt_compiling():
            return lt_original({forward})"""

# Keras calls layers with eager tensors to infer shapes, on some backends.
_INFERRING = " and not lt_infers()"

# The shape of `lt_tensor` and the number of its dtype: for TensorFlow, and for other backends.
_LOOK_IN_TENSORFLOW = """
lt_shape = lt_tensor._tensor_shape
lt_shape = lt_hub.shape_tuple(lt_tensor) if lt_shape is None else lt_shape._dims
lt_dtype = lt_hub.dtype_number(lt_tensor)
"""
_LOOK = "lt_shape, lt_dtype = lt_look(lt_tensor)"

_NAMESPACE = {
    "lt_hub": hub,
    "lt_call": Call,
    "lt_threads": threads,
    "lt_ready": live_layers.fast_path_layers,
    "lt_getframe": sys._getframe,
    "lt_len": len,
    "lt_clock": time.perf_counter_ns,
    "lt_caller": caller,
    "lt_hide": hide,
    "lt_step_aside": report_internal_error,
    "__name__": __name__,
}


def wrap(
    method: HookedMethod,
    original: FunctionType,
    observer: AnyObserver,
    *,
    takes_anything: bool = False,
    while_compiling: bool = False,
) -> FunctionType:
    """Return a function that stands for `original` and reports to `observer`.

    Args:
        method: What the events have in common; its names and defaults are filled in here.
        original: The function to stand for.
        observer: What to do when it begins, returns or raises.
        takes_anything: Whether the wrapper accepts any arguments, so that a call that `original` refuses is
            recorded, too. Then the wrapper has only the signature of the method, not its parameters.
        while_compiling: Whether `torch.compile` runs the wrapper and does not read it.
    """
    is_compiling = None if while_compiling else Loaded.backend.is_compiling
    parameters = _ANYTHING if takes_anything else own_parameters(original)
    learn(method, original, parameters)
    # `torch.compile` counts how often it compiles a code object, and gives up after some times.
    factory = _factory if is_compiling is None else _factory.__wrapped__
    make = factory(
        method.kind,
        original.__name__ if _can_be_defined(original.__name__) else "wrapped",
        tuple((p.name, p.kind, p.default is not p.empty) for p in parameters),
        is_compiling is not None,
    )
    # If the object was created inside of what `torch.compile` compiles, it reads the closure of a wrapper at
    # once; it knows functions, but not a HookedMethod, and would break the graph (torch 2.13).
    is_lazy = _is_lazy(method.kind, is_compiling is not None)
    wrapper: FunctionType = make(
        (lambda: method) if is_lazy else method,
        original,
        observer.begin,
        observer.end,
        observer.fail,
        method.defaults,
        is_compiling,
    )
    functools.update_wrapper(wrapper, original)
    wrapper.__defaults__ = original.__defaults__
    wrapper.__kwdefaults__ = original.__kwdefaults__
    if takes_anything:
        wrapper.__defaults__ = wrapper.__kwdefaults__ = None
        wrapper.__signature__ = inspect.signature(original)  # type: ignore[attr-defined]  # inspect reads it
    remember(wrapper, original, method, observer)
    return wrapper


def _is_lazy(kind: str, asks_torch: bool) -> bool:
    """Return whether a wrapper asks a function for its HookedMethod."""
    return asks_torch and kind == "watch"


_ANYTHING = (
    inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY),
    inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL),
    inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD),
)


def _can_be_defined(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name)


@functools.lru_cache(maxsize=1024)
def _factory(
    kind: str, name: str, parameters: tuple[tuple[str, Any, bool], ...], asks_torch: bool
) -> Callable[..., FunctionType]:
    """Compile the factory of all wrappers with the same name and parameters."""
    of = inspect.Parameter
    names = [n for n, kind, _ in parameters if kind in (of.POSITIONAL_ONLY, of.POSITIONAL_OR_KEYWORD)]
    star = next((n for n, kind, _ in parameters if kind is of.VAR_POSITIONAL), None)
    only = [n for n, kind, _ in parameters if kind is of.KEYWORD_ONLY]
    stars = next((n for n, kind, _ in parameters if kind is of.VAR_KEYWORD), None)
    forward = names + [f"*{star}"] * bool(star) + [f"{n}={n}" for n in only] + [f"**{stars}"] * bool(stars)
    simple = kind == "call" and len(names) > 1 and not star
    behind = names[2:] + only
    subject = names[0] if names else f"({star} or (None,))[0]"
    others = "".join(f"and {n} is lt_defaults[{i}] " for i, n in enumerate(behind, 1))
    others += f"and not {stars} " if stars else ""
    forwarded = ", ".join(forward)
    backend = Loaded.backend
    source = _FUNCTION.format(
        name=name,
        parameters=_parameter_list(parameters),
        compiling=_COMPILING.format(forward=forwarded) if asks_torch else "",
        subject=subject,
        method="lt_method()" if _is_lazy(kind, asks_torch) else "lt_method",
        fast_path=""
        if not simple
        else _FAST_PATH.format(
            subject=subject,
            first=names[1],
            others_at_default=others,
            forward=forwarded,
            inferring="" if backend.infers is None else _INFERRING,
            look=_look(16),
            look_again=_look(20),
        ),
        values="".join(f"{n}, " for n in names[1:] + only),
        extra=("()" if not star else star if names else f"{star}[1:]"),
        keywords=stars or "None",
        forward=forwarded,
        again=_AGAIN,
    )
    namespace = _NAMESPACE | {"lt_look": backend.look, "lt_infers": backend.infers}
    exec(compile(source, HIDDEN_FILE, "exec"), namespace)  # noqa: S102  # our own source
    return namespace["make"]  # type: ignore[return-value]  # exec fills the namespace


def _look(indent: int) -> str:
    """Return the lines that look at a tensor, for a place that is indented so far."""
    lines = (_LOOK_IN_TENSORFLOW if Loaded.backend.look is None else _LOOK).strip().splitlines()
    return f"\n{' ' * indent}".join(lines)


def _parameter_list(parameters: tuple[tuple[str, Any, bool], ...]) -> str:
    """Return parameters as in a `def`; `wrap` adds the real defaults."""
    bare = [
        inspect.Parameter(name, kind, default=_DEFAULT if has_default else inspect.Parameter.empty)
        for name, kind, has_default in parameters
    ]
    return str(inspect.Signature(bare))[1:-1]


class _Default:
    """Stands in the source for a default that `wrap` sets on the function."""

    def __repr__(self) -> str:
        return "None"


_DEFAULT = _Default()


class Wrapping:
    """Replaces each function by a wrapper, and restores the original object when nothing observes it."""

    name = "wrapping"

    def start(self) -> None:
        """Prepare: let AutoGraph convert a wrapped function exactly as it would convert the original."""
        convert = tensorflow_private.find("convert_actual")
        if convert is not None:
            self._undo = patches.acquire(Slot(*tensorflow_private.home("convert_actual")), _converting)

    def stop(self) -> None:
        """Release AutoGraph."""
        if self._undo is not None:
            self._undo()
            self._undo = None

    _undo: Undo | None = None

    def observe(self, point: HookPoint) -> Undo | None:
        """Wrap a function, or count one more user of its wrapper."""
        replace = _lasting if point.lasts else _replacement
        return patches.acquire(Slot(point.owner, point.name), functools.partial(replace, point))

    def observe_existing_layers(self) -> Undo | None:
        """Wrap the `build` of Keras 3 layers that exist already."""
        return wrap_builds()

    def problems(self) -> list[str]:
        """Return nothing: a program that replaces a wrapper wants other code to run."""
        return []


def _replacement(point: HookPoint, original: object) -> object:
    if isinstance(original, staticmethod):
        function: Any = _replacement(point, original.__func__)
        return None if function is None else staticmethod(function)
    if isinstance(original, property):
        observed: Any = original.fset if point.is_setter else original.fget
        method: Any = None if observed is None else _replacement(point, observed)
        if method is None:
            return None
        replacement: Any = original.setter(method) if point.is_setter else original.getter(method)
        # Messages such as "property 'losses' of 'Net' object has no setter" have the name that a class sets.
        replacement.__set_name__(point.owner, point.name)
        return replacement
    if isinstance(original, FunctionType):
        return wrap(
            point.make_method(),
            original,
            point.observer,
            takes_anything=point.takes_anything,
            while_compiling=point.while_compiling,
        )
    return wrap_object(point.make_method(), original, point.observer)


_lasting = functools.lru_cache(maxsize=4096)(_replacement)
"""Cached wrappers of the frameworks' own functions: the next recording starts faster."""


def _converting(original: Callable[..., Any]) -> Callable[..., object]:
    """Return a replacement for AutoGraph's conversion of one function.

    AutoGraph meets our wrapper where it expects the user's `call`. The replacement converts the original, and
    wraps the result. Seen as `_convert_actual(entity, program_ctx)`, TensorFlow 2.16 to 2.21.
    """

    @functools.wraps(original)
    @hidden
    def _convert_actual(entity: Any, program_ctx: object) -> object:
        wrapper = wrapper_of(entity.__func__ if type(entity) is MethodType else entity)
        function = None if wrapper is None else wrapper.original()
        if wrapper is None or function is None:
            bare = entity
        else:
            bare = MethodType(function, entity.__self__) if type(entity) is MethodType else function
        try:
            converted = original(bare, program_ctx)
        except BaseException as error:
            hide(error)
            raise
        if wrapper is None or function is None:
            return converted
        return wrap(wrapper.method, converted, wrapper.observer)

    return _convert_actual


wrapping = Wrapping()
