"""Make long recordings without running a program."""

from __future__ import annotations

from typing import Any

from layertrace.timeline import Event, LayerRef, Location, TensorSpec, Timeline, VariableSpec

__all__ = ["distinct", "nested", "steps", "varied"]


def steps(number: int) -> Timeline:
    """Return a recording of training steps that differ: twenty layers that are called again and again."""
    layers = [_layer(i) for i in range(20)]
    made: list[Event] = []
    while len(made) < number:
        step = len(made)
        shape = TensorSpec("float32", (32 + step % 7, 64))
        made.append(_event(step, layers[0], None, shape, width=len(layers)))
        made += [_event(step + i, layer, step, shape) for i, layer in enumerate(layers[1:], start=1)]
    return Timeline(made[:number])


def nested(number: int) -> Timeline:
    """Return a recording of training steps that repeat: a model of three blocks of three layers each."""
    shape = TensorSpec("float32", (32, 64))
    parents = [None, *(parent for block in (1, 5, 9) for parent in (0, block, block, block))]
    layers = [_layer(i) for i in range(len(parents))]
    return Timeline(
        _event(seq, layers[at], None if (inside := parents[at]) is None else seq - at + inside, shape,
               width=(len(parents) if at == 0 else 4 if inside == 0 else 1), training=True,
               depth=(0 if at == 0 else 1 if inside == 0 else 2))
        for seq in range(number // len(parents) * len(parents)) for at in [seq % len(parents)]
    )  # fmt: skip


def varied(number: int) -> Timeline:
    """Return a recording of a thousand layers without two equal calls: each has a shape of its own."""
    layers = [_layer(i) for i in range(1000)]
    return Timeline(
        _event(seq, layers[seq % 1000], None, TensorSpec("float32", (seq + 1, 64))) for seq in range(number)
    )


def distinct(number: int) -> Timeline:
    """Return a recording without two equal events: a model of many layers, each with a variable."""
    made: list[Event] = []
    for i in range(number // 2):
        layer = _layer(i)
        built = _event(2 * i, layer, None, TensorSpec("float32", (i, 4)), kind="build")
        kernel = VariableSpec(id=i + 1, name=f"kernel_{i}", path=f"{layer.path}/kernel_{i}", dtype="float32",
                              shape=(i, 4), trainable=True, initializer="GlorotUniform")  # fmt: skip
        made += [built, _event(2 * i + 1, layer, 2 * i, None, kind="variable", variable=kernel)]
    return Timeline(made)


def _layer(number: int) -> LayerRef:
    name = f"dense_{number}"
    return LayerRef(id=number + 1, class_name="Dense", name=name, path=f"model/block_{number % 40}/{name}")


def _event(
    seq: int, layer: LayerRef, parent: int | None, shape: TensorSpec | None, width: int = 1, **fields: Any
) -> Event:
    usual = {"kind": "call", "inputs": shape, "outputs": shape, "depth": parent is not None}
    length = 50_000 * width
    return Event(
        seq=seq, layer=layer, parent=parent, start_ns=seq * 50_000,
        duration_ns=None if fields.get("kind") == "variable" else length,
        location=Location("/a/train.py", 40), **(usual | fields),
    )  # fmt: skip
