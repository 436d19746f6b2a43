"""Find where a program names the metric of a model, and write it with another one."""

from __future__ import annotations

import ast
from collections.abc import Callable

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.user_source import dotted, line_of, nodes_at
from layertrace.timeline.event import LayerRef, Location

__all__ = ["metric_name", "named_metric", "named_metrics", "with_metric"]

NamedMetric = tuple[Location | None, ast.stmt | None, ast.expr | None]


def named_metric(context: DiagnosisContext, model: LayerRef, names: set[str]) -> NamedMetric:
    """Return the line where the program names a metric, its statement, and the expression."""
    place, statement, nodes = named_metrics(context, model, names)
    return place, statement, nodes[0] if nodes else None


def named_metrics(
    context: DiagnosisContext,
    model: LayerRef,
    names: set[str],
    is_wanted: Callable[[ast.expr], bool] = lambda _: True,
) -> tuple[Location | None, ast.stmt | None, list[ast.expr]]:
    """Return the line where the program names metrics, its statement, and their expressions in order."""
    compiled = [each for layer, each in context.layer_observations("compiled") if layer == model]
    places = [each.location for each in compiled[-1:]]
    places += [each.event.location for each in context.created_variables() if each.spec.role == "metric"]
    for place in places:
        nodes = list(nodes_at(place))
        statement = next((node for node in nodes if isinstance(node, ast.stmt)), None)
        found = [
            node
            for node in nodes
            if isinstance(node, (ast.Constant, ast.Call))
            and metric_name(node) in names
            and (isinstance(node, ast.Call) or _is_metric(nodes, node))
            and is_wanted(node)
        ]
        if found and place is not None:
            found.sort(key=lambda node: (node.lineno, node.col_offset))
            return line_of(place, found[0]), statement, list(found)
    return None, None, []


def _is_metric(nodes: list[ast.AST], name: ast.Constant) -> bool:
    """Return whether a string stands in the argument `metrics`."""
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    given = [each.value for call in calls for each in call.keywords if "metrics" in str(each.arg)]
    given += [value for call in calls if dotted(call.func).endswith("compile") for value in call.args[2:]]
    return any(name is inner for value in given for inner in ast.walk(value))


def metric_name(node: ast.AST | None) -> str:
    """Return the name in a string, or that of a called class."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return dotted(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""


def with_metric(place: Location, statement: ast.stmt, changes: dict[ast.expr, str]) -> str:
    """Write the statement with other metrics in place of some, with the names that they had."""
    written = {node: _named_alike(place, node, new) for node, new in changes.items()}
    changed = rewritten(place, statement, written)
    return changed if changed != source_of(place, statement) and len(changed) < 300 else ""


def _named_alike(place: Location, node: ast.expr, new: str) -> str:
    if not isinstance(node, ast.Call):
        return new
    kept = [f"{each.arg}={source_of(place, each.value)}" for each in node.keywords if each.arg == "name"]
    prefix = source_of(place, node.func).rpartition(".")[0]
    inside = ", ".join([*filter(None, [new.partition("(")[2][:-1]]), *kept])
    return f"{prefix + '.' if prefix else ''}{new.partition('(')[0].rpartition('.')[2]}({inside})"
