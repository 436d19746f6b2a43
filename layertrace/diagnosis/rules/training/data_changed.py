"""LT566: A dataset or generator changes the array that it takes its batches from."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit, Evidence, FixPlace, Violation
from layertrace.diagnosis.method_edits import is_one_statement, lines_with
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.user_source import dotted, line_of, nodes_of, tree_of
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Location


@rule("LT566", "data-changed", "error", links.TRAINING, backends=WITH_TRAINING)
def data_changed(context: DiagnosisContext) -> Iterator[Violation]:
    """A dataset or generator changes the array that it takes its batches from.

    ## Why is this bad?

    A slice of an array of NumPy is a view: `batch /= 255.0` divides the numbers of the array itself. The
    first epoch reads what is meant. The second reads what the first left, and divides again.

    ## Example

    ```python
    def __getitem__(self, index):
        batch = self.images[index * 8 : (index + 1) * 8]
        batch /= 255.0
        return batch
    ```

    ## Use instead

    ```python
    def __getitem__(self, index):
        batch = self.images[index * 8 : (index + 1) * 8]
        batch = batch / 255.0
        return batch
    ```

    ## Known limits

    - Looked at are arrays in attributes of a `PyDataset` or `Sequence`, and those that a generator reads, in
      `fit`. The line must be in `__getitem__`, or in the generator.
    - An array that the file shuffles in place, or fills before, is not looked at.
    - Nothing is seen of what other processes change.
    """
    reported: set[tuple[Location | None, str]] = set()
    for layer, seen in context.layer_observations("data changed"):
        change = _change(seen)
        if change is None or (seen.defined_at, seen.name) in reported:
            continue
        reported.add((seen.defined_at, seen.name))
        reader = seen.reader if change.name == seen.name else f"{seen.reader}.__getitem__"
        fix, edits, place = change.fix()
        yield Violation(
            message=f"{reader} changes {change.name}, from which it takes its batches: the largest number "
            f"was {_number(seen.before)} before {{layer}} was fitted, and is {_number(seen.now)} after it.",
            layer=layer,
            location=change.place,
            evidence=(Evidence("fitted here", (), seen.location),),
            fix=fix,
            fix_place=place,
            edits=edits,
        )


def _number(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, (int, float)) else "?"


class _Change(NamedTuple):
    """A line that changes an array in place.

    Attributes:
        place: The line.
        statement: The statement.
        name: The array: `self.images`.
        changed: The expression that is changed: `batch`, `self.images[part]`.
        alias: The assignment that gives a name to a part of the array; None without one.
    """

    place: Location
    statement: ast.stmt
    name: str
    changed: ast.expr
    alias: ast.Assign | None

    def fix(self) -> tuple[str, tuple[Edit, ...], FixPlace]:
        """Return the line that computes a new array, or the edit of the line that takes a part as a copy."""
        statement = self.statement
        if self.alias is not None and isinstance(self.changed, ast.Name):
            if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
                computed = ast.unparse(ast.BinOp(statement.target, statement.op, statement.value))
                is_whole = is_one_statement(self.place)
                return f"{self.changed.id} = {computed}", (), "in place" if is_whole else "elsewhere"
            value = self.alias.value
            if value.end_lineno == value.lineno and value.end_col_offset is not None:
                end = value.end_col_offset
                return "", lines_with(self.place, [(value.lineno, end, end, ".copy()")]), "elsewhere"
        taken = self.changed if self.alias is None else self.alias.value
        taken = taken if isinstance(taken, ast.Subscript) else ast.Name(self.name)
        return f"batch = {ast.unparse(taken)}.copy()  # and change batch", (), "elsewhere"


def _change(seen: Observation) -> _Change | None:
    """Return the statement that changes an array in place."""
    method = seen.defined_at
    nodes = list(nodes_of(method))
    is_method = any(isinstance(node, ast.Attribute) and dotted(node) == f"self.{seen.name}" for node in nodes)
    name = f"self.{seen.name}" if is_method else seen.name
    aliases: dict[str, ast.Assign | None] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and _is_part(node.value, {name, *aliases}):
            aliases.update({dotted(target): node for target in node.targets if isinstance(target, ast.Name)})
        elif isinstance(node, ast.For) and _is_part(node.iter, {name, *aliases}):
            aliases.update({dotted(node.target): None} if isinstance(node.target, ast.Name) else {})
    returned = _returned(nodes)
    if _is_filled(nodes, name) or _is_shuffled(method, name):
        return None
    for node in nodes:
        changed = _changed_by(node)
        base = None if changed is None else dotted(_base(changed))
        if isinstance(node, ast.stmt) and changed is not None and base in {name, *aliases} & returned:
            alias = aliases.get(base or "")
            return _Change(line_of(method, node), node, name, changed, alias)
    return None


def _changed_by(node: ast.AST) -> ast.expr | None:
    """Return what a statement changes in place, depending on what it was."""
    if isinstance(node, ast.AugAssign):
        return node.target
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        outputs = [keyword.value for keyword in node.value.keywords if keyword.arg == "out"]
        if dotted(node.value.func).rpartition(".")[2] in ("clip", "maximum", "minimum"):
            return None  # the second time changes nothing
        reads = [dotted(_base(argument)) for argument in node.value.args]
        return outputs[0] if outputs and dotted(_base(outputs[0])) in reads else None
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        base = dotted(_base(node.targets[0]))
        read = (dotted(each) for each in ast.walk(node.value) if isinstance(each, (ast.Name, ast.Attribute)))
        return _base(node.targets[0]) if base in read else None
    return None


def _base(node: ast.expr) -> ast.expr:
    while isinstance(node, ast.Subscript):
        node = node.value
    return node


def _is_part(value: ast.expr, names: set[str]) -> bool:
    """Return whether an expression may be a view of an array: a slice, an item, another shape."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        inner = value.func.value if value.func.attr in ("reshape", "view", "squeeze") else None
        inner = value.args[0] if value.func.attr in ("asarray",) and value.args else inner
        return inner is not None and _is_part(inner, names)
    return dotted(_base(value)) in names


