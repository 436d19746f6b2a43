"""Write the fit or compile of a program with what its callbacks monitor: validation data, or a metric."""

from __future__ import annotations

import ast

from layertrace.diagnosis.callbacks import with_argument
from layertrace.diagnosis.finding import Edit
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.rewriting import source_of
from layertrace.diagnosis.user_source import assigned_pairs, dotted, function_around, nodes_at, tree_of
from layertrace.timeline.event import LayerRef, Location

__all__ = ["with_metric", "with_validation"]

_METRICS = {
    "acc", "accuracy", "binary_accuracy", "categorical_accuracy", "mae", "mean_absolute_error",
    "mean_squared_error", "mse", "sparse_categorical_accuracy",
}  # fmt: skip
"""Metrics that `compile` takes by the name that they report (Keras 3.15, tf_keras 2.21)."""
_OF_KERAS_3 = {"auc", "f1_score", "precision", "recall", "root_mean_squared_error"}


def with_validation(place: Location | None) -> tuple[Edit, ...]:
    """Return the edit that gives a fit the validation data that the program has, if it is known.

    That is what another fit validates on, or what a function of Keras returned for the subset `validation`.
    """
    fit = _call(place, "fit")
    tree = None if place is None else tree_of(place.file)
    if fit is None or place is None or tree is None:
        return ()
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    given = [_keyword(call, "validation_data") for call in calls if call is not fit and _is_alike(call, fit)]
    texts = {source_of(place, each) for each in given if each is not None and _is_known(place, tree, each)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            subset = _keyword(node.value, "subset")
            target = node.targets[0]
            if isinstance(subset, ast.Constant) and subset.value == "both" and isinstance(target, ast.Tuple):
                target = target.elts[-1]
            elif not isinstance(subset, ast.Constant) or subset.value != "validation":
                continue
            if isinstance(target, ast.Name) and _is_known(place, tree, target):
                texts.add(target.id)
    return with_argument(place, fit, "validation_data", texts.pop()) if len(texts) == 1 else ()


def _is_alike(call: ast.Call, fit: ast.Call) -> bool:
    """Return whether a call fits the same model, or another one to the same data."""
    data = [[ast.unparse(each) for each in each.args[:2]] for each in (call, fit)]
    is_same_data = bool(data[0]) and data[0] == data[1]
    method, of_fit = dotted(call.func), dotted(fit.func)
    return method.endswith("fit") and (method == of_fit or is_same_data)


def with_metric(place: Location | None, layer: LayerRef, name: str) -> tuple[Edit, ...]:
    """Return the edit that compiles the model of a fit with a metric, if Keras has it under its name.

    Args:
        place: The line of the fit.
        layer: The model.
        name: What is monitored, without `val_`.
    """
    fit = _call(place, "fit")
    tree = None if place is None else tree_of(place.file)
    if fit is None or place is None or tree is None or not isinstance(fit.func, ast.Attribute):
        return ()
    if name not in (_METRICS if layer.framework == "tf_keras" else _METRICS | _OF_KERAS_3):
        return ()
    compiling = f"{dotted(fit.func.value)}.compile"
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and dotted(node.func) == compiling and node.lineno < place.line
    ]
    last = max(calls, key=lambda call: call.lineno, default=None)
    if last is None or len(last.args) > 2:  # the third argument is the metrics, or the weights of losses
        return ()
    metrics = _keyword(last, "metrics")
    if metrics is None:
        return with_argument(place, last, "metrics", f'["{name}"]')
    if not isinstance(metrics, ast.List) or metrics.end_lineno is None or metrics.end_col_offset is None:
        return ()
    if not metrics.elts:
        column = metrics.end_col_offset - 1
        return lines_with(place, [(metrics.end_lineno, column, column, f'"{name}"')])
    after = metrics.elts[-1]  # a list of several lines may have a comma behind it
    column = after.end_col_offset or 0
    return lines_with(place, [(after.end_lineno or after.lineno, column, column, f', "{name}"')])


def _call(place: Location | None, method: str) -> ast.Call | None:
    """Return the only call of a method on a line."""
    calls = [
        node
        for node in nodes_at(place)
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == method
    ]
    return calls[0] if len(calls) == 1 else None


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _is_known(place: Location, tree: ast.Module, node: ast.expr) -> bool:
    """Return whether all variables of an expression are bound above a line, in its function or the module."""
    around = function_around(place)
    bound: set[str] = set()
    if around is not None:
        bound |= {each.arg for each in (*around.args.posonlyargs, *around.args.args, *around.args.kwonlyargs)}
    statements = [*tree.body, *(() if around is None else ast.walk(around))]
    for statement in statements:
        if isinstance(statement, ast.Assign) and statement.lineno < place.line:
            for each in statement.targets:
                for target, _ in assigned_pairs(each, statement.value):
                    bound |= {name.id for name in ast.walk(target) if isinstance(name, ast.Name)}
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            bound |= {alias.asname or alias.name.partition(".")[0] for alias in statement.names}
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return bool(names) and names <= bound
