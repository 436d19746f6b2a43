"""LT513: A metric of a training loop is read in each epoch and never reset."""

from __future__ import annotations

import ast
import json
import linecache
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeGuard

from layertrace.diagnosis import links
from layertrace.diagnosis.context import CreatedVariable, DiagnosisContext, seqs
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import line_edit
from layertrace.diagnosis.name_lists import joined
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import dotted, tree_of
from layertrace.timeline.event import Location

_RESETS = ("reset_state", "reset_states")
_STATE = ("variables", "weights", "non_trainable_variables")
"""Attributes with the variables of a metric."""


@rule("LT513", "metric-never-reset", "warning", links.CUSTOM_TRAINING_LOOPS)
def metric_never_reset(context: DiagnosisContext) -> Iterator[Violation]:
    """A metric of a training loop is read in each epoch and never reset.

    ## Why is this bad?

    A metric collects what it is given until it is reset. `fit` resets its metrics before each epoch. A loop
    of your own has to do it, or the number after the second epoch is an average over both.

    ## Example

    ```python
    for epoch in range(epochs):
        for x, y in batches:
            accuracy.update_state(y, step(x, y))
        print(epoch, accuracy.result())
    ```

    ## Use instead

    ```python
    for epoch in range(epochs):
        for x, y in batches:
            accuracy.update_state(y, step(x, y))
        print(epoch, accuracy.result())
        accuracy.reset_state()
    ```

    ## Known limits

    - The source must be available. Looked at are metrics in variables, attributes, lists and dicts, and
      loops over `range(...)` or with `epoch` in the name of their variable. The loop over batches is there,
      or in a function that is called there.
    - If the program failed, a metric is reported only if another was reset, and the file does not reset it.
    - Where resets are not recorded, which is on JAX and torch and for a class of metrics that is not from
      Keras, a file that resets any metric is not looked at, and neither is one that assigns their variables.
    """
    found: dict[tuple[str, int], list[_Kept]] = {}
    for each in _kept(context):
        # One edit at the start of an epoch resets all metrics that need it.
        line = each.read.lineno if _is_plain(_around(each)) else each.region.lineno
        found.setdefault((each.place.file, line), []).append(each)
    for kept in found.values():
        yield _violation(kept)


class _Kept(NamedTuple):
    """A metric that is read in each epoch and never reset.

    Attributes:
        name: What the program calls it, or the item of a collection: `meters["valid"]`.
        read: The call of `result`.
        region: The loop over epochs, or the function called there, that reads it.
        created: Its variable.
        place: The line that creates it.
        tree: The file.
    """

    name: str
    read: ast.Call
    region: ast.For | ast.FunctionDef
    created: CreatedVariable
    place: Location
    tree: ast.Module


def _kept(context: DiagnosisContext) -> Iterator[_Kept]:
    """Yield the metrics that are read in each epoch and never reset."""
    reported: set[tuple[str, str]] = set()
    metrics = [each for each in context.created_variables() if each.spec.role == "metric"]
    reset = {number for seen in context.observations("metric reset") for number in seen.variables}
    for created in metrics:
        place = created.event.location
        tree = None if place is None else tree_of(place.file)
        name = None if tree is None or place is None else _name_at(tree, place.line)
        if tree is None or place is None or name is None or (place.file, name) in reported:
            continue
        if created.spec.id in reset or _is_assigned(tree, name):
            continue
        if _resets(tree):
            if context.failure is not None and not (reset and _names_of_reset(tree).isdisjoint({name})):
                continue  # it failed before a reset: tests/diagnosis/test_failed_programs.py
            if not _sees_resets(context, tree, place.line) or _only_sums(metrics, created):
                continue
            siblings = [each for each in metrics if each.spec.id in reset and _holds(tree, name, each)]
            item = _item_at(tree, place.line) if siblings else name
            if item is None:
                continue
        else:
            item = name
        read = _read_in_each_epoch(tree, name, place.line)
        if read is not None:
            reported.add((place.file, name))
            yield _Kept(item, *read, created, place, tree)


def _sees_resets(context: DiagnosisContext, tree: ast.Module, line: int) -> bool:
    """Return whether each reset of the metric that a line creates is recorded: of a class of Keras.

    Another class may have a `reset_state` of its own: tests/cases/clean/meters_with_their_own_reset.py
    """
    own = any(isinstance(node, ast.FunctionDef) and node.name in _RESETS for node in ast.walk(tree))
    if own or context.backend != "tensorflow" or "metric reset" not in context.watched:
        return False
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _spans(node, line)]
    return any(_is_of_keras(tree, node.func) for node in calls)


