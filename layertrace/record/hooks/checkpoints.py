"""Record how much of each layer a checkpoint of TensorFlow restored."""

from __future__ import annotations

import itertools

from layertrace.record.describe import source_lines
from layertrace.record.describe.layer_contents import variables_inside
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.hooks.observer import Call, Observer, ignore
from layertrace.record.hooks.variables import number_of
from layertrace.record.hub import hub
from layertrace.record.layers import class_facts, register_layer
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded

__all__ = ["RESTORED"]

_order = itertools.count()


def _restored(call: Call, status: object, checkpoint: object) -> None:
    """Record what was restored of each layer that a checkpoint has in an attribute, or as its root.

    Read from `_checkpoint` of a `CheckpointLoadStatus`, and its `object_by_proto_id` and
    `object_graph_proto` (`checkpoint/checkpoint.py` of TensorFlow 2.16 to 2.21).
    """
    if not hub.observers:
        return
    with guarded("record what a checkpoint restored"):
        # `restore(latest_checkpoint(folder))` of a folder without a checkpoint
        if call.values and call.values[0] is None:
            _note(call, checkpoint, set(), (), "no file")
            return
        restore = safe.instance_dict(safe.instance_dict(status).get("_checkpoint"))
        matched, graph = restore.get("object_by_proto_id"), restore.get("object_graph_proto")
        if matched is None or graph is None or not len(graph.nodes):  # there was nothing to restore
            return
        restored = {id(trackable) for trackable in list(matched.values())}
        attributes = safe.instance_dict(checkpoint)
        saved = [child.local_name for child in graph.nodes[0].children]
        unmatched = tuple(name for name in saved if name not in attributes and name != "save_counter")
        _note(call, checkpoint, restored, unmatched, "")


def _note(call: Call, checkpoint: object, restored: set[int], unmatched: tuple[str, ...], role: str) -> None:
    place = source_lines.caller(call.method, call.caller)
    for name, layer in list(safe.instance_dict(checkpoint).items()):
        # TensorFlow keeps the root in `root`, and in a private attribute, too.
        if type(name) is not str or name.startswith("_") or class_facts(type(layer)) is None:
            continue
        variables = variables_inside(layer)
        add_observation(
            PendingObservation(
                "restored",
                (next(_order),),
                layer=register_layer(layer),
                name="" if name == "root" else name,
                now=sum(_is_among(variable, restored) for variable in variables),
                variables=tuple(map(number_of, variables)),
                paths=unmatched,
                role=role,
                place=place,
            )
        )


def _is_among(variable: object, restored: set[int]) -> bool:
    """Return whether a variable was restored: of Keras 3, the variable of TensorFlow inside it."""
    return id(variable) in restored or id(safe.instance_dict(variable).get("_value")) in restored


RESTORED = Observer(begin=lambda call: call, end=_restored, fail=ignore)
"""Observes `read` of a `tf.train.Checkpoint`, which its `restore` calls."""
