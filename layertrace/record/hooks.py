"""Make a hook for a method: it has the method's own signature, tells what happens, and changes nothing.

Keras, TensorFlow and users inspect the methods of a layer: `inspect.signature`, `getfullargspec` (which
does not follow `__wrapped__`), `__code__`, default markers. So a hook is compiled with the very parameters
of the method it stands for, once for each list of parameters. What a hook does lies in `observe`.
"""

from __future__ import annotations

import functools
import inspect
import keyword
import sys
import time
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any

from layertrace.record import observe
from layertrace.record.autograph import as_called
from layertrace.record.faults import step_aside
from layertrace.record.hook_file import HOOK_FILE
from layertrace.record.hub import Method, hub, threads
from layertrace.record.places import caller
from layertrace.timeline.query import layer_numbers

__all__ = ["Observer", "hook", "learn"]

Observer = tuple[Callable[..., Any], Callable[..., Any]]
"""How a kind of method is observed: what to do when it begins, and when it ends."""

# Names are prefixed in earnest: parameters of the method share the function with them.
_FUNCTION = """
def make(lt_method, lt_original, lt_begin, lt_end, lt_defaults):
    def {name}({parameters}):
        if lt_hub.emit is None:  # nobody records
            try:
                return {target}({forward})
            except BaseException as lt_error:
                lt_hide(lt_error)
                raise
{short_way}
        try:
            lt_span = lt_begin(lt_method, {subject}, ({values}), {extra}, {keywords})
        except BaseException as lt_error:  # somebody asked to stop the program here
            lt_hide(lt_error)
            {again}
        lt_run = {target}
        try:
            lt_result = lt_run({forward})
        except BaseException as lt_error:
            lt_hide(lt_error) if lt_span is None else lt_fail(lt_span, lt_error)
            raise
        if lt_span is not None:
            lt_end(lt_span, lt_result, {subject})
        return lt_result
    return {name}
"""

# How to go on with an exception of which frames were hidden. In Python 3.10 a bare `raise` has all of them
# back, and this way one of ours remains.
_AGAIN = "raise" if sys.version_info >= (3, 11) else "raise lt_error"

# The path that counts: `call` with one eager tensor, in a layer that ran eagerly before (until then Keras
# may call it with eager tensors to infer shapes, and build what is inside), outside of any trace. It is
# written out because each step is felt: a Python call costs as much as reading the clock, and what comes
# first to memory costs ten times of what is there (`tests/benchmarks/pieces.py`). `observe` does the same
# at leisure for all else.
_SHORT_WAY = """
        lt_span = None
        try:
            lt_thread = lt_threads.state
            lt_parent = lt_thread.span
            lt_layer = lt_ready.get(id({subject}))
            if (
                type({first}) is lt_hub.tensor_type {others_at_default}
                and lt_layer is not None
                and (
                    lt_parent is None  # and so no trace is under way in this thread
                    or (lt_parent[5] is None and lt_parent[1] is not lt_layer)
                )
            ):
                if lt_parent is not None and lt_parent[0].inherits_place:
                    lt_place = None
                else:
                    try:
                        lt_frame = lt_getframe(lt_method.jump)
                        lt_place = lt_method.places.get(lt_frame.f_lasti)
                        if lt_place is None or lt_place[0] is not lt_frame.f_code:
                            lt_place = lt_caller(lt_method, 2)
                    except ValueError:  # the stack is not as deep as it was last time
                        lt_place = lt_caller(lt_method, 2)
                lt_shape = {first}._tensor_shape
                if lt_shape is None:
                    lt_shape = {first}._shape_tuple()
                if lt_shape is not lt_thread.shape:  # else it is the tensor that came out last
                    lt_thread.shape = lt_shape
                    lt_thread.dtype = {first}.dtype
                lt_span = (
                    lt_method, lt_layer, lt_parent, lt_thread, lt_clock(),
                    None, lt_place, lt_shape, lt_thread.dtype,
                )
                lt_thread.span = lt_span
        except Exception:
            lt_step_aside("record a call")
        if lt_span is not None:
            try:
                lt_result = lt_original({forward})
            except BaseException as lt_error:
                lt_fail(lt_span, lt_error)
                raise
            if type(lt_result) is not lt_hub.tensor_type:
                lt_end(lt_span, lt_result, {subject})
                return lt_result
            try:
                lt_now = lt_clock()
                lt_thread.span = lt_parent
                if lt_result is {first}:
                    lt_dtype = lt_span[8]
                else:
                    lt_shape = lt_result._tensor_shape
                    if lt_shape is None:
                        lt_shape = lt_result._shape_tuple()
                    lt_thread.shape = lt_shape
                    lt_thread.dtype = lt_dtype = lt_result.dtype
                if lt_hub.emit is not None:
                    lt_hub.emit((lt_span, lt_now, lt_shape, lt_dtype, None))
            except Exception:
                lt_step_aside("record the end of a call")
            return lt_result
"""

_NAMESPACE = {
    "lt_hub": hub,
    "lt_threads": threads,
    "lt_ready": layer_numbers.ready,
    "lt_getframe": sys._getframe,
    "lt_clock": time.perf_counter_ns,
    "lt_caller": caller,
    "lt_fail": observe.fail,
    "lt_hide": observe.hide,
    "lt_as_called": as_called,
    "lt_step_aside": step_aside,
    "__name__": __name__,
}