def _is_of_keras(tree: ast.Module, function: ast.expr) -> bool:
    """Return whether an expression names a class of Keras, or a class of the file derived from one."""
    root, _, rest = dotted(function).partition(".")
    if not (rest or root).rpartition(".")[2][:1].isupper():
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == root and not rest:
            return any(_is_of_keras(tree, base) for base in node.bases)
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                module = getattr(node, "module", None) or alias.name
                if (alias.asname or alias.name.partition(".")[0]) == root:
                    return module.partition(".")[0] in ("keras", "tensorflow", "tf_keras")
    return False


def _is_assigned(tree: ast.Module, name: str) -> bool:
    """Return whether a file assigns the variables of a metric: `acc.total.assign(0)`, or in a loop over them.

    tests/cases/clean/meters_with_their_own_reset.py
    """
    looped = {
        dotted(loop.target)
        for loop in ast.walk(tree)
        if isinstance(loop, (ast.For, ast.comprehension)) and dotted(loop.iter).rpartition(".")[2] in _STATE
    }
    assigned = (
        dotted(node.func.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "assign"
    )
    return any(written in looped or written.startswith(f"{name}.") for written in assigned)


def _only_sums(metrics: Sequence[CreatedVariable], created: CreatedVariable) -> bool:
    """Return whether a metric only has a total, so that it may count over all epochs.

    tests/cases/clean/meters_with_a_count_of_all_rows.py
    """
    place, holder = created.event.location, created.spec.holder
    names = {each.spec.name for each in metrics if (each.event.location, each.spec.holder) == (place, holder)}
    return names == {"total"}


def _holds(tree: ast.Module, name: str, created: CreatedVariable) -> bool:
    """Return whether the collection with a name holds a metric."""
    place = created.event.location
    return place is not None and _name_at(tree, place.line) == name


def _item_at(tree: ast.Module, line: int) -> str | None:
    """Return how the program names the item of a dict that a line creates: `meters["valid"]`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Dict):
            continue
        for key, value in zip(node.value.keys, node.value.values, strict=True):
            if isinstance(key, ast.Constant) and value.lineno <= line <= (value.end_lineno or value.lineno):
                return f"{dotted(node.targets[0])}[{json.dumps(key.value)}]"
    return None


def _violation(kept: list[_Kept]) -> Violation:
    """Return the finding about the metrics that one statement reads."""
    _, read, region, _, place, _ = kept[0]
    names = joined([each.name for each in kept])
    are, its, covers = ("is", "its value", "covers") if len(kept) == 1 else ("are", "their values", "cover")
    resets = [_reset(each) for each in kept]
    # A reset after a read that only some epochs reach leaves the metric as it is in the others.
    around = _around(kept[0])
    is_last = _is_plain(around)
    edits = () if is_last else _at_start(region, resets, place)
    when = "after this line, in the same loop" if is_last else "at the start of each epoch"
    epochs = "some epochs" if isinstance(around, ast.If) else "each epoch"
    line, _, rest = "\n".join(resets).partition("\n")
    return Violation(
        message=f"{names} {are} read after {epochs}, but never reset: {its} {covers} all epochs so far.",
        location=Location(place.file, read.lineno, place.function),
        evidence=tuple(
            Evidence("created here", seqs(each.created.event), each.place)
            for each in {each.place: each for each in kept[:2]}.values()
        ),
        fix="" if edits else f"{line}  # {when}" + (f"\n{rest}" if rest else ""),
        fix_place="elsewhere",
        edits=edits,
    )


def _around(kept: _Kept) -> ast.stmt | None:
    """Return the statement of the loop or function that reads a metric, alone or in a block."""
    return next((node for node in kept.region.body if _spans(node, kept.read.lineno)), None)


def _is_plain(statement: ast.stmt | None) -> bool:
    """Return whether a statement after which a metric can be reset runs in each epoch, once."""
    return isinstance(statement, (ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign))


def _reset(kept: _Kept) -> str:
    """Return the lines that reset a metric, or all those of a collection."""
    name = kept.name
    values = [
        node.value
        for node in ast.walk(kept.tree)
        if isinstance(node, ast.Assign) and dotted(node.targets[0]) == name
    ]
    if values and isinstance(values[0], (ast.Dict, ast.List, ast.Tuple)):
        items = f"{name}.values()" if isinstance(values[0], ast.Dict) else name
        return f"for metric in {items}:\n    metric.reset_state()"
    return f"{name}.reset_state()"


def _at_start(region: ast.For | ast.FunctionDef, lines: list[str], place: Location) -> tuple[Edit, ...]:
    """Return the edit that adds lines in front of the first statement of an epoch."""
    has_docstring = isinstance(region, ast.FunctionDef) and ast.get_docstring(region) is not None
    first = region.body[has_docstring]
    where = Location(place.file, first.lineno, getattr(region, "name", ""))
    source = linecache.getline(place.file, first.lineno).encode()
    if source[: first.col_offset].strip():
        return ()
    return (line_edit(where, "\n".join((*lines, source.decode().strip()))),)


def _name_at(tree: ast.Module, line: int) -> str | None:
    """Return the name to which a statement on a line assigns what it creates: `acc`, `self.acc`, `meters`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign) or not node.lineno <= line <= (node.end_lineno or node.lineno):
            continue
        if isinstance(node.value, (ast.Call, ast.Dict, ast.List, ast.Tuple)):
            return dotted(node.targets[0]) or None
    return None


