"""LT205 python-state-in-call."""

from __future__ import annotations

from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, specs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.registry import rule
from layertrace.diagnosis.rules.tracing._shared import made, simple, spelled
from layertrace.diagnosis.user_source import times_set
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Opaque


@rule("LT205", "python-state-in-call", "warning", links.SIDE_EFFECTS)
def python_state_in_call(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer changes a Python attribute in `call`, which happens while it is traced, and then no more.

    `fit`, `predict` and a `tf.function` run `call` once or twice to make a graph; the steps after that
    run the graph. A counter, a list of outputs, a schedule made of Python numbers stands still meanwhile.

    Bad:

    ```python
    def call(self, x):
        self.step += 1
        return x / self.step
    ```

    Good:

    ```python
    def build(self, input_shape):
        self.step = self.add_weight(shape=(), dtype="int64", initializer="zeros", trainable=False)

    def call(self, x):
        self.step.assign_add(1)
        return x / keras.ops.cast(self.step, x.dtype)
    ```
    """
    found: dict[tuple[int, str], list[Observation]] = {}
    tensors = {
        (one.layer.id, one.name) for one in context.observations("kept tensor") if one.layer is not None
    }
    for one in context.observations("changed in call"):
        if one.layer is not None and (one.layer.id, one.name) not in tensors:
            found.setdefault((one.layer.id, one.name), []).append(one)
    for seen in found.values():
        first = seen[0]
        if _is_reset(first) or _is_eager_otherwise(context, first):
            continue
        line = first.location or context.call_defined_at(first.layer)
        step = context.step_seen(first)
        ran = len(context.of(first.layer, "call")) if first.layer is not None and not step else len(seen)
        runs = max(_runs_of(context, one) for one in seen)
        grows = len(seen) > 1 or isinstance(first.now, Opaque) or (_counts(first) and runs > 1)
        more = f" while its graph ran {_times(runs)}" if runs else ""
        yield Violation(
            message=f"{{layer}} changes {spelled(first.name)} in {step or 'call'}, which Python ran "
            f"{_times(ran)}{more}: a graph keeps the value of the trace and changes no Python.",
            layer=first.layer,
            location=line,
            evidence=(
                Evidence(
                    f"{spelled(first.name)}: {first.before} → {seen[-1].now}",
                    tuple(one.during for one in seen if one.during is not None),
                    line,
                ),
            ),
            fix=_as_weight(first, step or "call"),
            severity=None
            if grows and isinstance(first.now, (int, float, Opaque)) and not _is_memo(context, seen)
            else "note",
        )


def _is_eager_otherwise(context: DiagnosisContext, one: Observation) -> bool:
    """Tell a layer that met placeholders only to be built, and whose Python runs in each call besides."""
    if one.layer is None or context.step_seen(one) is not None:
        return False
    modes = {call.mode for call in context.of(one.layer, "call")}
    return "eager" in modes and "graph" not in modes


def _is_memo(context: DiagnosisContext, seen: list[Observation]) -> bool:
    """Tell a collection that keeps what follows from the shape alone: a second call of a shape adds nothing.

    A list of all calls grows with each, whatever its shape.
    """
    first = seen[0]
    if first.layer is None or not isinstance(first.now, Opaque):
        return False
    changing = {one.during for one in seen}
    met: dict[tuple[object, ...], list[bool]] = {}
    for call in context.of(first.layer, "call"):
        if call.mode != "eager":
            shapes = tuple((one.dtype, (one.shape or ())[1:]) for one in specs(call.inputs))
            met.setdefault(shapes, []).append(call.seq in changing)
    again = [change for changes in met.values() for change in changes[1:]]
    return bool(again) and not any(again)


def _is_reset(one: Observation) -> bool:
    """Tell what the program sets anew elsewhere: it counts how often Python runs, and knows that."""
    kind = one.name.partition(" ")[0]
    first = {"class": 0, "global": 1}.get(kind)  # the line that makes a global is an assignment too
    return first is not None and times_set(one.location, spelled(one.name)) > first


def _as_weight(one: Observation, method: str) -> str:
    """Write down how a weight takes the place of what a layer changes."""
    if isinstance(one.now, (Opaque, str)) or isinstance(one.before, str):
        return (
            f"# a graph cannot change {spelled(one.name)}: return the values instead, or keep them in a "
            f"weight,\nself.{simple(one.name)}.assign(...)  # in {method}"
        )
    change = "assign_add(1)" if _counts(one) else "assign(...)"
    return f"{made(one.name, one.before)}  # in build\nself.{simple(one.name)}.{change}  # in {method}"


def _counts(one: Observation) -> bool:
    numbers = type(one.now) is int and type(one.before) is int
    return numbers and one.now - one.before == 1  # type: ignore[operator]  # which the line above tells


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _runs_of(context: DiagnosisContext, one: Observation) -> int:
    """Count the runs of the outermost function that was traced around an observation."""
    event = context.event(one.during)
    traces = [] if event is None else [outer for outer in context.ancestors(event) if outer.kind == "trace"]
    functions = {outer.function for outer in traces}
    if event is not None and not traces:  # it was only seen while shapes were inferred
        return 0
    return sum(run.times for run in context.events("run") if run.function in functions)