def hook(
    method: Method, original: FunctionType, observer: Observer, *, takes_anything: bool = False
) -> FunctionType:
    """Return a function that stands for `original` and tells `observer` what happens.

    Args:
        method: What the events will say of the method; its names and defaults are filled in here.
        original: The function to stand for.
        observer: What to do when it begins and when it ends.
        takes_anything: Let `original` refuse wrong arguments, so that a call with such is an event too.
            Its code is then not that of the method, only its signature.
    """
    parameters = _ANYTHING if takes_anything else _own_parameters(original)
    learn(method, original, parameters)
    make = _factory(
        method.kind,
        original.__name__ if _can_be_defined(original.__name__) else "hooked",
        tuple((p.name, p.kind, p.default is not p.empty) for p in parameters),
    )
    made: FunctionType = make(method, original, *observer, method.defaults)
    functools.update_wrapper(made, original)
    made.__defaults__ = original.__defaults__
    made.__kwdefaults__ = original.__kwdefaults__
    if takes_anything:
        made.__defaults__ = made.__kwdefaults__ = None
        made.__signature__ = inspect.signature(original)  # type: ignore[attr-defined]  # inspect reads it
    return made


_ANYTHING = (
    inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY),
    inspect.Parameter("args", inspect.Parameter.VAR_POSITIONAL),
    inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD),
)


def _can_be_defined(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name)


def _own_parameters(function: FunctionType) -> tuple[inspect.Parameter, ...]:
    """Return the parameters of a function's own code, whatever its decorators claim."""
    bare = FunctionType(function.__code__, {}, function.__name__, function.__defaults__, function.__closure__)
    bare.__kwdefaults__ = function.__kwdefaults__
    return tuple(inspect.signature(bare).parameters.values())


def learn(method: Method, original: Any, parameters: tuple[inspect.Parameter, ...] = ()) -> None:
    """Note the names behind the first parameter, and what they are when nobody gives them.

    A decorated method may take `*args`; then those of the method behind it have names all the same.
    """
    kinds = inspect.Parameter
    if not parameters or any(p.kind is kinds.VAR_POSITIONAL for p in parameters):
        parameters = tuple(_claimed_parameters(original)) or parameters
    named = [p for p in parameters if p.kind not in (kinds.VAR_POSITIONAL, kinds.VAR_KEYWORD)][1:]
    variadic = {p.kind: p.name for p in parameters}
    method.stand_for(original)
    method.names = tuple(p.name for p in named)
    method.defaults = tuple(p.default for p in named)
    method.variadic = (variadic.get(kinds.VAR_POSITIONAL), variadic.get(kinds.VAR_KEYWORD))


def _claimed_parameters(original: Any) -> Iterable[inspect.Parameter]:
    try:
        return inspect.signature(original).parameters.values()
    except (TypeError, ValueError):  # it does not tell
        return ()


@functools.lru_cache(maxsize=1024)
def _factory(
    kind: str, name: str, parameters: tuple[tuple[str, Any, bool], ...]
) -> Callable[..., FunctionType]:
    """Compile the maker of all hooks with one name and list of parameters."""
    of = inspect.Parameter
    names = [n for n, kind, _ in parameters if kind in (of.POSITIONAL_ONLY, of.POSITIONAL_OR_KEYWORD)]
    star = next((n for n, kind, _ in parameters if kind is of.VAR_POSITIONAL), None)
    only = [n for n, kind, _ in parameters if kind is of.KEYWORD_ONLY]
    stars = next((n for n, kind, _ in parameters if kind is of.VAR_KEYWORD), None)
    forward = names + [f"*{star}"] * bool(star) + [f"{n}={n}" for n in only] + [f"**{stars}"] * bool(stars)
    simple = kind == "call" and len(names) > 1 and not star and not stars
    behind = names[2:] + only
    subject = names[0] if names else f"({star} or (None,))[0]"
    others = "".join(f"and {n} is lt_defaults[{i}] " for i, n in enumerate(behind, 1))
    forwarded = ", ".join(forward)
    source = _FUNCTION.format(
        name=name,
        parameters=_parameter_list(parameters),
        subject=subject,
        short_way=""
        if not simple
        else _SHORT_WAY.format(subject=subject, first=names[1], others_at_default=others, forward=forwarded),
        values="".join(f"{n}, " for n in names[1:] + only),
        extra=("()" if not star else star if names else f"{star}[1:]"),
        keywords=stars or "None",
        forward=forwarded,
        again=_AGAIN,
        target="lt_as_called(lt_original)" if kind in ("call", "build") else "lt_original",
    )
    namespace = dict(_NAMESPACE)
    exec(compile(source, HOOK_FILE, "exec"), namespace)  # noqa: S102  # source of our own
    return namespace["make"]  # type: ignore[return-value]  # exec fills the namespace


def _parameter_list(parameters: tuple[tuple[str, Any, bool], ...]) -> str:
    """Write parameters as in a `def`; `functools.update_wrapper` and `hook` add the real defaults."""
    bare = [
        inspect.Parameter(name, kind, default=_DEFAULT if has_default else inspect.Parameter.empty)
        for name, kind, has_default in parameters
    ]
    return str(inspect.Signature(bare))[1:-1]


class _Default:
    """Stands in the source for a default that is set on the finished function."""

    def __repr__(self) -> str:
        return "None"


_DEFAULT = _Default()
