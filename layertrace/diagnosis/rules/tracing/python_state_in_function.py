"""LT215: A function, loss or metric counts or collects in Python, which happens only while it is traced."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.python_in_jit import by_callback
from layertrace.diagnosis.rule import TENSORFLOW_AND_JAX, rule
from layertrace.diagnosis.rules.tracing._shared import attribute_path, runs_in_xla
from layertrace.diagnosis.state_reads import branch_on, last_name, uses_value
from layertrace.diagnosis.unapplied_optimizers import unapplied
from layertrace.diagnosis.user_source import constant_of
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Event, Opaque


@rule("LT215", "python-state-in-function", "warning", links.SIDE_EFFECTS, backends=TENSORFLOW_AND_JAX)
def python_state_in_function(context: DiagnosisContext) -> Iterator[Violation]:
    """A function, loss or metric counts or collects in Python, which happens only while it is traced.

    ## Why is this bad?

    Python runs a function once to make a graph, and all later steps run the graph. A counter stands still
    during these steps, and what is computed from it is a constant.

    ## Example

    ```python
    calls = 0

    def staged(truth, predicted):
        global calls
        calls += 1
        return mae(truth, predicted) if calls > 1000 else mse(truth, predicted)
    ```

    ## Use instead

    ```python
    calls = keras.Variable(0, dtype="int64", trainable=False)

    def staged(truth, predicted):
        calls.assign_add(1)
        late, early = mae(truth, predicted), mse(truth, predicted)
        return ops.where(calls > 1000, late, early)
    ```

    On JAX, a step keeps what it assigns to variables of the model alone: write `model.calls = calls` before
    `compile`. A function that is jitted by hand takes the count, and returns the next one.

    ## Known limits

    - Only a note where the function does not use the value itself: it may count the traces on purpose.
    - A tensor that is kept is reported as LT402, and state that a layer changes as LT205.
    """
    kept = {(each.reader, each.name) for each in context.observations("kept tensor")}
    # A counter that decides whether the optimizer is applied is LT510.
    counters = [each.counter for each in unapplied(context) if each.counter is not None]
    seen = {(counter.reader, counter.name) for counter in counters}
    for observation in context.observations("changed in call"):
        path = attribute_path(observation.name)
        key = (observation.reader, observation.name)
        # A class attribute or a global that is also set elsewhere counts the traces:
        # tests/cases/lt204_traced_per_instance/broken.py
        if observation.layer is not None or not observation.reader or key in seen:
            continue
        if (observation.reader, path) in kept or key in kept:
            continue
        seen.add(key)
        # A count of traces is not used: tests/cases/clean/traces_counted_in_functions.py
        is_used = uses_value(observation.defined_at, path)
        branch = branch_on(observation.defined_at, path)
        by_hand = context.backend == "jax" and _is_jitted_by_hand(context, observation)
        runs = _runs(context, observation)
        if runs < 2 and not by_hand:
            is_used = False
        name = observation.reader
        # JAX does not report the runs of functions that the program jits itself.
        ran = "Running what JAX compiled changes" if by_hand else f"Its graph ran {runs} times, and changed"
        test = branch.test if branch else ""
        in_place, edits = (
            by_callback(observation.location, path, context.backend)
            if _is_list(context, observation) and not is_used
            else ("", ())
        )
        fix = _as_argument(observation, path) if by_hand else _as_variable(context, observation, path, test)
        yield Violation(
            message=f"{name} changes {path} while it is traced, from {observation.before} to "
            f"{observation.now}. {ran} nothing in Python"
            + (f": what {name} computes from {path} is a constant." if is_used else "."),
            location=observation.location,
            evidence=(
                Evidence(
                    f"{path}: {observation.before} → {observation.now}",
                    () if observation.during is None else (observation.during,),
                    observation.location,
                ),
                *([Evidence(f"if {branch.test} is decided once", (), branch.location)] if branch else ()),
            ),
            fix=in_place or fix,
            fix_place="in place" if in_place else "elsewhere",
            edits=edits,
            severity=None if is_used else "note",
        )


def _is_list(context: DiagnosisContext, observation: Observation) -> bool:
    """Return whether a collection was changed in a graph that can call Python back; XLA cannot."""
    is_compiled = context.backend == "tensorflow" and runs_in_xla(context, [observation])
    return context.backend != "torch" and isinstance(observation.now, Opaque) and not is_compiled


def _traces(context: DiagnosisContext, observation: Observation) -> list[Event]:
    """Return the traces in which a value was changed, innermost first."""
    event = context.event(observation.during)
    around = [] if event is None else [event, *context.enclosing(event, "trace")]
    return [trace for trace in around if trace.kind == "trace"]


def _is_jitted_by_hand(context: DiagnosisContext, observation: Observation) -> bool:
    outermost = _traces(context, observation)[-1:]
    return any(trace.function is not None and trace.function.role is None for trace in outermost)


def _runs(context: DiagnosisContext, observation: Observation) -> int:
    """Return how often the graphs ran that were traced during an observation."""
    functions = {trace.function for trace in _traces(context, observation)}
    return sum(run.times for run in context.events("run") if run.function in functions)


def _as_argument(observation: Observation, path: str) -> str:
    """Write how a function that is jitted by hand counts: it gets the number, and returns the next one."""
    name, reader = last_name(path), observation.reader.rpartition(".")[2]
    if isinstance(observation.now, Opaque):
        return f"# JAX calls a function for this in each run: jax.debug.callback(change, x)  # in {reader}"
    return (
        f"def {reader}({name}, *others): ...  # which returns {name} + 1, too, in place of {path}\n"
        f"result, {name} = {reader}({name}, ...)  # where {reader} is called"
    )


def _as_variable(context: DiagnosisContext, observation: Observation, path: str, test: str) -> str:
    """Write how a variable counts in each step.

    JAX keeps what a step assigns to the variables of the model, and drops what it assigns to others.
    """
    before, now = observation.before, observation.now
    if isinstance(now, Opaque) or not isinstance(before, (int, float)):
        where = f"where {observation.reader} is called"
        return f"# a graph cannot change {path}: return the values, and keep them {where}"
    place = "in __init__" if path.startswith("self.") else f"outside of {observation.reader}"
    target, kind = path, "int64" if isinstance(before, int) else "float32"
    is_one = isinstance(now, (int, float)) and now - before == 1
    change = "assign_add(1)" if is_one else "assign(...)"
    if context.backend == "jax":
        defined = constant_of(observation.location, path)
        if isinstance(defined, ast.Constant) and isinstance(defined.value, (int, float)):
            before = defined.value  # Keras may have called a loss before, to infer shapes
        place, target = "before compile", f"{path} = model.{last_name(path)}"
    lines = [
        f'{target} = keras.Variable({before}, dtype="{kind}", trainable=False)  # {place}',
        f"{path}.{change}  # in {observation.reader}",
    ]
    if test:
        lines.append(f"keras.ops.where({test}, a, b)  # in place of the if")
    return "\n".join(lines)
