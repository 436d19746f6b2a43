"""Read from the text of a statement on what it calls a method, with which data, and what it assigns."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis.user_source import dotted

__all__ = ["USES", "assigned_name", "first_argument", "receiver"]


def receiver(source: str, methods: tuple[str, ...]) -> str:
    """Return on what a statement calls one of these methods: `model` of `model.fit(x)`.

    Example:
        >>> receiver("history = self.net.fit(x, y)", ("fit",))
        'self.net'
    """
    tree = _parsed(source)
    for node in [] if tree is None else _calls(tree):
        name, _, method = dotted(node.func).rpartition(".")
        if method in methods and name:
            return name
    return ""


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


USES = ("fit", "train_on_batch", "evaluate", "predict")
"""The methods that run a model on data."""


def first_argument(source: str) -> str:
    """Return the data that a statement trains or predicts with, as it is written there.

    Example:
        >>> first_argument("model.fit(x[:32], y[:32], epochs=1)")
        'x[:32]'
    """
    tree = _parsed(source)
    for node in [] if tree is None else _calls(tree):
        if dotted(node.func).rpartition(".")[2] in USES and node.args:
            return ast.unparse(node.args[0])
    return ""


def assigned_name(source: str, cls: str) -> str:
    """Return the name to which a statement assigns the layer of a class that it creates.

    Example:
        >>> assigned_name("self.scaling = layers.Normalization(axis=-1)", "Normalization")
        'self.scaling'
    """
    tree = _parsed(source)
    for node in [] if tree is None else ast.walk(tree):
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
            continue
        if dotted(node.value.func).rpartition(".")[2] == cls:
            return dotted(node.targets[0])
    return ""


def _parsed(source: str) -> ast.Module | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):  # the head of a compound statement, or a part that was cut
        return None
