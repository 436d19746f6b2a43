"""LT406: A recurrent cell is called by hand and keeps the dropout mask of an earlier call."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import dotted, nodes_at, tree_of
from layertrace.timeline.event import Event, LayerRef

_MASKS = ("dropout", "recurrent_dropout")


@rule("LT406", "dropout-mask-kept", "warning", links.RETURN_VALUES)
def dropout_mask_kept(context: DiagnosisContext) -> Iterator[Violation]:
    """A recurrent cell is called by hand and keeps the dropout mask of an earlier call.

    ## Why is this bad?

    A cell of Keras creates its dropout mask in the first step of a sequence and keeps it for the next ones.
    `keras.layers.RNN` makes the cell forget it after each sequence. Without that, all batches get the same
    mask, and a mask that was created in one graph is out of scope in the next.

    ## Example

    ```python
    def call(self, x, training=False):
        for word in tf.unstack(x, axis=1):
            h, state = self.cell(word, state, training=training)
    ```

    ## Use instead

    ```python
    def call(self, x, training=False):
        self.cell.reset_dropout_mask()
        self.cell.reset_recurrent_dropout_mask()
        for word in tf.unstack(x, axis=1):
            h, state = self.cell(word, state, training=training)
    ```

    ## Known limits

    - Only cells of Keras 3 that were created with `dropout` or `recurrent_dropout` during the recording.
    - A file that calls `reset_dropout_mask` anywhere is taken to be right.
    """
    for layer in context.layers:
        if not layer.class_name.endswith("Cell") or is_user_defined(layer) or layer.framework != "keras":
            continue
        init = context.init_of(layer)
        kept = [name for name in _MASKS if init is not None and init.arguments.get(name)]
        calls = [call for call in context.of(layer, "call") if _is_by_hand(context, call)]
        if not kept or not calls or _resets(calls[0]):
            continue
        failed = next((call for call in reversed(calls) if _is_leaked(context, layer, call)), None)
        training = [call for call in calls if call.training is True and call.mode == "eager"]
        sequences = {_sequence(context, call) for call in training} if failed is None else {failed.parent}
        if failed is None and len(sequences) < 2:
            continue
        first, last = calls[0], failed or training[-1]
        cell = _receiver(last) or context.name_in(context.enclosing_layer(last), layer)
        yield Violation(
            message="{layer} keeps its dropout mask from one sequence to the next: "
            + (
                "the mask was created in another graph, where it is out of scope here."
                if failed is not None
                else f"the same mask is used for {len(sequences)} sequences."
                if training[0].parent is not None
                else "the same mask is used before and after an update."
            ),
            layer=layer,
            location=last.location,
            evidence=(
                Evidence(f"{kept[0]}={init.arguments[kept[0]]}" if init else kept[0], seqs(init, first)),
                Evidence("the mask is used again", seqs(last), last.location),
            ),
            fix="\n".join(f"{cell}.reset_{name}_mask()" for name in _MASKS)
            + "\n# before the first step of each sequence; or keras.layers.RNN(cell) for the loop",
            fix_place="elsewhere",
            severity="error" if failed is not None else None,
        )


def _sequence(context: DiagnosisContext, call: Event) -> object:
    """Return what is the same for all steps of a sequence: the call around them, or the update after them."""
    if call.parent is not None:
        return call.parent
    updates = (update.start_ns for update in context.observations("update") if update.during is None)
    return "update", sum(start < call.start_ns for start in updates)


def _is_leaked(context: DiagnosisContext, layer: LayerRef, call: Event) -> bool:
    """Return whether a tensor was out of scope in a call, or later, and the tensor is a mask of the layer."""
    if call.error is not None and "out of scope" in call.error.message:
        return True
    errors = [event.error for event in context.errors]
    errors += [] if context.failure is None else [context.failure.error]
    messages = [error.message for error in errors if error is not None]
    return any("out of scope" in text and layer.name in text and "dropout" in text for text in messages)


def _is_by_hand(context: DiagnosisContext, call: Event) -> bool:
    """Return whether a cell is called by the user's code, and not by a layer of Keras such as RNN."""
    outer: LayerRef | None = context.enclosing_layer(call)
    return outer is None or is_user_defined(outer)


def _resets(call: Event) -> bool:
    """Return whether the file that calls a cell resets dropout masks."""
    tree = None if call.location is None else tree_of(call.location.file)
    nodes = [] if tree is None else ast.walk(tree)
    return any(isinstance(node, ast.Attribute) and node.attr.startswith("reset_dropout") for node in nodes)


def _receiver(call: Event) -> str:
    """Return what a line calls: `self.cell`."""
    name = call.layer.name if call.layer is not None else ""
    calls = [dotted(node.func) for node in nodes_at(call.location) if isinstance(node, ast.Call)]
    named = [each for each in calls if each.rpartition(".")[2] == name]
    return next(iter(named or [each for each in calls if "cell" in each]), "")
