"""LT402: A layer keeps a tensor of a graph in an attribute."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.user_source import assignments_in_class
from layertrace.timeline.context import Failure
from layertrace.timeline.event import Event, LayerRef, Location


@rule(
    "LT402",
    "tensor-kept-on-layer",
    "warning",
    links.RETURN_VALUES,
)
def tensor_kept_on_layer(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer keeps a tensor of a graph in an attribute.

    The tensor belongs to the graph that is being made; it has no value, and in the next trace, or
    eagerly, it is out of scope. State belongs into a weight.

    Bad:

    ```python
    def call(self, x):
        self.previous = x
        return x
    ```

    Good:

    ```python
    def call(self, x):
        self.previous.assign(x)  # a weight that build made
        return x
    ```
    """
    told = set()
    for one in context.observations("kept tensor"):
        if one.layer is None or (one.layer.id, one.name) in told:
            continue
        told.add((one.layer.id, one.name))
        method = _call_of(context, one.layer)
        line = next(assignments_in_class(method, one.name), method) or one.location
        leaked = _leaked(context)
        yield Violation(
            message=f"{{layer}} keeps a tensor of the graph being traced in self.{one.name}"
            + (
                ": it was used again in another graph, where it is out of scope."
                if leaked
                else ": it has no value, and is out of scope outside of this graph."
            ),
            layer=one.layer,
            location=line,
            evidence=(Evidence(f"self.{one.name} was set", _one(one.during), line),),
            fix=f"self.{one.name} = self.add_weight(..., trainable=False)  # in build\n"
            f"self.{one.name}.assign(x)  # in {_method_of(line)}",
            severity="error" if leaked else None,
        )


def _method_of(line: Location | None) -> str:
    return "call" if line is None or not line.function else line.function


def _one(number: int | None) -> tuple[int, ...]:
    return () if number is None else (number,)


def _leaked(context: DiagnosisContext) -> bool:
    """Tell whether the recording ended by a tensor that was out of scope."""
    places: list[Event | Failure] = [*context.errors]
    if context.failure is not None:
        places.append(context.failure)
    return any(one.error is not None and "out of scope" in one.error.message for one in places)


def _call_of(context: DiagnosisContext, layer: LayerRef) -> Location | None:
    return next((one.defined_at for one in context.of(layer, "call") if one.defined_at is not None), None)
