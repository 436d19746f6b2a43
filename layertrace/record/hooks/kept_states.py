"""Notice when a stateful RNN meets the same data again, with the state that an earlier run has left."""

from __future__ import annotations

import hashlib
import weakref
from collections.abc import Iterable, Iterator
from typing import Any

from layertrace.record.describe.layer_contents import layers_inside
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.values import array_of
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.observer import AnyObserver, Call, watching
from layertrace.record.hub import hub
from layertrace.record.layers import register_layer
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.record.spans import CodePosition
from layertrace.timeline.registry import Register

__all__ = ["RESETS", "has_state", "note_end", "note_pass", "resets_of", "stateful_inside"]

_MOST = 4096  # runs that are remembered since the last reset
_BYTES = 1_000_000  # of an array that are compared
_FEW = 5  # time steps: what is shorter may be repeated in one series

Runs = dict[bytes, CodePosition | None]
"""The lines that ran a layer since its last reset, by the data that it was given."""

_runs: Register[Runs] = Register()
_stateful: Register[list[weakref.ref[Any]]] = Register()
"""The stateful RNNs of each model."""
_resets: Register[list[int]] = Register()
"""How often the state of each layer was reset."""
_fitting: Register[list[bool]] = Register()


def has_state(model: object) -> bool:
    """Return whether there is a stateful RNN inside a model."""
    return any(True for _ in stateful_inside(model))


def note_pass(model: object, data: object, method: str, place: CodePosition | None) -> None:
    """Remember what the stateful RNNs of a model are given, and record that they meet the same data again.

    What a `fit` is given is only remembered: its own epochs, too, begin with the state of those before.

    Args:
        model: The model.
        data: What it is given.
        method: The method: `fit`, `predict`.
        place: The line.
    """
    layers = list(stateful_inside(model))
    running = _fitting.get(model)
    if not layers or (running is not None and running[0]):
        return
    if method == "fit":
        _fitting.add(model, [True])[0] = True
    content = _content(data)
    for layer in layers if content is not None else ():
        runs = _runs.get(layer)
        if runs is None:
            runs = _runs.add(layer, {})
        if content in runs and method not in ("fit", "train_on_batch"):
            add_observation(
                PendingObservation(
                    "state kept",
                    (id(layer), place),
                    layer=register_layer(layer),
                    name=method,
                    place=place,
                    defined=runs[content],
                )
            )
        if len(runs) < _MOST and content is not None:
            runs[content] = place


def note_end(model: object) -> None:
    """Note that the `fit` of a model has ended: what it evaluates meanwhile is a part of it."""
    running = _fitting.get(model)
    if running is not None:
        running[0] = False


def stateful_inside(model: object) -> Iterator[Any]:
    """Yield the stateful RNNs inside a model, which are looked up once."""
    known = _stateful.get(model)
    if known is None:
        layers = [layer for layer in layers_inside(model) if _is_stateful(layer)]
        known = _stateful.add(model, [weakref.ref(layer) for layer in layers])
    yield from (layer for reference in known if (layer := reference()) is not None)


def _is_stateful(layer: object) -> bool:
    """Return whether a layer is an RNN with `stateful=True`, or a wrapper of one.

    `Bidirectional` has the attribute as well, but its two layers have the states.
    """
    is_rnn = any(base.__name__ in ("RNN", "ConvRNN") for base in safe.mro(type(layer)))
    return is_rnn and safe.truth(safe.framework_attribute(layer, "stateful", below=True)) is True


def _content(data: object) -> bytes | None:
    """Return a digest of a series of some length; None for what is not compared.

    A dataset is compared by its identity. A short series, or one of equal values, may come twice in one.
    """
    if Loaded.tf is not None and safe.is_a(data, Loaded.tf.data.Dataset):
        return str(id(data)).encode()
    array = array_of(data)
    if array is None:
        return None
    if array.ndim < 2 or array.shape[1] < _FEW or array.dtype.kind not in "fiu" or array.nbytes > _BYTES:
        return None
    if (array == array.flat[0]).all():
        return None
    described = f"{array.shape} {array.dtype}".encode()
    return hashlib.blake2s(described + array.tobytes(), digest_size=16).digest()


def _reset(call: Call) -> None:
    """Forget what a layer was given before its state was reset; its `build` in tf_keras resets it, too."""
    if hub.observers and (call.caller is None or call.caller.f_code.co_name != "build"):
        with guarded("record a reset"):
            runs = _runs.get(call.subject)
            if runs is not None:
                runs.clear()
            count = _resets.get(call.subject)
            if count is None:
                _resets.add(call.subject, [1])
            else:
                count[0] += 1


def resets_of(layers: Iterable[object]) -> int:
    """Return how often the program has reset the states of some layers."""
    counts = (_resets.get(layer) for layer in layers)
    return sum(count[0] for count in counts if count is not None)


RESETS: AnyObserver = watching(_reset)
"""Observes `reset_state` of an RNN; `reset_states` in tf_keras."""
