"""Find statements of the program that no event came from: an assignment, or the call of `compile`."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from contextlib import suppress

from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.user_source import dotted, nodes_at, tree_of
from layertrace.timeline.event import LayerRef, Location
from layertrace.timeline.statements import Statement, Statements

__all__ = [
    "assignment_before",
    "clipped_statement",
    "compiled_again",
    "kept_optimizer",
    "lines_at",
    "optimizer_with",
    "receiver_at",
    "run_eagerly",
    "statement_at",
]

_MOST_LINES = 5_000


def assignment_before(
    context: DiagnosisContext, attribute: str, value: object, after: Location | None, place: Location | None
) -> tuple[Location, str] | None:
    """Return the last line that set an attribute to a value between two lines of one function, and its text.

    Without such a line, return the only such line in another function of the file, or else the only one in
    the other files of the program: a callback, or a helper.

    Args:
        context: What was recorded.
        attribute: The name of the attribute.
        value: The constant that it was set to.
        after: A line that ran before that, such as the one that caused a trace.
        place: A line that ran after it.
    """
    if place is None:
        return None
    around = _statements(context, place.file).at(place).function
    first = after.line if after is not None and after.file == place.file else 0
    setting = _setting(context, place.file, attribute, value)
    between = [line for line in setting if line[0].function == around and first < line[0].line < place.line]
    elsewhere = [line for line in setting if line[0].function != around]
    if between or elsewhere:
        return between[-1] if between else elsewhere[0] if len(elsewhere) == 1 else None
    others = context.files - {place.file}
    imported = [line for file in others for line in _setting(context, file, attribute, value)]
    return imported[0] if len(imported) == 1 else None


def _setting(
    context: DiagnosisContext, file: str, attribute: str, value: object
) -> list[tuple[Location, str]]:
    """Return the lines of a file that set an attribute to a value, each with its text."""
    return [
        (Location(file, number, statement.function), statement.line(number) or statement.source)
        for statement, number in _lines(context, file)
        if any(_sets(node, attribute, value) for node in _nodes(statement))
    ]


def lines_at(context: DiagnosisContext, place: Location | None) -> list[tuple[Location, str]]:
    """Return the lines of the statement at a place, as far as they are known; of a compound one, the head."""
    if place is None:
        return []
    statement = _statements(context, place.file).at(place)
    return [
        (Location(place.file, statement.first + at, statement.function), text)
        for at, text in enumerate(statement.lines)
    ]


def statement_at(context: DiagnosisContext, place: Location | None) -> Statement:
    """Return the statement at a line; one without a source if it cannot be read."""
    return Statement("", 0, 0) if place is None else _statements(context, place.file).at(place)


def compiled_again(context: DiagnosisContext, place: Location | None) -> str:
    """Write how the model that a line trains is compiled again, in the program's own words if possible."""
    if place is None:
        return _again("model")
    nodes = _nodes(_statements(context, place.file).at(place))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    receivers = [dotted(call.func).rpartition(".") for call in calls]
    model = next((name for name, _, method in receivers if method in _TRAINING), "") or "model"
    compiling = [
        statement.source
        for statement, number in _lines(context, place.file)
        if number < place.line and _is_call(statement, f"{model}.compile")
    ]
    return compiling[-1] if compiling else _again(model)


def kept_optimizer(compiling: str) -> str:
    """Return the name of the optimizer that a call of `compile` takes; nothing if it is a new one."""
    with suppress(SyntaxError):
        calls = [node for node in ast.walk(ast.parse(compiling)) if isinstance(node, ast.Call)]
        for call in calls:
            given = [word.value for word in call.keywords if word.arg == "optimizer"] or call.args[:1]
            if dotted(call.func).endswith(".compile") and given:
                return dotted(given[0])
    return ""


def receiver_at(place: Location | None, methods: tuple[str, ...]) -> str:
    """Return what a line calls one of some methods of: `model` of `model.predict(x)`."""
    calls = [node for node in nodes_at(place) if isinstance(node, ast.Call)]
    receivers = [dotted(call.func).rpartition(".") for call in calls]
    return next((name for name, _, method in receivers if method in methods), "")


def optimizer_with(context: DiagnosisContext, layer: LayerRef, argument: str) -> str:
    """Write the optimizer that a program compiles with, with one more argument."""
    for node in _compiling(context, layer):
        given = [each.value for each in node.keywords if each.arg == "optimizer"] + node.args[:1]
        if given and isinstance(given[0], ast.Call):
            made = ast.unparse(given[0])
            return f"optimizer={made[:-1]}{'' if made.endswith('()') else ', '}{argument})"
        if given and isinstance(given[0], ast.Constant) and isinstance(given[0].value, str):
            name = _OPTIMIZERS.get(given[0].value, given[0].value.capitalize())
            return f"optimizer=keras.optimizers.{name}({argument})"
    return f"optimizer=keras.optimizers.Adam({argument})"


