"""LT402: A layer stores a tensor of a graph in an attribute."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import assignments_in_class
from layertrace.timeline.context import Failure
from layertrace.timeline.event import Event, Location


@rule(
    "LT402",
    "tensor-kept-on-layer",
    "warning",
    links.RETURN_VALUES,
)
def tensor_kept_on_layer(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer stores a tensor of a graph in an attribute.

    ## Why is this bad?

    The tensor belongs to the graph that is being traced, and it has no value. In the next trace, or eagerly,
    it is out of scope, and using it raises an exception. Keep state in a weight.

    ## Example

    ```python
    def call(self, x):
        self.previous = x
        return x
    ```

    ## Use instead

    ```python
    def build(self, input_shape):
        self.previous = self.add_weight(shape=input_shape[1:], trainable=False)

    def call(self, x):
        self.previous.assign(x[0])
        return x
    ```

    ## Known limits

    The rule compares the attributes of a layer before and after its traced call, so it misses a tensor that
    is removed before the call ends. A symbolic tensor that a later eager call replaces is not reported. The
    finding is a warning, because the tensor may never be used, and an error if the recording has an
    exception about any tensor that is out of scope.
    """
    seen = set()
    for layer, observation in context.layer_observations("kept tensor"):
        attribute = observation.name
        if (layer.id, attribute) in seen:
            continue
        seen.add((layer.id, attribute))
        method = context.call_defined_at(layer)
        line = next(assignments_in_class(method, attribute), method) or observation.location
        is_leaked = _is_leaked(context)
        yield Violation(
            message=f"{{layer}} stores a tensor of the graph being traced in self.{attribute}, "
            + (
                "and it was used later in another graph, where it is out of scope."
                if is_leaked
                else "where it has no value and is out of scope after the trace."
            ),
            layer=layer,
            location=line,
            evidence=(Evidence(f"self.{attribute} is set", seqs(context.event(observation.during)), line),),
            fix=f"self.{attribute} = self.add_weight(..., trainable=False)  # in build\n"
            f"self.{attribute}.assign(x)  # in {_function_of(line)}",
            severity="error" if is_leaked else None,
        )


def _function_of(line: Location | None) -> str:
    return "call" if line is None or not line.function else line.function


def _is_leaked(context: DiagnosisContext) -> bool:
    """Return whether a tensor that was out of scope was used."""
    places: list[Event | Failure] = [*context.errors]
    if context.failure is not None:
        places.append(context.failure)
    return any(place.error is not None and "out of scope" in place.error.message for place in places)
