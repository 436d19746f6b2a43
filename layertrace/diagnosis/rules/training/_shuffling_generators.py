"""Find the labels that a program reads from a generator of images, whose shuffled batches it predicts."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.method_edits import is_alone
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.user_source import assigned_pairs, dotted, function_around, nodes_at, tree_of
from layertrace.timeline.event import LayerRef, Location

__all__ = ["shuffling_generator"]

_IN_ORDER = {"classes", "filenames", "filepaths", "labels", "y"}
"""Attributes of a generator that have the order of its files or rows."""
_COUNTING = {
    "Counter", "average", "bincount", "compute_class_weight", "hist", "histogram", "len", "max", "mean",
    "median", "min", "set", "std", "sum", "unique", "value_counts", "var",
}  # fmt: skip
"""Functions for which the order does not matter."""


def shuffling_generator(model: LayerRef, place: Location | None, name: str) -> Iterator[Violation]:
    """Yield that a program compares predictions with labels of the generator, which have another order.

    Args:
        model: The model that predicts it.
        place: The line of the prediction.
        name: The variable that is predicted.
    """
    tree = None if place is None else tree_of(place.file)
    if tree is None or place is None or not name:
        return
    around: ast.AST = function_around(place) or tree
    read = _compared_labels(around, name)
    # The program puts them into one order: tests/cases/clean/generators_predicted_in_order.py
    if read is None or any(
        isinstance(node, ast.Attribute) and node.attr == "index_array" for node in ast.walk(around)
    ):
        return
    read_at = Location(place.file, read.lineno, place.function)
    created = _creation(around, name) or _creation(tree, name)
    fix, at = "", place
    if created is not None and _is_fitted(tree, name):
        fix = _second(place, created, name)
    elif created is not None:
        at = Location(place.file, created.lineno, place.function)
        fix = _in_order(at, created)
    yield Violation(
        message=f"{name} is shuffled, so the predictions of {{layer}} have another order than "
        f"{name}.{read.attr}.",
        layer=model,
        location=at if fix else place,
        evidence=(Evidence("predicted here", (), place), Evidence("read here", (), read_at)),
        fix=fix or "# predict a second generator, created with shuffle=False, and take the labels from that",
        fix_place="in place" if fix else "elsewhere",
    )


def _compared_labels(around: ast.AST, name: str) -> ast.Attribute | None:
    """Return where the labels of a generator are read that meet its predictions in a call or comparison.

    Those that are only counted do not: tests/cases/clean/generators_whose_labels_are_counted.py
    """
    skipped = {
        id(inside)
        for node in ast.walk(around)
        if node is not around and _has_parameter(node, name)  # another variable with that name
        for inside in ast.walk(node)
    }
    nodes = [node for node in ast.walk(around) if id(node) not in skipped]
    reads = [node for node in nodes if isinstance(node, ast.Attribute) and _is_read(node, name)]
    labels = _assigned_from(nodes, {id(node) for node in reads})
    predicted = _assigned_from(nodes, {id(node) for node in nodes if _is_given(node, "predict", name)})
    for node in nodes:
        parts = _parts(node)
        of_labels = [part for part in parts if _has(part, labels)]
        if of_labels and any(_has(part, predicted) for part in parts if part not in of_labels):
            inside = [read for part in of_labels for read in ast.walk(part) if read in reads]
            found = [read for read in inside if isinstance(read, ast.Attribute)]
            return next(iter(found or reads), None)
    return None


def _is_read(node: ast.Attribute, name: str) -> bool:
    return node.attr in _IN_ORDER and dotted(node.value) == name


def _is_given(node: ast.AST, method: str, name: str) -> bool:
    """Return whether a node is a call of a method whose data is a variable."""
    if not isinstance(node, ast.Call) or _called(node) != method:
        return False
    given = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "x")]
    return name in map(dotted, given)


def _is_fitted(tree: ast.Module, name: str) -> bool:
    """Return whether a model is trained with a generator, which has to shuffle then."""
    return any(_is_given(node, "fit", name) for node in ast.walk(tree))


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else dotted(call.func)


def _assigned_from(nodes: list[ast.AST], sources: set[int]) -> tuple[set[int], set[str]]:
    """Return nodes by their ids, and the variables that are assigned from them or from each other."""
    names: set[str] = set()
    assigns = [node for node in nodes if isinstance(node, ast.Assign)]
    pairs = [pair for node in assigns for each in node.targets for pair in assigned_pairs(each, node.value)]
    count = -1
    while len(names) != count:
        count = len(names)
        names |= {dotted(target) for target, value in pairs if _has(value, (sources, names))} - {""}
    return sources, names


def _has(node: ast.AST, known: tuple[set[int], set[str]]) -> bool:
    """Return whether an expression has values of these nodes or variables, in their order."""
    sources, names = known
    if id(node) in sources:
        return True
    if isinstance(node, (ast.Name, ast.Attribute)) and dotted(node) in names:
        return True
    if isinstance(node, ast.Call) and _called(node) in _COUNTING:
        return False
    return any(_has(child, known) for child in ast.iter_child_nodes(node))


def _parts(node: ast.AST) -> list[ast.expr]:
    """Return the expressions that a call, comparison, operation or dictionary has side by side."""
    if isinstance(node, ast.Call) and _called(node) not in ("print", *_COUNTING):
        return [*node.args, *(keyword.value for keyword in node.keywords)]
    if isinstance(node, ast.Compare):
        return [node.left, *node.comparators]
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    return list(node.values) if isinstance(node, ast.Dict) else []


def _has_parameter(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.FunctionDef) and name in {each.arg for each in node.args.args}


def _creation(around: ast.AST, name: str) -> ast.Assign | None:
    """Return the only statement that assigns what a call returns to a variable."""
    found = [
        node
        for node in ast.walk(around)
        if isinstance(node, ast.Assign) and name in map(dotted, node.targets)
    ]
    return found[0] if len(found) == 1 and isinstance(found[0].value, ast.Call) else None


def _second(place: Location, created: ast.Assign, name: str) -> str:
    """Write a prediction of a second generator in the order of the files, which labels of both have.

    Augmentation is random in the second, too: only the order differs.
    """
    statement = next((node for node in nodes_at(place) if isinstance(node, ast.stmt)), None)
    calls = [
        node for node in nodes_at(place) if isinstance(node, ast.Call) and _is_given(node, "predict", name)
    ]
    creation = _in_order(Location(place.file, created.lineno, place.function), created)
    maker = function_around(Location(place.file, created.lineno, place.function))
    is_visible = maker is None or maker is function_around(place)
    target = created.targets[0]
    if statement is None or len(calls) != 1 or not is_alone(place) or not is_visible or not creation:
        return ""
    if not isinstance(target, ast.Name) or statement.lineno != statement.end_lineno:
        return ""
    given = [*calls[0].args[:1], *(word.value for word in calls[0].keywords if word.arg == "x")]
    second = f"{name}_in_order"
    line = rewritten(place, statement, {each: second for each in given if dotted(each) == name})
    return f"{second}{creation.removeprefix(name)}\n{line}"


def _in_order(place: Location, statement: ast.Assign) -> str:
    """Write the statement that creates a generator, with `shuffle=False`."""
    call = statement.value
    if not isinstance(call, ast.Call) or not dotted(call.func).rpartition(".")[2].startswith("flow"):
        return ""
    given = [each.value for each in call.keywords if each.arg == "shuffle"]
    if given:
        return rewritten(place, statement, {given[0]: "False"})
    text = source_of(place, call)
    if "\n" in text:
        return ""
    return rewritten(place, statement, {call: f"{text[:-1].rstrip().removesuffix(',')}, shuffle=False)"})
