"""LT576: The dataset that a method returns is thrown away."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.rewriting import is_read_later
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import dotted, function_around, nodes_at, tree_of
from layertrace.timeline.event import Location


@rule("LT576", "dataset-discarded", "error", links.DATASETS)
def dataset_discarded(context: DiagnosisContext) -> Iterator[Violation]:
    """The dataset that a method returns is thrown away.

    ## Why is this bad?

    `map`, `shuffle`, `batch` and the other methods of a dataset leave it as it is, and return a new one. A
    statement that only calls one of them has no effect: the model trains without the augmentation, or on
    rows that are not shuffled.

    ## Example

    ```python
    train.map(augment)
    model.fit(train.batch(32))
    ```

    ## Use instead

    ```python
    train = train.map(augment)
    model.fit(train.batch(32))
    ```

    ## Known limits

    Reported if the dataset is iterated, or given to `fit`, after that, itself or in another that was made of
    it, and if what was thrown away is gone by then.
    """
    reported: set[Location | None] = set()
    for seen in context.observations("result discarded"):
        place = seen.location
        # A program takes a look, or saves a part: tests/cases/clean/datasets_whose_parts_are_used.py
        found = None if place is None or place in reported else _discarding(place, seen.name)
        if place is None or found is None:
            continue
        reported.add(place)
        statement, receiver = found
        name = dotted(receiver)
        edits: tuple[Edit, ...] = ()
        if name and ("." in name or function_around(place) is None or is_read_later(place, name)):
            edits = lines_with(
                place, [(statement.lineno, statement.col_offset, statement.col_offset, f"{name} = ")]
            )
        whole = ast.unparse(statement)
        yield Violation(
            message=f"{name or 'A dataset'} stays as it is: {seen.name} returns a new dataset, which is "
            "thrown away.",
            location=place,
            evidence=(Evidence("used without it here", seqs(context.event(seen.during)), seen.defined_at),),
            fix="" if edits else f"return {whole}  # and assign it where the function is called",
            fix_place="elsewhere",
            edits=edits,
            severity="warning" if seen.name in _WITHOUT_OTHER_ROWS else None,
        )


_WITHOUT_OTHER_ROWS = ("cache", "prefetch")
"""Methods that only change how long it takes."""

_RETURNING = frozenset(
    {
        "apply", "batch", "cache", "concatenate", "enumerate", "filter", "flat_map", "interleave", "map",
        "padded_batch", "prefetch", "repeat", "shard", "shuffle", "skip", "take", "unbatch", "window",
    }
)  # fmt: skip
"""Methods of a dataset that return another."""


def _is_tried(place: Location, statement: ast.Expr) -> bool:
    """Return whether a statement is in a `try`, or in a test of what it raises.

    tests/cases/clean/datasets_whose_parts_are_used.py
    """
    for node in ast.walk(tree_of(place.file) or ast.Pass()):
        if isinstance(node, ast.Try) and statement in node.body:
            return True
        if isinstance(node, ast.With) and statement in node.body:
            entered = [each.context_expr for each in node.items]
            called = [dotted(each.func) for each in entered if isinstance(each, ast.Call)]
            return any(name.endswith(("raises", "Raises", "suppress")) for name in called)
    return False


def _discarding(place: Location, method: str) -> tuple[ast.Expr, ast.expr] | None:
    """Return the statement on a line that only calls a method, or several in a row, and the dataset."""
    for node in nodes_at(place):
        if not isinstance(node, ast.Expr) or _is_tried(place, node):
            continue
        methods, receiver = [], node.value
        while isinstance(receiver, ast.Call) and isinstance(receiver.func, ast.Attribute):
            if receiver.func.attr not in _RETURNING:
                break
            methods.append(receiver.func.attr)
            receiver = receiver.func.value
        if method in methods:
            return node, receiver
    return None
