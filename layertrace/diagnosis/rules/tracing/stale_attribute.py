"""LT206: A layer's Python attribute was changed after the function that uses it was traced."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.tracing._shared import anew, calls, made, simple, spelled
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef, Opaque


@rule("LT206", "stale-attribute", "error", links.FREE_VARIABLES)
def stale_attribute(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer's Python attribute was changed after the function that uses it was traced.

    Python attributes are constants of a graph, and no part of what TensorFlow looks at to decide whether
    to trace again. The graph goes on with the value that it was made with; called eagerly the layer uses
    the new one.

    Bad:

    ```python
    model.predict(x)
    layer.alpha = 5.0
    model.predict(x)
    ```

    Good:

    ```python
    # in build: self.alpha = self.add_weight(shape=(), initializer="ones", trainable=False)
    layer.alpha.assign(5.0)
    model.predict(x)
    ```
    """
    changing = {
        (one.layer.id, one.name) for one in context.observations("changed in call") if one.layer is not None
    }
    for one in context.observations("changed after trace"):
        layer = one.layer
        if layer is None or one.name == "trainable" or (layer.id, one.name) in changing:
            continue
        bare, before, now = spelled(one.name).removeprefix("self."), _shown(one.before), _shown(one.now)
        yield Violation(
            message=f"{{layer}} has {bare}={now} now, but the graph that ran here was traced with {before} "
            "and does not see the change.",
            layer=layer,
            location=one.location,
            evidence=(Evidence(f"{bare}: {before} → {now}", calls(context, layer), one.location),),
            fix=_renewed(context, one, layer),
        )


def _shown(value: object) -> str:
    return str(value) if isinstance(value, Opaque) else repr(value)


def _renewed(context: DiagnosisContext, one: Observation, layer: LayerRef) -> str:
    """Write down how a graph gets to see a change: the value in a weight, or a new trace."""
    number = isinstance(one.now, (int, float)) and not isinstance(one.now, bool)
    if number and is_user_defined(layer):
        name = simple(one.name)
        return f"{made(one.name, one.before)}  # in build\nlayer.{name}.assign({one.now!r})"
    return f"{anew(context, layer)}  # after the change: traces again"
