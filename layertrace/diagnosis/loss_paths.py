"""Follow in the assignments of a training step what its loss is computed from."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from layertrace.diagnosis.user_source import is_at
from layertrace.timeline.event import Location

__all__ = ["LossPaths", "names_in", "names_set"]

_Assignment = ast.Assign | ast.AugAssign | ast.AnnAssign


class LossPaths:
    """The paths from what layers return to the loss of a step, by the names that the step assigns.

    Args:
        place: A line of the step.
        nodes: The nodes of the function around it.
        loss: The names that the loss is read from.
    """

    def __init__(self, place: Location, nodes: Iterable[ast.AST], loss: Iterable[str]) -> None:
        self._place = place
        self._nodes = list(nodes)
        found = [node for node in self._nodes if isinstance(node, _Assignment)]
        self._assignments = sorted(found, key=lambda node: node.lineno)
        self._loss = set(loss)

    def is_cut(self, call: Location | None, cut: Sequence[ast.AST]) -> bool:
        """Return whether what a line calls reaches the loss only through some expressions or statements.

        True also if no assignment of the step has the call, such as one in another function.
        """
        statement = self._assigning(call)
        inside = {child for part in cut for child in ast.walk(part)}
        calls = [node for node in inside if isinstance(node, ast.Call)]
        if statement is None or call is None or any(is_at(node, call) for node in calls):
            return True
        read, cut_off = set(self._loss), set[str]()
        for each in reversed(self._assignments):
            targets = names_set(each)
            if each is statement:
                return bool(targets & cut_off - read)
            is_read, is_cut_off = bool(targets & read), bool(targets & cut_off)
            if not is_read and not is_cut_off:
                continue
            if isinstance(each, ast.Assign):
                read, cut_off = read - targets, cut_off - targets
            nodes = [] if each.value is None else list(ast.walk(each.value))
            if is_cut_off or each in inside:
                cut_off |= _names(nodes)
            if is_read and each not in inside:
                read |= _names(node for node in nodes if node not in inside)
                cut_off |= _names(node for node in nodes if node in inside)
        return False

    def is_dropped(self, call: Location | None) -> bool:
        """Return whether the step never reads a name that gets a result of what a line calls."""
        statement = self._assigning(call)
        loads = _names(node for node in self._nodes if isinstance(getattr(node, "ctx", None), ast.Load))
        return statement is not None and not names_set(statement) <= loads

    def _assigning(self, call: Location | None) -> _Assignment | None:
        """Return the assignment of the step that has a call."""
        if call is None or (call.file, call.function) != (self._place.file, self._place.function):
            return None
        spanning = [each for each in self._assignments if each.lineno <= call.line <= (each.end_lineno or 0)]
        return spanning[0] if spanning else None


def names_in(node: ast.AST) -> set[str]:
    """Return the names in an expression."""
    return _names(ast.walk(node))


def names_set(statement: _Assignment) -> set[str]:
    """Return the names in the targets of an assignment."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return {name for target in targets for name in names_in(target)}


def _names(nodes: Iterable[ast.AST]) -> set[str]:
    return {node.id for node in nodes if isinstance(node, ast.Name)}
