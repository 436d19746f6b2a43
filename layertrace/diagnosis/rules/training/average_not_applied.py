"""LT522: An optimizer averages the weights, and the average is never written to them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import line_edit
from layertrace.diagnosis.program_lines import receiver_at
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.tapes import model_of
from layertrace.diagnosis.training_steps import gradient_before, outermost_trace
from layertrace.diagnosis.user_classes import calls_anywhere
from layertrace.diagnosis.user_source import dotted, function_around, nodes_at, tree_of
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Event, Location


@rule("LT522", "average-not-applied", "warning", links.OPTIMIZERS, backends=WITH_TRAINING)
def average_not_applied(context: DiagnosisContext) -> Iterator[Violation]:
    """An optimizer averages the weights, and the average is never written to them.

    ## Why is this bad?

    With `use_ema=True` an optimizer keeps a moving average next to the weights. `fit` copies the average
    into the weights when it ends. After `train_on_batch` or a loop of your own, the model still has the
    weights of the last step: that is what it predicts with, and what is saved.

    ## Example

    ```python
    model.compile(keras.optimizers.Adam(use_ema=True), "mse")
    for x, y in batches:
        model.train_on_batch(x, y)
    model.save("model.keras")
    ```

    ## Use instead

    ```python
    model.compile(keras.optimizers.Adam(use_ema=True), "mse")
    for x, y in batches:
        model.train_on_batch(x, y)
    model.optimizer.finalize_variable_values(model.trainable_variables)
    model.save("model.keras")
    ```

    ## Known limits

    - Not reported if an exception ended the program, if the optimizer is gone when it ends, or if it
      overwrites the weights by itself (`ema_overwrite_frequency`).
    - A file that uses `SwapEMAWeights`, or assigns the averages itself, is not looked at. Neither is one that
      calls `finalize_variable_values` after the recording.
    """
    if context.failure is not None:
        return
    for seen in context.observations("average kept"):
        updates = [
            update
            for update in context.observations("update")
            if set(update.variables) & set(seen.variables) - {0}
        ]
        if not updates:
            continue
        last = _last(context, updates[-1])
        place = last.location if isinstance(last, Event) else last
        if place is None or _is_used_otherwise(place):
            continue
        layer = model_of(context, seen.variables)
        optimizer_of, whose = ("An optimizer", "") if layer is None else ("The optimizer of {layer}", "its ")
        optimizer, weights = _names(place, updates[-1].location)
        call = f"{optimizer}.finalize_variable_values({weights})"
        edit = _after_loop(place, call)
        yield Violation(
            message=f"{optimizer_of} keeps an average of {whose}weights (use_ema=True), but only fit copies "
            "it into them: after these steps the model has the weights of the last step.",
            layer=layer,
            location=place,
            evidence=(Evidence("the last steps", seqs(last if isinstance(last, Event) else None), place),),
            fix="" if edit else f"{call}  # after the last step",
            fix_place="elsewhere",
            edits=() if edit is None else (edit,),
        )


def _last(context: DiagnosisContext, update: Observation) -> Event | Location | None:
    """Return the last run of the function that an update is in, or the line of an eager update."""
    trace = outermost_trace(context, update.during)
    if trace is None:
        return update.location
    runs = context.events("run", lambda run: run.function == trace.function)
    return runs[-1] if runs else trace


def _is_used_otherwise(place: Location) -> bool:
    """Return whether a file uses the average in another way, or writes it to the weights elsewhere."""
    # tests/cases/clean/averages_of_weights.py
    names = {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(tree_of(place.file) or ast.Pass())
        if isinstance(node, (ast.Attribute, ast.Name))
    }
    assigns = calls_anywhere(place, "assign", "set_weights")
    return not names.isdisjoint({"SwapEMAWeights", "finalize_variable_values"}) or (
        "_model_variables_moving_average" in names and assigns
    )


def _names(place: Location, updated: Location | None) -> tuple[str, str]:
    """Return how the program writes the optimizer and the variables that it trains."""
    model = receiver_at(place, ("train_on_batch",))
    if model:
        return f"{model}.optimizer", f"{model}.trainable_variables"
    calls = [node for node in nodes_at(updated) if isinstance(node, ast.Call)]
    owners = [dotted(call.func).rpartition(".") for call in calls]
    optimizer = next((name for name, _, method in owners if method in _APPLYING and name), "optimizer")
    gradient = gradient_before(updated)
    models = ("model",) if gradient is None or not gradient.models else gradient.models
    weights = " + ".join(f"{name}.trainable_variables" for name in models)
    return optimizer, weights


_APPLYING = ("apply_gradients", "apply", "minimize")


def _after_loop(place: Location, code: str) -> Edit | None:
    """Return the edit that adds a line after the outermost loop around a line of the module.

    None within a function, whose names the module does not have, or if nothing follows the loop.
    """
    tree = tree_of(place.file)
    if tree is None or function_around(place) is not None:
        return None
    at = next(
        (
            number
            for number, statement in enumerate(tree.body)
            if statement.lineno <= place.line <= (statement.end_lineno or statement.lineno)
        ),
        len(tree.body),
    )
    if at + 1 >= len(tree.body) or not isinstance(tree.body[at], (ast.For, ast.While)):
        return None
    following = tree.body[at + 1]
    line = line_edit(Location(place.file, following.lineno, place.function), "")
    alone = following.col_offset == 0 and not isinstance(following, (ast.FunctionDef, ast.ClassDef))
    return line_edit(line.location, f"{code}\n{line.source}") if alone else None
