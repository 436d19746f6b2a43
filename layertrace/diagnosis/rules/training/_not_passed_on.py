"""Find layers in a model that `fit` trains on JAX, to which the `call` of the model passes no `training`.

There `stateless_call` runs `call` of the model itself, and not `__call__`. So Keras has no context that
passes `training=True` on to the layers inside (`Layer.stateless_call`, Keras 3.15; keras-team/keras#20577).
"""

from __future__ import annotations

from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rules.training._shared import with_training
from layertrace.diagnosis.user_source import is_within, parameters
from layertrace.timeline.event import Event, LayerRef

__all__ = ["called_by_model", "not_passed_on", "not_passed_on_below", "passing_on"]


def not_passed_on(context: DiagnosisContext, call: Event) -> Event | None:
    """Return the call by which a model in training loses `training` for a layer inside; None if it does not.

    The user's model has `training=True`, and calls a layer without it.
    """
    chain = _chain(context, call)
    if context.backend != "jax" or len(chain) < 2 or chain[-1].training is not True or call.mode != "graph":
        return None
    return chain[-2] if _is_within_call(context, chain[-1].layer, chain[-2]) else None


def _is_within_call(context: DiagnosisContext, layer: LayerRef | None, inner: Event) -> bool:
    """Return whether the `call` that the program wrote for a layer has the line of another call."""
    method = None if layer is None else context.call_defined_at(layer)
    if layer is None or method is None or inner.location is None:
        return False
    return is_user_defined(layer) and is_within(inner.location, method)


def passing_on(context: DiagnosisContext, call: Event) -> str | None:
    """Return the line by which a model calls a layer, or one around it, with `training` passed on.

    None if the line is unknown, or if this layer of the program's own takes no `training`.
    """
    inner = called_by_model(context, call)
    is_own = inner.layer is not None and is_user_defined(inner.layer)
    method = None if inner.layer is None else context.call_defined_at(inner.layer)
    takes_it = not is_own or "training" in parameters(method)
    return with_training(inner.location, "training") if takes_it else None


def not_passed_on_below(context: DiagnosisContext, layer: LayerRef, call: Event, inner: Event) -> Violation:
    """Return the violation of a layer that gets no `training`.

    Args:
        context: What was recorded.
        layer: The layer that depends on it.
        call: A call of this layer.
        inner: The call that the model makes without it, of this layer or of one around it.
    """
    outer = context.enclosing_call(inner)
    model = "the model" if outer is None or outer.layer is None else outer.layer.name
    line, name = passing_on(context, call), "layer" if inner.layer is None else inner.layer.name
    return Violation(
        message=f"{{layer}} stays in inference mode while {model} is trained: on JAX, Keras passes "
        f"training=True only to the call of {model} itself, which has to pass it on.",
        layer=layer,
        location=inner.location,
        evidence=(
            Evidence(f"{model} has training=True", seqs(outer)),
            Evidence("called without training", (call.seq,), call.location),
        ),
        fix=line or f"{name}(x, training=training)  # in call of {model}; the call of {name} takes it, too",
        fix_place="in place" if line else "elsewhere",
    )


def called_by_model(context: DiagnosisContext, call: Event) -> Event:
    """Return the call that the outermost model makes itself, around another one or this one."""
    chain = _chain(context, call)
    return chain[-2] if len(chain) > 1 else call


def _chain(context: DiagnosisContext, call: Event) -> list[Event]:
    """Return a call and those around it, innermost first."""
    return [call, *(outer for outer in context.ancestors(call) if outer.kind == "call")]
