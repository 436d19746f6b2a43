"""LT573: `fit` is given weights for other classes than those of its targets."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.rules.training._targets import argument_of_fit
from layertrace.diagnosis.user_source import dotted, tree_of
from layertrace.timeline.context import Observation


@rule("LT573", "class-weight-unused", "error", links.TRAINING, backends=WITH_TRAINING)
def class_weight_unused(context: DiagnosisContext) -> Iterator[Violation]:
    """`fit` is given weights for other classes than those of its targets.

    ## Why is this bad?

    The keys of `class_weight` are the classes as whole numbers: 0, 1, 2. Keras 3 takes the weight 1 for every
    class that it does not find there. With names, digits in quotes or numbers that begin at 1 as keys, rare
    classes count no more than others, without a word. Keras 2 raises an exception.

    ## Example

    ```python
    y = np.array([0, 0, 0, 1])
    model.fit(x, y, class_weight={"0": 1.0, "1": 3.0})
    ```

    ## Use instead

    ```python
    y = np.array([0, 0, 0, 1])
    model.fit(x, y, class_weight={0: 1.0, 1: 3.0})
    ```

    ## Known limits

    Looked at are targets in arrays. Reported if no class has a weight, or if the weights begin at 1 and end
    at the number of classes. Of whole numbers as targets, all classes have to occur that a functional model
    has outputs for.
    """
    for layer, seen in context.layer_observations("targets"):
        if seen.role != "class weights" or not isinstance(seen.before, tuple):
            continue
        classes = (
            [label for label in seen.now if isinstance(label, int)] if isinstance(seen.now, tuple) else []
        )
        without = [label for label in classes if label not in seen.before]
        edits = _with_keys_of(seen, classes)
        yield Violation(
            message=f"{{layer}} is fitted with class_weight for {_listed(seen.before)}, and its targets are "
            f"{_listed(classes)}: the default weight 1 is used for {_listed(without)}.",
            layer=layer,
            location=seen.location,
            evidence=(Evidence("fitted here", (), seen.location),),
            fix="" if edits else _of_each(classes),
            fix_place="elsewhere",
            edits=edits,
        )


_MOST_LISTED = 5


def _of_each(classes: list[int]) -> str:
    pairs = ", ".join(f"{label}: 1.0" for label in classes[:_MOST_LISTED])
    return f"class_weight={{{pairs}}}  # the weight of each class, by its number"


def _listed(items: object) -> str:
    each = [repr(item) for item in items] if isinstance(items, (list, tuple)) else []
    more = [f"{len(each) - _MOST_LISTED} more"] if len(each) > _MOST_LISTED else []
    return ", ".join([*each[:_MOST_LISTED], *more])


def _with_keys_of(seen: Observation, classes: list[int]) -> tuple[Edit, ...]:
    """Return the edit that makes the keys classes, if they are their numbers as text, or begin at 1."""
    node = argument_of_fit(seen.location, "class_weight")
    keys = seen.before if isinstance(seen.before, tuple) else ()
    if node is None or seen.location is None or node.lineno != node.end_lineno:
        return ()
    if all(isinstance(key, str) and key.lstrip("-").isdigit() for key in keys):
        key, numbers = "int(label)", [int(str(key)) for key in keys]
    elif all(type(key) is int for key in keys) and min(classes) == 0 and 0 not in keys:
        key, numbers = "label - 1", [key - 1 for key in keys if isinstance(key, int)]
    else:
        return _with_numbers_of_names(seen, node)
    if not set(classes) <= set(numbers):
        return ()
    if isinstance(node, ast.Dict) and len(node.keys) == len(numbers):
        text = ast.unparse(ast.Dict([ast.Constant(number) for number in numbers], node.values))
    else:
        text = f"{{{key}: weight for label, weight in {ast.unparse(node)}.items()}}"
    return lines_with(seen.location, [(node.lineno, node.col_offset, node.end_col_offset, text)])


def _with_numbers_of_names(seen: Observation, node: ast.expr) -> tuple[Edit, ...]:
    """Return the edit that makes names numbers, by the list or dict of the program that has them all.

    Example:
        `class_weight=weights` becomes `class_weight={names.index(label): weight for label, weight in
        weights.items()}`.
    """
    place, keys = seen.location, seen.before if isinstance(seen.before, tuple) else ()
    tree = None if place is None else tree_of(place.file)
    if place is None or tree is None or not keys or not all(isinstance(key, str) for key in keys):
        return ()
    numbered = {
        statement.targets[0].id: f"{statement.targets[0].id}{number}"
        for statement in tree.body
        if isinstance(statement, ast.Assign) and statement.lineno < place.line
        if isinstance(statement.targets[0], ast.Name)
        if (number := _number_in(statement.value, keys))
        if number != ".index(label)" or _is_numbering(tree, statement.targets[0].id, statement.value)
    }
    if len(numbered) != 1:
        return ()
    (key,) = numbered.values()
    text = f"{{{key}: weight for label, weight in {ast.unparse(node)}.items()}}"
    return lines_with(place, [(node.lineno, node.col_offset, node.end_col_offset, text)])


def _is_numbering(tree: ast.Module, name: str, value: ast.expr) -> bool:
    """Return whether a list numbers its items: the program looks names up in it, or it is in order.

    A `LabelEncoder`, and functions of Keras that read a folder, number names in the order of the alphabet.
    """
    attributes = (dotted(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    known = ast.literal_eval(value)
    return f"{name}.index" in attributes or list(known) == sorted(known)


def _number_in(value: ast.expr, names: tuple[object, ...]) -> str:
    """Return how a list or dict gives the number of a name, if it has exactly these; else nothing."""
    try:
        known = ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError):
        return ""
    if isinstance(known, (list, tuple)) and len(known) == len(names) and set(known) == set(names):
        return ".index(label)"
    is_numbering = isinstance(known, dict) and set(known) == set(names)
    return "[label]" if is_numbering and all(type(number) is int for number in known.values()) else ""
