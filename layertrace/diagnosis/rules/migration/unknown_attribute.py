"""LT705: A program sets an attribute that nothing reads: an old name, or a slip."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_edits import attribute_renamed, text_replaced
from layertrace.diagnosis.user_source import dotted, nodes_at, tree_of
from layertrace.timeline.event import Location

_FORMER_NAMES = ("lr",)
"""Names of Keras 2: a program that reads what it has set there is mistaken all the same."""


@rule("LT705", "unknown-attribute", "error", links.OPTIMIZERS)
def unknown_attribute(context: DiagnosisContext) -> Iterator[Violation]:
    """A program sets an attribute of an optimizer, a layer or a model that nothing reads.

    ## Why is this bad?

    Python accepts any attribute, and nothing reads this one. `optimizer.lr` was the learning rate in Keras 2.
    In Keras 3 it is `learning_rate`, so `optimizer.lr = 1e-4` changes nothing, and training goes on with the
    old rate. A slip has the same effect: after `layer.trainble = False` the layer is still trained.

    ## Example

    ```python
    model.optimizer.lr = 1e-4
    ```

    ## Use instead

    ```python
    model.optimizer.learning_rate = 1e-4
    ```

    ## Known limits

    - Of optimizers, those of Keras 3 only. Attributes that the methods of an optimizer set are its own.
    - Not reported if no attribute has a name like it: the program may keep something of its own there.
    - Of layers and models, only slips are found: one letter added, missing or wrong, or two exchanged, in
      a name of at least six. A name with an ending, such as `optimizers` or `trainable_`, is not a slip.
    - A layer is examined if it still exists when the recording ends. A slip is not reported if the program
      reads the attribute. For those of layers, its name as a string counts as reading.
    - If several lines set such an attribute, the findings name the lines and not the layers.
    """
    for observation in context.observations("unknown attribute"):
        cls, _, name = observation.name.rpartition(".")
        if observation.before is None:
            continue  # of the program's own: tests/cases/clean/attributes_of_optimizers.py
        # Read by the program, which means it: tests/cases/clean/attributes_of_optimizers.py
        if name not in _FORMER_NAMES and _is_read(observation.location, name):
            continue
        meant, kind = str(observation.before), observation.role or "optimizer"
        owner = _owner(observation.location, name) or f"the {kind}"
        subject = f"{owner} ({cls})" if observation.layer is None else "{layer}"
        yield Violation(
            message=f"{subject} has no attribute {name}: setting it to {observation.now} has no effect. "
            f"{cls} has {meant}.",
            layer=observation.layer,
            location=observation.location,
            evidence=(Evidence(f"{name} = {observation.now}", (), observation.location),),
            fix=_renamed(observation.location, name, meant) or f"{kind}.{meant} = {observation.now!r}",
            fix_place="in place",
        )


def _renamed(location: Location | None, name: str, meant: str) -> str | None:
    """Return the line that sets an attribute, also by `setattr`, with the name that was meant."""
    given = rf"(?<=[\"']){name}(?=[\"'])"
    return attribute_renamed(location, name, meant) or text_replaced(location, given, meant)


def _is_read(location: Location | None, attribute: str) -> bool:
    """Return whether the file of a line reads an attribute of this name."""
    tree = None if location is None else tree_of(location.file)
    attributes = (node for node in ast.walk(tree or ast.Pass()) if isinstance(node, ast.Attribute))
    return any(node.attr == attribute and isinstance(node.ctx, ast.Load) for node in attributes)


def _owner(location: Location | None, attribute: str) -> str:
    """Return the expression whose attribute a line sets, also by `setattr`: `model.optimizer`."""
    for node in nodes_at(location):
        if isinstance(node, ast.Attribute) and node.attr == attribute and isinstance(node.ctx, ast.Store):
            return ast.unparse(node.value)
        if isinstance(node, ast.Call) and dotted(node.func) == "setattr" and len(node.args) == 3:
            return ast.unparse(node.args[0])
    return ""
