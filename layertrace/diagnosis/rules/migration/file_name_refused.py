"""LT707: A model or its weights are saved under a file name of Keras 2."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import lines_with
from layertrace.diagnosis.rewriting import source_of
from layertrace.diagnosis.rule import ANY_BACKEND, rule
from layertrace.diagnosis.user_source import dotted, tree_of
from layertrace.timeline.event import Location

_REFUSALS = {
    "The filename must end in `.weights.h5`": ("weights", ".weights.h5"),
    "When using `save_weights_only=True` in `ModelCheckpoint`": ("weights", ".weights.h5"),
    "The filepath provided must end in `.keras`": ("a model", ".keras"),
    "Invalid filepath extension for saving": ("a model", ".keras"),
}
"""How the messages of Keras begin (3.0 to 3.15), what is to be saved, and the ending that it needs."""


@rule("LT707", "file-name-refused", "error", links.SAVING, backends=ANY_BACKEND)
def file_name_refused(context: DiagnosisContext) -> Iterator[Violation]:
    """A model or its weights are saved under a file name of Keras 2.

    ## Why is this bad?

    Keras 3 takes the format from the end of the name, and raises an exception for any other: weights need
    `.weights.h5`, models `.keras`. Keras 2 took any name.

    ## Example

    ```python
    model.save_weights("best.h5")
    checkpoint = keras.callbacks.ModelCheckpoint("each_{epoch}")
    ```

    ## Use instead

    ```python
    model.save_weights("best.weights.h5")
    checkpoint = keras.callbacks.ModelCheckpoint("each_{epoch}.keras")
    ```

    ## Known limits

    - Reported is the exception that ended the program.
    - The fix renames the file wherever the program writes its name, or the end of its path, as one string. It
      does not rename a file that exists already.
    - A name in an f-string is left to you.
    """
    failure = context.failure
    if failure is None or failure.error.type != "ValueError":
        return
    message, line = failure.error.message, failure.error.location
    refusal = next((wanted for begin, wanted in _REFUSALS.items() if message.startswith(begin)), None)
    received = re.search(r"Received: filepath=(.+?)\.?$", message)
    if refusal is None or received is None:
        return
    (what, ending), old = refusal, received[1]
    edits = tuple(_renamed(context, old, ending))
    yield Violation(
        message=f"Keras 3 does not save {what} to {old!r}: the name must end in {ending}.",
        location=line,
        evidence=(Evidence(f"raised {failure.error.type}", (), line),),
        fix="" if edits else f'"{_with_ending(old, ending)}"  # the name of the file',
        fix_place="elsewhere",
        edits=edits,
    )


def _with_ending(name: str, ending: str) -> str:
    """Return a path with another ending, in place of one that Keras 2 knew."""
    bare = re.sub(r"(\.weights)?(\.(h5|hdf5|ckpt|tf|keras|weights|pb))?/?$", "", name)
    return f"{bare or name}{ending}"


def _renamed(context: DiagnosisContext, old: str, ending: str) -> Iterator[Edit]:
    """Yield the edits that rename a file in the strings of the program, whole or as the end of a path."""
    for file in sorted(context.files):
        place, tree = Location(file, 1), tree_of(file) or ast.Module([], [])
        parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        texts = [
            (
                node.lineno,
                node.col_offset,
                node.end_col_offset,
                text.replace(value, _with_ending(value, ending)),
            )
            for node in parents
            if isinstance(node, ast.Constant) and isinstance(value := node.value, str) and value
            if value == old or old.endswith(f"/{value.lstrip('/')}")
            if node.lineno == node.end_lineno and _is_path(node, parents)
            if value in (text := source_of(place, node))
        ]
        yield from lines_with(place, texts)


def _is_path(node: ast.expr, parents: Mapping[ast.AST, ast.AST]) -> bool:
    """Return whether a string is assigned, joined, or given to what reads or writes files."""
    parent = parents.get(node)
    while isinstance(parent, ast.BinOp):  # `folder / "best"` or `folder + "/best"`
        parent = parents.get(parent)
    if isinstance(parent, ast.keyword):
        return parent.arg in ("filepath", "path")
    if isinstance(parent, ast.Call):
        return dotted(parent.func).rpartition(".")[2] in _OF_FILES
    return isinstance(parent, (ast.Assign, ast.AnnAssign))


_OF_FILES = (
    *("ModelCheckpoint", "Path", "exists", "isfile", "join", "load_model", "load_weights", "remove", "save"),
    *("save_model", "save_weights"),
)
