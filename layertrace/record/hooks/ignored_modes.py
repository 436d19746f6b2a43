"""Notice modules of torch that Keras puts back into train mode, in the first call after `eval()`.

Keras makes a layer of a module in an attribute, a `TorchModuleWrapper`. Its `call` sets the mode of the
module: eval mode if `training` is False, train mode otherwise (`keras/src/utils/torch_utils.py`, Keras 3.15).
"""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from layertrace.record.describe import source_lines
from layertrace.record.describe.layer_contents import layers_inside
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.torch_modules import modules_inside, modules_with_modes
from layertrace.record.hooks.observer import AnyObserver, Call, Observer, ignore
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.record.spans import LAYER, METHOD, MODE, PLACE, CodePosition, Span
from layertrace.timeline.ownership import is_keras_name
from layertrace.timeline.registry import Register, live_layers

__all__ = ["EVALS", "look_at_mode", "put_into_eval"]

_LOOPS = ("evaluate", "predict")
"""The methods of Keras that put a model into eval mode, and then call it for each batch."""


class _Asked:
    """A wrapper that was put into eval mode, with the model that contains it.

    Attributes:
        model: A weak reference to the layer or module whose `eval` was called.
        place: The line that called it, if that is the program's.
        loop: The method of Keras that called it otherwise.
        reached: Whether it is in the mode of the model: `eval` does not reach what is in a list, or in a
            functional model.
    """

    __slots__ = ("loop", "model", "place", "reached")

    def __init__(self) -> None:
        self.model: Callable[[], Any] | None = None
        self.place: CodePosition | None = None
        self.loop = ""
        self.reached = False


put_into_eval: Register[_Asked] = Register()
"""The wrappers inside a model whose `eval` was called."""


def _begin(call: Call) -> Call | None:
    return call if hub.observers else None


def _end(call: Call, *_: object) -> None:
    with guarded("record that a model was put into eval mode"):
        by_keras = _is_of_keras(call.caller)
        loop = "" if call.caller is None or not by_keras else call.caller.f_code.co_name
        if by_keras and loop not in _LOOPS:
            return  # a wrapper itself, and `fit`, which begins each epoch in train mode
        for wrapper in _wrappers_inside(call.subject):
            asked = put_into_eval.get(wrapper) or put_into_eval.add(wrapper, _Asked())
            asked.model = weakref.ref(call.subject)
            asked.place = None if by_keras else source_lines.caller(call.method, call.caller)
            asked.loop = loop
            asked.reached = _mode_of(wrapper) is False
            live_layers.fast_path_layers.pop(id(wrapper), None)  # look at its next call


EVALS: AnyObserver = Observer(begin=_begin, end=_end, fail=ignore)
"""Observes `eval` of modules, which all layers are on torch."""


def _is_of_keras(frame: FrameType | None) -> bool:
    return frame is not None and is_keras_name(frame.f_globals.get("__name__", ""))


def _wrappers_inside(model: object) -> Iterator[Any]:
    """Yield the wrappers inside a layer or module, also those that `eval` does not reach."""
    wrapper = sys.modules["keras"].layers.TorchModuleWrapper
    seen: set[int] = set()
    for module in modules_inside(model):
        if id(module) in seen:  # with all layers inside it
            continue
        for layer in (module, *layers_inside(module)):
            if safe.is_a(layer, wrapper) and id(layer) not in seen:
                yield layer
            seen.add(id(layer))


def _mode_of(module: object) -> bool | None:
    """Return whether a module is in train mode."""
    return safe.truth(safe.instance_dict(module).get("training"))


def look_at_mode(span: Span, wrapper: Any, *, has_training: bool) -> None:
    """Record that a call puts a module into train mode although `eval` of the model was called before.

    Args:
        span: The call of the wrapper, which has begun.
        wrapper: The wrapper.
        has_training: Whether it is given `training`.
    """
    asked = put_into_eval.get(wrapper)
    model = None if asked is None or asked.model is None else asked.model()
    if asked is None or model is None:
        return
    if span[MODE] is not None:  # Keras infers shapes, which puts the wrapper into train mode
        asked.reached = False
        return
    asked.model = None  # the next call has no mode but that of this one
    if has_training or _mode_of(model) is not False or (asked.reached and _mode_of(wrapper) is not False):
        return
    # The module of a class with a `call` of its own may have any mode.
    own_call = safe.class_attribute(sys.modules["keras"].layers.TorchModuleWrapper, "call")
    if safe.class_attribute(type(wrapper), "call") is not own_call or "training" not in span[METHOD].names:
        return
    kinds = modules_with_modes(safe.instance_dict(wrapper).get("_modules", {}).get("module"))
    if kinds:
        add_observation(
            PendingObservation(
                "eval ignored",
                (asked.place, span[PLACE]),
                layer=span[LAYER],
                name=" and ".join(kinds),
                role=asked.loop,
                defined=asked.place,
                place=span[PLACE],
            )
        )
