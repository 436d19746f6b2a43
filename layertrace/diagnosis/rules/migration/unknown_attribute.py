"""LT705: A program sets an attribute that an optimizer does not have."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_edits import attribute_renamed
from layertrace.diagnosis.user_source import nodes_at
from layertrace.timeline.event import Location


@rule("LT705", "unknown-attribute", "error", links.OPTIMIZERS)
def unknown_attribute(context: DiagnosisContext) -> Iterator[Violation]:
    """A program sets an attribute that an optimizer does not have.

    ## Why is this bad?

    Python accepts any attribute, and nothing reads this one. `optimizer.lr` was the learning rate in Keras 2.
    In Keras 3 it is `learning_rate`, so `optimizer.lr = 1e-4` changes nothing, and training goes on with the
    rate of before.

    ## Example

    ```python
    model.optimizer.lr = 1e-4
    ```

    ## Use instead

    ```python
    model.optimizer.learning_rate = 1e-4
    ```

    ## Known limits

    - Optimizers of Keras 3 only. Attributes that the methods of an optimizer set are its own.
    - Not reported if no attribute has a name like it: the program may keep something of its own there.
    """
    for observation in context.observations("unknown attribute"):
        cls, _, name = observation.name.rpartition(".")
        if observation.before is None:
            continue  # of the program's own: tests/cases/clean/attributes_of_optimizers.py
        meant = str(observation.before)
        fix = attribute_renamed(observation.location, name, meant)
        owner = _owner(observation.location, name) or "the optimizer"
        yield Violation(
            message=f"{owner} ({cls}) has no attribute {name}: setting it to {observation.now} has no "
            f"effect. {cls} has {meant}.",
            location=observation.location,
            evidence=(Evidence(f"{name} = {observation.now}", (), observation.location),),
            fix=fix or f"optimizer.{meant} = {observation.now}",
            fix_place="in place",
        )


def _owner(location: Location | None, attribute: str) -> str:
    """Return the expression whose attribute a line sets: `model.optimizer`."""
    for node in nodes_at(location):
        if isinstance(node, ast.Attribute) and node.attr == attribute and isinstance(node.ctx, ast.Store):
            return ast.unparse(node.value)
    return ""
