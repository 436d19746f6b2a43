"""Count parameters as Keras does: those of layers, trainable or not, with their size in memory."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from layertrace.timeline import Timeline
from layertrace.timeline.event import Event, VariableSpec

__all__ = ["Parameters", "Size", "memory"]


@dataclass(slots=True)
class Size:
    """The number of variables, of their elements, and of the bytes of these."""

    variables: int = 0
    parameters: int = 0
    bytes: int = 0

    def add(self, variable: VariableSpec) -> None:
        """Count one variable."""
        self.variables += 1
        self.parameters += variable.parameters
        self.bytes += variable.parameters * _bytes_of_one(variable.dtype)

    def merge(self, other: Size) -> None:
        """Add another size."""
        self.variables += other.variables
        self.parameters += other.parameters
        self.bytes += other.bytes


class Parameters:
    """The parameters of each layer, as `count_params()` of Keras counts them.

    States of optimizers, metrics and random generators are not parameters. A variable is not trainable if it
    was created so, or if its layer was frozen in the end. Keras 3 does not track a raw `tf.Variable`.

    Args:
        timeline: The events.
        left_out: The numbers of events that are plumbing, so that their variables are not parameters.
    """

    def __init__(self, timeline: Timeline, left_out: Collection[object]) -> None:
        self.trainable: dict[int, Size] = {}
        self.frozen: dict[int, Size] = {}
        self.untracked = Size()
        self._states = timeline.surroundings.states
        for event in timeline:
            if event.kind == "variable" and event.seq not in left_out and event.error is None:
                self._add(event)

    def _add(self, event: Event) -> None:
        variable, layer = event.variable, event.layer
        if variable is None or layer is None:
            return
        if variable.source == "tf" and layer.framework == "keras":
            self.untracked.add(variable)
            return
        state = self._states.get(layer.id)
        is_frozen = variable.trainable is False or (state is not None and state.trainable is False)
        sizes = self.frozen if is_frozen else self.trainable
        sizes.setdefault(layer.id, Size()).add(variable)

    def of(self, layers: Iterable[int]) -> tuple[Size, Size]:
        """Return the size of the trainable and of the other variables of layers, each layer counted once."""
        trainable, frozen = Size(), Size()
        for number in frozenset(layers):
            for sizes, total in ((self.trainable, trainable), (self.frozen, frozen)):
                if number in sizes:
                    total.merge(sizes[number])
        return trainable, frozen

    def all_layers(self) -> tuple[Size, Size]:
        """Return the sizes of all layers together."""
        return self.of({*self.trainable, *self.frozen})

    def lines(self) -> Iterator[str]:
        """Yield the number of parameters and their memory, trainable and not, as in a summary of Keras."""
        trainable, frozen = self.all_layers()
        total = Size()
        total.merge(trainable)
        total.merge(frozen)
        rows = [("trainable", trainable), ("not trainable", frozen), ("together", total)]
        rows += [("in tf.Variables", self.untracked)] * bool(self.untracked.variables)
        names = max(len(name) for name, _ in rows)
        numbers = max(len(f"{size.parameters:,}") for _, size in rows)
        for name, size in rows:
            remark = "  that Keras does not track" if size is self.untracked else ""
            what = f"{name:<{names}}  {size.parameters:>{numbers},} parameters"
            yield f"{what}  {memory(size.bytes):>9}{remark}"


def _bytes_of_one(dtype: str) -> int:
    """Return the bytes of one element: 4 for `float32`, 1 for `bool` and `float8_e4m3fn`."""
    bits = re.search(r"\d+", dtype)
    return max(int(bits[0]) // 8, 1) if bits is not None else 1


def memory(size: int) -> str:
    """Return a number of bytes as Keras writes it in a summary.

    Example:
        >>> memory(5000)
        '4.88 KB'
    """
    units = ("B", "KB", "MB", "GB", "TB")
    power = min(max(size.bit_length() - 1, 0) // 10, len(units) - 1)
    return f"{size / 1024**power:.2f} {units[power]}"
