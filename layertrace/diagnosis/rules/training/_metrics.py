"""Find where a program names the metric of a model, and write it with another one."""

from __future__ import annotations

import ast

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.user_source import dotted, line_of, nodes_at
from layertrace.timeline.event import LayerRef, Location

__all__ = ["metric_name", "named_metric", "with_metric"]

NamedMetric = tuple[Location | None, ast.stmt | None, ast.expr | None]


def named_metric(context: DiagnosisContext, model: LayerRef, names: set[str]) -> NamedMetric:
    """Return the line where the program names a metric, its statement, and the expression."""
    compiled = [each for layer, each in context.layer_observations("compiled") if layer == model]
    places = [each.location for each in compiled[-1:]]
    places += [each.event.location for each in context.created_variables() if each.spec.role == "metric"]
    for place in places:
        nodes = list(nodes_at(place))
        statement = next((node for node in nodes if isinstance(node, ast.stmt)), None)
        for node in nodes:
            if not isinstance(node, (ast.Constant, ast.Call)) or metric_name(node) not in names:
                continue
            if place is not None and (isinstance(node, ast.Call) or _is_metric(nodes, node)):
                return line_of(place, node), statement, node
    return None, None, None


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


def with_metric(place: Location, statement: ast.stmt, node: ast.expr, new: str) -> str:
    """Write the statement with another metric in place of one, with the name that it had."""
    if isinstance(node, ast.Call):
        kept = [f"{each.arg}={source_of(place, each.value)}" for each in node.keywords if each.arg == "name"]
        prefix = source_of(place, node.func).rpartition(".")[0]
        inside = ", ".join([*filter(None, [new.partition("(")[2][:-1]]), *kept])
        new = f"{prefix + '.' if prefix else ''}{new.partition('(')[0].rpartition('.')[2]}({inside})"
    changed = rewritten(place, statement, {node: new})
    return changed if changed != source_of(place, statement) and len(changed) < 300 else ""