def _resets(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr in _RESETS for node in ast.walk(tree))


def _names_of_reset(tree: ast.Module) -> set[str]:
    """Return what a file resets by name: `acc`, `self.acc`."""
    reads = (node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in _RESETS)
    return {dotted(node.value) for node in reads}


def _read_in_each_epoch(
    tree: ast.Module, name: str, created: int
) -> tuple[ast.Call, ast.For | ast.FunctionDef] | None:
    """Return the call of `result` that follows a loop over batches, and the loop or function of an epoch.

    The loop over batches may be in a function that the loop over epochs calls.
    """
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for epochs in ast.walk(tree):
        if not isinstance(epochs, ast.For) or not _is_over_epochs(epochs) or _spans(epochs, created):
            continue
        calls = [node for node in ast.walk(epochs) if isinstance(node, ast.Call)]
        called = [functions.get(dotted(node.func).rpartition(".")[2]) for node in calls]
        if any(function is not None and _spans(function, created) for function in called):
            continue  # which creates the metric in each epoch: tests/cases/clean/meters_of_each_epoch.py
        bodies = [function for function in called if function is not None]
        regions: list[ast.For | ast.FunctionDef] = [epochs, *bodies]
        for region in regions:
            batches = [node for node in region.body if isinstance(node, (ast.For, ast.While))]
            last = max((node.end_lineno or node.lineno for node in batches), default=None)
            reads = [node for node in ast.walk(region) if _is_read(node, name, region)]
            if last is not None and reads and all(read.lineno > last for read in reads):
                return reads[0], region
    return None


def _is_read(node: ast.AST, name: str, region: ast.AST) -> TypeGuard[ast.Call]:
    """Return whether a node is `acc.result()`, of a metric itself or of one in a collection of metrics."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    read = node.func.value
    if node.func.attr != "result":
        return False
    if isinstance(read, ast.Subscript):  # meters["accuracy"].result()
        read = read.value
    if _is_named(read, name):
        return True
    loops = (ast.For, ast.comprehension)  # meter.result() for meter in meters
    return any(
        isinstance(loop, loops)
        and any(isinstance(each, ast.Name) and each.id == dotted(read) for each in ast.walk(loop.target))
        and any(isinstance(each, ast.expr) and _is_named(each, name) for each in ast.walk(loop.iter))
        for loop in ast.walk(region)
    )


def _is_named(node: ast.expr, name: str) -> bool:
    """Return whether an expression has a name; `trainer.acc` is what a method names `self.acc`."""
    written = dotted(node)
    is_attribute = name.startswith("self.") and "." in written
    return written == name or (is_attribute and written.rpartition(".")[2] == name.rpartition(".")[2])


def _is_over_epochs(loop: ast.For) -> bool:
    """Return whether a loop repeats what is in it, over `range(…)` or with `epoch` as a name."""
    iterated = loop.iter
    if isinstance(iterated, ast.Call) and dotted(iterated.func) == "range":
        count = iterated.args[-1] if iterated.args else None
        return not (isinstance(count, ast.Constant) and count.value == 1)
    names = [node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)]
    return any("epoch" in name.lower() for name in names)


def _spans(loop: ast.stmt | ast.expr, line: int) -> bool:
    return loop.lineno <= line <= (loop.end_lineno or loop.lineno)
