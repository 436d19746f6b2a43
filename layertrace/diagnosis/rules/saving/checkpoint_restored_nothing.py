"""LT621: A checkpoint was read, and nothing of a model was restored from it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.assigned_weights import may_be_assigned
from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.method_edits import is_alone
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rewriting import rewritten, source_of
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.rules.saving._shared import are_set_later
from layertrace.diagnosis.user_source import dotted, nodes_at, tree_of
from layertrace.timeline.context import Observation
from layertrace.timeline.event import Location


@rule("LT621", "checkpoint-restored-nothing", "error", links.CHECKPOINT)
def checkpoint_restored_nothing(context: DiagnosisContext) -> Iterator[Violation]:
    """A checkpoint was read, and nothing of a model was restored from it.

    ## Why is this bad?

    `tf.train.Checkpoint` matches what it saved by the names of its keywords and attributes. A model under
    another name is skipped: `restore` returns as if all was well, and `expect_partial()` silences the
    warning at the end. The model keeps its new weights.

    ## Example

    ```python
    tf.train.Checkpoint(model=model).write(path)
    tf.train.Checkpoint(net=model).read(path).expect_partial()
    ```

    ## Use instead

    ```python
    tf.train.Checkpoint(model=model).read(path).assert_existing_objects_matched()
    ```

    ## Known limits

    - Only variables that existed when the checkpoint was read are counted.
    - Reported only if the file has a name that the object which reads it lacks.
    - Not reported if the weights of the model are set or restored afterwards.
    - `restore(None)`, which is what a folder without a checkpoint leads to, is reported if the model is used
      afterwards, and neither trained, nor given weights in the whole recording, nor made from a config, as
      by `load_model`. Not reported in programs that assign computed values to what may be its weights.
    """
    yield from _without_file(context)
    for layer, restored in context.layer_observations("restored"):
        if restored.role or restored.now != 0 or not restored.variables or not _names(restored):
            continue
        # A program may try one file after the other: tests/cases/clean/checkpoints_restored.py
        if are_set_later(context, layer, restored):
            continue
        place = _creation(restored) or restored.location
        model = _given(restored) or layer.name
        under = f"under the name {restored.name!r}" if restored.name else "as its root"
        names = " and ".join(repr(name) for name in _names(restored)[:3])
        uses = [call for call in context.of(layer, "call") if call.start_ns > restored.start_ns]
        yield Violation(
            message=f"0 of the {len(restored.variables)} weights of {{layer}} were restored: the program "
            f"passes it {under}, but the checkpoint has {names}.",
            layer=layer,
            location=place,
            evidence=(
                Evidence("restored nothing here", (), restored.location),
                *([Evidence("used after that", seqs(uses[0]), uses[0].location)] if uses else []),
            ),
            fix=_fix(context, restored, model),
            fix_place="in place" if _creation(restored) else "elsewhere",
        )


def _without_file(context: DiagnosisContext) -> Iterator[Violation]:
    """Yield the models that were to be restored from a path that is None, and run with new weights."""
    for layer, restored in context.layer_observations("restored"):
        state = context.state(layer)
        uses = [call for call in context.of(layer, "call") if call.start_ns > restored.start_ns]
        used = next((call for call in uses if call.mode != "symbolic"), None)
        if restored.role != "no file" or used is None or state is None or not state.variables:
            continue
        # A program that resumes if it can, and else begins: tests/cases/clean/checkpoints_restored.py
        known = context.updated | _given_weights(context)
        if not known.isdisjoint(state.variables) or 0 in state.variables:
            continue
        if are_set_later(context, layer, restored):
            continue
        # They may be set by a handwritten descent: tests/cases/clean/weights_by_a_descent_of_its_own.py
        if may_be_assigned(context, state):
            continue
        fix = _checked(restored.location)
        yield Violation(
            message="{layer} was to be restored from a checkpoint, but the path is None, which restores "
            "nothing: it runs with its new weights.",
            layer=layer,
            location=restored.location,
            evidence=(Evidence("used after that", seqs(used), used.location),),
            fix=fix or "# check that the path is not None: the folder has no checkpoint",
            fix_place="in place" if fix else "elsewhere",
        )


def _given_weights(context: DiagnosisContext) -> set[int]:
    """Return the variables of layers that were given weights, or made from a config, as loading does."""
    layers = [layer for layer, _ in context.layer_observations("weights set")]
    inits = [event for event in context.events("init") if "from config" in event.flags]
    states = map(context.state, [*layers, *(event.layer for event in inits)])
    return {number for state in states if state is not None for number in state.variables}


def _checked(place: Location | None) -> str:
    """Write a statement that restores a path, and one before it that ends the program if that is None."""
    statement = next((node for node in nodes_at(place) if isinstance(node, ast.stmt)), None)
    calls = [node for node in nodes_at(place) if isinstance(node, ast.Call)]
    restoring = [call for call in calls if dotted(call.func).rpartition(".")[2] in ("restore", "read")]
    if statement is None or len(restoring) != 1 or len(restoring[0].args) != 1:
        return ""
    if not is_alone(place):
        return ""
    given = restoring[0].args[0]
    message = ""
    if isinstance(given, ast.Call) and given.args and dotted(given.func).endswith("latest_checkpoint"):
        folder = dotted(given.args[0])  # a string inside of an f-string needs Python 3.12
        message = f', f"no checkpoint in {{{folder}}}"' if folder else ""
    lines = [
        f"path = {source_of(place, given)}",
        f"assert path is not None{message}",
        rewritten(place, statement, {given: "path"}),
    ]
    return "\n".join(lines)


def _names(restored: Observation) -> list[str]:
    """Return the names of a checkpoint that may be those of a model."""
    return [name for name in restored.paths if name not in _NO_MODELS]


_NO_MODELS = ("optimizer", "optim", "opt", "step", "epoch", "global_step", "iterator", "save_counter")


def _calls(restored: Observation) -> list[ast.Call]:
    """Return the calls of `Checkpoint` before a restore that give it the layer, in order."""
    place = restored.location
    tree = None if place is None else tree_of(place.file)
    calls = [node for node in ([] if tree is None else ast.walk(tree)) if isinstance(node, ast.Call)]
    giving = [call for call in calls if _is_given(call, restored.name)]
    earlier = [call for call in giving if place is not None and call.lineno <= place.line]
    return sorted(earlier, key=lambda call: call.lineno)


def _is_given(call: ast.Call, name: str) -> bool:
    """Return whether a call creates a checkpoint with an object under a name, or with a root."""
    keywords = [keyword.arg for keyword in call.keywords]
    is_creation = dotted(call.func).rpartition(".")[2] == "Checkpoint"
    return is_creation and (name in keywords if name else bool(call.args) or "root" in keywords)


def _creation(restored: Observation) -> Location | None:
    """Return the line that created the object that was restored."""
    calls, place = _calls(restored), restored.location
    return Location(place.file, calls[-1].lineno, place.function) if calls and place is not None else None


def _given(restored: Observation) -> str:
    """Return what the program passes to `Checkpoint` under the name of a layer."""
    for call in reversed(_calls(restored)):
        values = [keyword.value for keyword in call.keywords if keyword.arg == (restored.name or "root")]
        return ast.unparse((values or call.args)[0])
    return ""


def _fix(context: DiagnosisContext, restored: Observation, model: str) -> str:
    names = _names(restored)
    is_root = any(name.startswith(("_", "layer_with_weights")) for name in names)
    new = f"tf.train.Checkpoint({model})" if is_root else f"tf.train.Checkpoint({names[0]}={model})"
    source = statement_at(context, _creation(restored)).source.strip()
    calls = [ast.unparse(call) for call in _calls(restored)[-1:] if len(call.keywords) + len(call.args) == 1]
    return next((source.replace(call, new) for call in calls if call in source), new)
