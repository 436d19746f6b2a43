"""LT402: A layer or a function keeps a tensor of a graph."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.program_lines import run_eagerly
from layertrace.diagnosis.python_in_jit import by_callback
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.state_reads import uses_value
from layertrace.diagnosis.user_source import assignments_in_class, dotted, function_around, nodes_at
from layertrace.timeline.context import Failure, Observation
from layertrace.timeline.event import ErrorRef, Event, Location


@rule(
    "LT402",
    "tensor-kept-on-layer",
    "warning",
    links.RETURN_VALUES,
    backends=ANY_BACKEND,
)
def tensor_kept_on_layer(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer or a function keeps a tensor of a graph.

    ## Why is this bad?

    The tensor belongs to the graph that is being traced, and it has no value. In the next trace, or eagerly,
    it is out of scope, and using it raises an exception. A list gets one such tensor for each trace, and
    nothing when the graph runs. Keep state in a weight, and return what is to be collected.

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

    The rule compares the attributes of a layer before and after its traced call, and the globals and closure
    variables of losses, metrics and functions, so it misses a tensor that is removed before the call ends. A
    symbolic tensor that a later eager call replaces is not reported. The
    finding is a warning, because the tensor may never be used, and an error if the recording has an
    exception about any tensor that is out of scope.
    """
    seen = set()
    for observation in context.observations("kept tensor"):
        layer, attribute = observation.layer, observation.name
        key = (layer.id if layer is not None else observation.reader, attribute)
        if key in seen:
            continue
        seen.add(key)
        method = context.call_defined_at(layer)
        line = observation.location
        if layer is not None:
            line = next(assignments_in_class(method, attribute), method) or observation.location
        is_leaked = _is_leaked(context)
        held = f"self.{attribute}" if layer is not None else attribute
        in_place, edits = _by_callback(context, observation, line, held)
        culprit = "{layer}" if layer is not None else observation.reader or "A function"
        yield Violation(
            message=f"{culprit} stores a tensor of the graph being traced in {held}. It "
            + (
                "was used later in another graph, where it is out of scope."
                if is_leaked
                else "has no value there, and is out of scope after the trace." + _count(context, observation)
            ),
            layer=layer,
            location=line,
            evidence=(Evidence(f"{held} is set", seqs(context.event(observation.during)), line),),
            fix=in_place or _fix(context, observation, line),
            fix_place="in place" if in_place else "elsewhere",
            edits=edits,
            severity="error" if is_leaked or _is_used(context) else None,
        )


def _by_callback(
    context: DiagnosisContext, observation: Observation, line: Location | None, held: str
) -> tuple[str, tuple[Edit, ...]]:
    """Return the line by which a list gets a value in each run on JAX; empty if the function reads it."""
    layer = observation.layer
    method = observation.defined_at if layer is None else context.call_defined_at(layer)
    if context.backend != "jax" or observation.role == "dataset function" or uses_value(method, held):
        return "", ()
    return by_callback(line, held)


def _count(context: DiagnosisContext, observation: Observation) -> str:
    """Return a sentence about how often the graph ran without storing anything."""
    event = context.event(observation.during)
    traces = [] if event is None else [event, *context.enclosing(event, "trace")]
    functions = {trace.function for trace in traces if trace.kind == "trace"}
    runs = sum(run.times for run in context.events("run") if run.function in functions)
    return f" Its graph ran {runs} times without storing anything." if runs > 1 else ""


def _fix(context: DiagnosisContext, observation: Observation, line: Location | None) -> str:
    """Write how the value is got: it is returned, or Python runs in each step, or a weight holds it.

    A weight keeps only what the last step has given, so it does not help where a list should collect all.
    """
    name, layer = observation.name, observation.layer
    if layer is None:
        statement = next((node for node in nodes_at(line) if isinstance(node, ast.Expr)), None)
        call = None if statement is None else statement.value
        given = ast.unparse(call.args[0]) if isinstance(call, ast.Call) and call.args else "the value"
        function = observation.reader.rpartition(".")[2] or "step"
        if isinstance(call, ast.Call) and observation.role == "dataset function":
            return f"for element in dataset:\n    {dotted(call.func)}(element)  # not in {function}"
        if isinstance(call, ast.Call) and observation.role not in ("loss", "metric"):
            return (
                f"return {given}  # in {function}\n"
                f"{dotted(call.func)}({function}(...))  # where {function} is called"
            )
        return f"return {given}  # in {function}, and keep what it returns"
    method = _function_of(line)
    eagerly = run_eagerly(context, layer)
    if _is_state(line, name):
        return (
            f"self.{name} = self.add_weight(..., trainable=False)  # in build\n"
            f"self.{name}.assign(x)  # in {method}"
        )
    return f"{eagerly}  # Python then runs {method} in each step; or return the values, and use predict"


def _is_state(line: Location | None, name: str) -> bool:
    """Return whether the method that stores a tensor uses the stored one of the step before."""
    function = None if line is None else function_around(line)
    nodes = [] if function is None else list(ast.walk(function))
    changed = {
        id(node.func.value)
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    changed |= {
        id(node.value)
        for node in nodes
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)
    }
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == name
        and isinstance(node.ctx, ast.Load)
        and id(node) not in changed
        for node in nodes
    )


def _function_of(line: Location | None) -> str:
    return "call" if line is None or not line.function else line.function


def _is_leaked(context: DiagnosisContext) -> bool:
    """Return whether a tensor that was out of scope was used."""
    places: list[Event | Failure] = [*context.errors]
    if context.failure is not None:
        places.append(context.failure)
    return any(place.error is not None and _is_out_of_scope(place.error) for place in places)


def _is_out_of_scope(error: ErrorRef) -> bool:
    return "out of scope" in error.message or error.type == "UnexpectedTracerError"


def _is_used(context: DiagnosisContext) -> bool:
    """Return whether the program ended because it asked a tensor of a graph for its values."""
    failure = context.failure
    return failure is not None and (
        "onvert a symbolic" in failure.error.message or failure.error.type == "TracerArrayConversionError"
    )
