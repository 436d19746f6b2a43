"""LT206: A layer's Python attribute was changed after the function that uses it was traced."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis.case import Case, is_users
from layertrace.diagnosis.finding import Evidence, Found
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.tracing._shared import FUNCTION, anew, calls, made, simple, spelled
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef, Opaque


@rule("LT206", "stale-attribute", "error", f"{FUNCTION}#depending_on_python_global_and_free_variables")
def stale_attribute(case: Case) -> Iterator[Found]:
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
        (one.layer.id, one.name) for one in case.observations("changed in call") if one.layer is not None
    }
    for one in case.observations("changed after trace"):
        layer = one.layer
        if layer is None or one.name == "trainable" or (layer.id, one.name) in changing:
            continue
        bare, before, now = spelled(one.name).removeprefix("self."), _shown(one.before), _shown(one.now)
        yield Found(
            message=f"{{layer}} has {bare}={now} now, but the graph that ran here was traced with {before} "
            "and does not see the change.",
            layer=layer,
            location=one.location,
            evidence=(Evidence(f"{bare}: {before} → {now}", calls(case, layer), one.location),),
            fix=_renewed(case, one, layer),
        )


def _shown(value: object) -> str:
    return str(value) if isinstance(value, Opaque) else repr(value)


def _renewed(case: Case, one: Observation, layer: LayerRef) -> str:
    """Write down how a graph gets to see a change: the value in a weight, or a new trace."""
    number = isinstance(one.now, (int, float)) and not isinstance(one.now, bool)
    if number and is_users(layer):
        name = simple(one.name)
        return f"{made(one.name, one.before)}  # in build\nlayer.{name}.assign({one.now!r})"
    return f"{anew(case, layer)}  # after the change: traces again"
