"""A layer keeps no tensor of a graph."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from layertrace.diagnosis.user_source import assignments_in_class
from layertrace.testing.contract.check import check
from layertrace.testing.contract.frameworks import layers_inside
from layertrace.testing.contract.outcome import Broken
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import dtype_of
from layertrace.timeline.ownership import is_framework_name

_DEPTH = 3
"""Of containers inside containers."""


@check("modes", "no-tensor-kept", after=["modes-agree"], unless=["fit"])
def no_tensor_kept(subject: Subject) -> None:
    """After a call in a `tf.function` or `jax.jit`, no attribute of a layer holds a tensor of its graph.

    ## Why
    The tensor has no value, and is out of scope once the graph is traced: to use it raises an exception. It
    also keeps the graph in memory.

    ## Use instead
    Return the tensor as an output, or assign it to a weight that is not trainable, in training only.

    ## Known limits
    A layer that keeps a tensor to look at it after an eager call breaks this, as the attention scores of
    TensorFlow's tutorial on Transformers: keep it `if tf.executing_eagerly()`. Attributes are looked at, with
    the lists, tuples and mappings in them.
    """
    layer = subject.built()
    for training in (False, True) if subject.takes_training else (False,):
        with subject.doing(subject.calling_compiled):
            subject.compiled(layer, training=training)(*subject.tensors())
        for holder, name, tensor in _kept(subject, layer):
            call = method_line(holder, "call")
            raise Broken(
                f"{type(holder).__name__} keeps a tensor of a graph in its attribute {name}, which has no "
                "value and is out of scope after the trace",
                next(assignments_in_class(call, name), call),
                f"return it, or self.{name} = self.add_weight(trainable=False, ...) in build, and "
                f"if training: self.{name}.assign(...) in call",
                sides=[(f"self.{name}", f"{dtype_of(tensor)}{tensor.shape} of a graph")],
            )


def _kept(subject: Subject, layer: Any) -> Iterator[tuple[Any, str, Any]]:
    """Yield the symbolic tensors in a layer and in those inside: the holder, the attribute and the tensor."""
    of_every_layer = vars(subject.framework.base())
    for holder in layers_inside(layer):
        if is_framework_name(type(holder).__module__):
            continue
        for name, value in list(vars(holder).items()):
            if name not in of_every_layer:
                yield from ((holder, name, tensor) for tensor in _symbolic(subject, value, _DEPTH))


def _symbolic(subject: Subject, value: Any, depth: int) -> Iterator[Any]:
    if isinstance(value, list | tuple | set | frozenset | deque | dict):
        for item in list(value.values() if isinstance(value, dict) else value) if depth else ():
            yield from _symbolic(subject, item, depth - 1)
    elif subject.backend.is_of_graph(value):
        yield value
