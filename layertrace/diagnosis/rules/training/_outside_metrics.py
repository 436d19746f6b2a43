"""Describe a metric that a fit updates and that its model does not hold."""

from __future__ import annotations

import ast

from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import before_method, lines_with, only
from layertrace.diagnosis.user_source import dotted, function_around, nodes_at, tree_of
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef, Location

__all__ = ["outside_of_model"]


def outside_of_model(model: LayerRef, seen: Observation) -> Violation:
    """Return what is wrong with a metric that no reset of a model reaches."""
    place = seen.defined_at
    metric = _metric(place)
    edits = _given_to_compile(place, metric) if metric else ()
    function = None if place is None else function_around(place)
    is_method = function is not None and bool(function.args.args) and function.args.args[0].arg == "self"
    if not edits and is_method and metric:
        added = f"@property\ndef metrics(self):\n    return [*super().metrics, {metric}]"
        edits = only(before_method(place, added))
    return Violation(
        message=f"{seen.paths[0]} {seen.name} is updated in fit of {model}, which does not hold it: no epoch "
        "resets it, and its value covers all epochs so far.",
        layer=model if is_method else None,
        location=place or seen.location,
        evidence=(Evidence("was not reset here", (), seen.location),),
        fix="" if edits else f"{metric or seen.name}.reset_state()  # when an epoch begins, in a callback",
        fix_place="elsewhere",
        edits=edits,
    )


def _metric(place: Location | None) -> str:
    """Return how a line names the only metric that it updates."""
    names = [dotted(node.func) for node in nodes_at(place) if isinstance(node, ast.Call)]
    found = [name.rpartition(".")[0] for name in names if name.endswith(".update_state")]
    return found[0] if len(found) == 1 else ""


def _given_to_compile(place: Location | None, metric: str) -> tuple[Edit, ...]:
    """Return the edit that gives `compile` the metric in place of the function that updates it."""
    function = None if place is None else function_around(place)
    tree = None if place is None else tree_of(place.file)
    if place is None or function is None or tree is None:
        return ()
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and dotted(node.func).endswith("compile")
    ]
    given = [keyword.value for call in calls for keyword in call.keywords if "metrics" in str(keyword.arg)]
    names = [node for value in given for node in ast.walk(value) if isinstance(node, ast.Name)]
    named = [node for node in names if node.id == function.name]
    if len(named) != 1:
        return ()
    return lines_with(place, [(named[0].lineno, named[0].col_offset, named[0].end_col_offset, metric)])
