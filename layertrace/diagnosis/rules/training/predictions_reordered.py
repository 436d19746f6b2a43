"""LT570: Predictions and their labels are collected in different orders."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.training._shuffling_generators import shuffling_generator
from layertrace.diagnosis.user_source import dotted, nodes_at, tree_of
from layertrace.timeline.event import Location


@rule("LT570", "predictions-reordered", "warning", links.SHUFFLE)
def predictions_reordered(context: DiagnosisContext) -> Iterator[Violation]:
    """Predictions and their labels are collected in different orders.

    ## Why is this bad?

    `shuffle` chooses another order each time the dataset is iterated: `predict` iterates it once, and the
    loop that collects the labels once more. Each prediction is compared with the label of another row, and
    the accuracy is that of chance. A generator of an `ImageDataGenerator` shuffles, too, unless it is created
    with `shuffle=False`; its `classes`, `labels` and `filenames` have the order of the files.

    ## Example

    ```python
    predicted = model.predict(data)
    labels = np.concatenate([y for x, y in data])
    ```

    ## Use instead

    ```python
    data = data.cache()
    predicted = model.predict(data)
    labels = np.concatenate([y for x, y in data])
    ```

    ## Known limits

    - A loop that calls a layer or a function, that ends with `break` or that takes a part is not reported.
    - Of a generator, only that of an `ImageDataGenerator` is known, not a `PyDataset` of the program.
    - Of a generator, labels and predictions have to meet in a call, comparison or dictionary of one function.
      What the program does with those of a dataset is not known: a program may count the labels, and use
      the predictions in any order.
    """
    reported = set()
    for model, seen in context.layer_observations("predicted shuffled"):
        if seen.role == "generator":
            yield from shuffling_generator(model, seen.location, _data(seen.location))
            continue
        loop = _loop_at(seen.defined_at)
        # A loop that trains, or looks at the first batch: tests/cases/clean/shuffled_and_predicted.py
        if loop is None or _leaves_early(loop) or _runs(context, seen.defined_at, loop):
            continue
        if seen.location in reported:
            continue
        reported.add(seen.location)
        name = _data(seen.location)
        is_first = seen.role == "iterated before"
        places = (seen.defined_at, seen.location) if is_first else (seen.location, seen.defined_at)
        names = {dotted(node) for node in ast.walk(loop) if isinstance(node, ast.expr)}
        is_known = name in names and _is_one_variable(name, *places)
        place = places[0] if is_known else seen.location
        yield Violation(
            message=f"{name or 'The dataset'} is shuffled again in each iteration, so the predictions of "
            "{layer} and what the program takes from it are in different orders.",
            layer=model,
            location=place,
            evidence=(
                Evidence("predicted here", (), seen.location),
                Evidence("iterated here", (), seen.defined_at),
            ),
            fix=f"{name} = {name}.cache()  # which keeps the order of the first iteration"
            if is_known
            else "# predict a dataset that is not shuffled, and take the labels from the same one",
            fix_place="before" if is_known else "elsewhere",
        )


def _is_one_variable(name: str, first: Location | None, other: Location | None) -> bool:
    """Return whether a name is one variable at two lines: in one function, a global, or of `self`."""
    functions = {"" if place is None else place.function for place in (first, other)}
    is_global = first is not None and first.function == "<module>"
    return bool(name) and (len(functions) == 1 or is_global or name.startswith("self."))


def _loop_at(place: Location | None) -> ast.AST | None:
    """Return the loop or comprehension that iterates at a line, or the statement that converts to a list."""
    tree = None if place is None else tree_of(place.file)
    if tree is None or place is None:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.For) and node.lineno <= place.line <= (node.iter.end_lineno or 0):
            return node
    statements = [node for node in nodes_at(place) if isinstance(node, ast.stmt)]
    return statements[0] if len(statements) == 1 else None


def _leaves_early(loop: ast.AST) -> bool:
    """Return whether a loop may end before the last batch; `return [y for x, y in data]` does not."""
    calls = {dotted(node.func) for node in ast.walk(loop) if isinstance(node, ast.Call)}
    leaving = [node for node in ast.walk(loop) if isinstance(node, (ast.Break, ast.Return))]
    return "next" in calls or (isinstance(loop, ast.For) and bool(leaving))


def _runs(context: DiagnosisContext, place: Location | None, loop: ast.AST) -> bool:
    """Return whether a layer or function ran from a line of a loop."""
    first, last = getattr(loop, "lineno", 0), getattr(loop, "end_lineno", 0) or 0
    return place is not None and any(
        event.location is not None
        and event.location.file == place.file
        and first <= event.location.line <= last
        for event in (*context.events("call"), *context.events("run"))
    )


def _data(place: Location | None) -> str:
    """Return the name of what the only call of `predict` on a line is given."""
    calls = [
        node
        for node in nodes_at(place)
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == "predict"
    ]
    given = calls[0].args[:1] if len(calls) == 1 else []
    given += [each.value for call in calls[:1] for each in call.keywords if each.arg == "x"]
    return dotted(given[0]) if given and isinstance(given[0], (ast.Name, ast.Attribute)) else ""
