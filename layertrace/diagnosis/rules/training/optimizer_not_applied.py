"""LT510: The graph of a `train_step` never applies the optimizer."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.unapplied_optimizers import Unapplied, unapplied
from layertrace.diagnosis.user_source import calls, dotted, line_of, nodes_of
from layertrace.timeline.event import Location


@rule("LT510", "optimizer-not-applied", "error", links.SIDE_EFFECTS)
def optimizer_not_applied(context: DiagnosisContext) -> Iterator[Violation]:
    """The graph of a `train_step` never applies the optimizer.

    ## Why is this bad?

    Python runs a `train_step` once, to trace it. An `if` on a Python value, such as a counter, is decided
    then, for all steps. If the branch with `apply_gradients` was not taken, it is not part of the graph, and
    no weight ever changes. A `train_step` that computes gradients and applies none trains nothing either.

    ## Example

    ```python
    def train_step(self, data):
        ...
        self.steps += 1
        if self.steps % 4 == 0:
            self.optimizer.apply_gradients(zip(gradients, weights))
    ```

    ## Use instead

    ```python
    def train_step(self, data):
        ...
        self.optimizer.apply_gradients(zip(gradients, weights))

    sgd = keras.optimizers.SGD(0.1, gradient_accumulation_steps=4)
    model.compile(sgd, loss="mse")
    ```

    ## Known limits

    The source of `train_step` must be available, and must contain the gradients or the optimizer itself. A
    step that assigns weights by hand is not reported.
    """
    for found in unapplied(context):
        trace, name = found.trace, found.step.function if found.layer is None else "train_step"
        steps = f"{found.steps} step{'s' * (found.steps != 1)}"
        evidence = [Evidence("traced here without an update", seqs(trace), trace.location)]
        place = line_of(found.method, found.condition or found.call)
        applied, subject = dotted(found.call.func), name if found.layer is None else "{layer}"
        if found.counter is not None and found.condition is not None:
            evidence.append(Evidence("was false in the trace", (), place))
            place = found.counter.location or place
            counter = found.counter.name.removeprefix("global ")
            counter = counter if found.layer is None else f"self.{counter}"
            where = "" if found.layer is None else " in train_step"
            message = (
                f"{subject} changes {counter}{where}, which Python runs only to trace it: "
                f"`if {ast.unparse(found.condition.test)}` was false then, so {applied} is not in the graph, "
                f"and {steps} updated no weight."
            )
        elif applied.endswith(".gradient"):
            message = f"{subject} computes gradients in {name}, but no optimizer gets them: "
            message += f"{steps} updated no weight."
        else:
            when = "it" if found.layer is None else "its train_step"
            test = "" if found.condition is None else f" under `if {ast.unparse(found.condition.test)}`"
            message = (
                f"{subject} calls {applied}{test}, but not when {when} was traced, so it is not in the "
                f"graph: {steps} updated no weight."
            )
        yield Violation(
            message=message,
            layer=found.layer,
            location=place,
            evidence=tuple(evidence),
            fix=_fix(found),
            fix_place="elsewhere",
        )


def _fix(found: Unapplied) -> str:
    """Write how each step applies the optimizer, and who counts the steps if it is not for each of them."""
    step = found.step
    optimizer = (
        dotted(found.call.func).rpartition(".")[0] if found.condition is not None else "self.optimizer"
    )
    gradients, weights = "gradients", "self.trainable_variables"
    for name, node in calls(step):
        if name.endswith(".gradient") and len(node.args) > 1:
            gradients, weights = _name_of(step, node) or ast.unparse(node), ast.unparse(node.args[1])
            break
    applied = f"{optimizer}.apply({gradients}, {weights})  # in each step"
    every = _every(found.condition)
    if every is None:
        return applied
    return (
        f"{applied}, without the if\n"
        f"gradient_accumulation_steps={every}  # in the optimizer, which then updates once in {every} steps"
    )


def _every(condition: ast.If | None) -> str | None:
    """Return the number of steps of a condition such as `self.steps % 4 == 0`, as it is written."""
    nodes = [] if condition is None else ast.walk(condition.test)
    return next(
        (ast.unparse(n.right) for n in nodes if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Mod)), None
    )


def _name_of(method: Location, value: ast.Call) -> str:
    """Return the name that a method assigns a value to."""
    for node in nodes_of(method):
        if isinstance(node, ast.Assign) and node.value is value and isinstance(node.targets[0], ast.Name):
            return node.targets[0].id
    return ""