def clipped_statement(place: Location | None) -> str:
    """Write the statement that compiles a model with an optimizer that clips gradients, if it is known."""
    nodes = list(nodes_at(place))
    statement = next((node for node in nodes if isinstance(node, ast.stmt)), None)
    compiling = [
        node for node in nodes if isinstance(node, ast.Call) and dotted(node.func).endswith(".compile")
    ]
    if statement is None or len(compiling) != 1:
        return ""
    given = [each.value for each in compiling[0].keywords if each.arg == "optimizer"] + compiling[0].args[:1]
    if given and isinstance(given[0], ast.Constant) and isinstance(given[0].value, str):
        name = _OPTIMIZERS.get(given[0].value.lower(), given[0].value.capitalize())
        return rewritten(place, statement, {given[0]: f"keras.optimizers.{name}(clipnorm=1.0)"})
    if given and isinstance(given[0], ast.Call):
        made = source_of(place, given[0])
        return rewritten(
            place, statement, {given[0]: f"{made[:-1]}{'' if made.endswith('()') else ', '}clipnorm=1.0)"}
        )
    return ""


def run_eagerly(context: DiagnosisContext, layer: LayerRef) -> str:
    """Write how the model around a layer runs as plain Python, in the program's own words if possible."""
    for node in _compiling(context, layer):
        made = ast.unparse(node)
        return f"{made[:-1]}{'' if made.endswith('()') else ', '}run_eagerly=True)"
    return "model.run_eagerly = True"


def _compiling(context: DiagnosisContext, layer: LayerRef) -> Iterator[ast.Call]:
    """Yield the calls of `compile`, those in the file that created a layer first."""
    own = {event.location.file for event in context.of(layer, "init") if event.location is not None}
    for file in sorted(context.files | own, key=lambda file: (file not in own, file)):
        tree = tree_of(file)
        for node in [] if tree is None else ast.walk(tree):
            name = dotted(node.func) if isinstance(node, ast.Call) else ""
            if (
                isinstance(node, ast.Call)
                and name.endswith(".compile")
                and not name.startswith(("super", "re."))
            ):
                yield node


_OPTIMIZERS = {"sgd": "SGD", "rmsprop": "RMSprop", "adamw": "AdamW"}
_TRAINING = ("fit", "train_on_batch", "evaluate", "test_on_batch", "predict", "predict_on_batch")


def _again(model: str) -> str:
    return f"{model}.compile(...)  # with the same arguments as before"


def _statements(context: DiagnosisContext, file: str) -> Statements:
    """Return the recorded statements, and those of a file that has not changed since the recording began."""
    recording = context.timeline.surroundings
    is_current = False
    with suppress(OSError):
        started_ns = recording.started_ns
        is_current = started_ns is not None and os.stat(file).st_mtime_ns <= started_ns
    return Statements(recording.statements, is_current=is_current)


def _lines(context: DiagnosisContext, file: str) -> Iterator[tuple[Statement, int]]:
    """Yield the statements of a file whose source is known, each with its first line, in order."""
    statements = _statements(context, file)
    seen: set[Statement] = set()
    with suppress(OSError):
        last = min(_last_line(context, file), _MOST_LINES)
        for number in range(1, last + 1):
            statement = statements.at(Location(file, number))
            if statement.source and statement not in seen:
                seen.add(statement)
                yield statement, statement.first


def _last_line(context: DiagnosisContext, file: str) -> int:
    """Return the last line of a file, or of its last recorded statement if it cannot be read."""
    recorded = [each.last for each in context.timeline.surroundings.statements if each.file == file]
    length = 0
    with suppress(OSError, UnicodeDecodeError), open(file, encoding="utf-8") as lines:
        length = sum(1 for _ in lines)
    return max([length, *recorded])


def _nodes(statement: Statement) -> Iterator[ast.AST]:
    """Yield the nodes of a statement: none for the head of a compound one, or if its text was cut."""
    with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
        yield from ast.walk(ast.parse(statement.source))


def _sets(node: ast.AST, attribute: str, value: object) -> bool:
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Constant):
        return False
    is_attribute = any(isinstance(each, ast.Attribute) and each.attr == attribute for each in node.targets)
    return is_attribute and node.value.value is value


def _is_call(statement: Statement, name: str) -> bool:
    """Return whether a statement is nothing but a call of this name."""
    calls = [node.value for node in _nodes(statement) if isinstance(node, ast.Expr)]
    return len(calls) == 1 and isinstance(calls[0], ast.Call) and dotted(calls[0].func) == name