def _is_filled(nodes: Sequence[ast.AST], name: str) -> bool:
    """Return whether an array is a buffer that is filled with other numbers before it is changed."""
    # tests/cases/clean/datasets_that_compute.py
    return any(
        isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Subscript)
        and dotted(_base(node.targets[0])) == name
        and _changed_by(node) is None
        for node in nodes
    )


def _returned(nodes: Sequence[ast.AST]) -> set[str]:
    """Return the names and attributes that what a function returns or yields is computed from."""
    # It may also count what it reads: tests/cases/clean/datasets_that_compute.py
    values = [node.value for node in nodes if isinstance(node, (ast.Return, ast.Yield, ast.YieldFrom))]
    names: set[str] = set().union(*(_read(value) for value in values if value is not None))
    assigned = [node for node in nodes if isinstance(node, (ast.Assign, ast.For))]
    for _ in assigned:
        for node in assigned:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(names & _read(target) for target in targets):
                names |= _read(node.value if isinstance(node, ast.Assign) else node.iter)
    looped = [node for node in nodes if isinstance(node, ast.For)]
    return names.union(*(_read(loop.target) for loop in looped if names & _read(loop.iter)))


def _read(node: ast.expr) -> set[str]:
    return {dotted(each) for each in ast.walk(node) if isinstance(each, (ast.Name, ast.Attribute))}


def _is_shuffled(place: Location | None, name: str) -> bool:
    """Return whether a file shuffles an array in place, which changes it, too."""
    # tests/cases/clean/datasets_that_shuffle.py
    tree = None if place is None else tree_of(place.file)
    calls = (node for node in ast.walk(tree or ast.Pass()) if isinstance(node, ast.Call))
    return any(
        dotted(call.func).endswith("shuffle") and any(dotted(argument) == name for argument in call.args)
        for call in calls
    )
