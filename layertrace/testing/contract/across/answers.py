"""What one layer does on one backend, as data that another process can read."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from layertrace.errors import ExpectationError
from layertrace.testing.contract.backends.loading import require_backend
from layertrace.testing.contract.checks.training.gradients import gradients_of
from layertrace.testing.contract.frameworks import framework_of
from layertrace.testing.contract.inputs import inputs_of
from layertrace.testing.contract.masks import inputs_with_mask, masks_of
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import method_line
from layertrace.testing.contract.randomness import draws_numbers
from layertrace.testing.contract.running import TimeIsUp, quiet, within
from layertrace.testing.contract.subject import Subject
from layertrace.testing.contract.values import difference, perturb
from layertrace.testing.contract.weight_names import names_of_weights
from layertrace.timeline import Timeline
from layertrace.timeline.event import Event, Location
from layertrace.timeline.query import qualified_name

__all__ = ["Answers", "answers_of", "read", "write"]

_MOST_NAMES = 2
_DATA, _ARRAYS = "answers.json", "answers.npz"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a layer does on a backend.

    Attributes:
        backend: The name of the backend.
        absent: Why nothing could be asked; empty if the layer was created and called.
        is_failure: Whether that is a fault of the layer, and not that the backend is missing.
        layer: The name of its class.
        inputs: What it was called with.
        line: The file and the number of the line of its `call`.
        lives: What happened to each layer, in order: the class, and the kinds of its events.
        weights: Names, dtypes and shapes of its weights.
        untried: Why a question has no answer, by its name.
        failures: What the layer raises for a question, by its name.
        arrays: The arrays that answer a question, by its name; `weights` are those that it had.
        has_64_bits: Whether the backend has integers and floats of 64 bits.
    """

    backend: str
    absent: str = ""
    is_failure: bool = False
    layer: str = ""
    inputs: str = ""
    line: tuple[str, int] | None = None
    lives: Sequence[tuple[str, Sequence[str]]] = ()
    weights: Sequence[str] = ()
    untried: Mapping[str, str] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    arrays: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    has_64_bits: bool = True

    @property
    def location(self) -> Location | None:
        """The line of the `call` of the layer."""
        return None if self.line is None else Location(*self.line, "call")


def answers_of(
    layer: object,
    inputs: tuple[object, ...],
    call: Mapping[str, object],
    weights: Sequence[Any] | None,
    seconds: float,
) -> Answers:
    """Create a layer, call it, and return what it does.

    Args:
        layer: A function that creates it, or a layer.
        inputs: What to call it with.
        call: The other arguments of its call.
        weights: The values of its weights; None for its own, each changed a little.
        seconds: The time that creating and calling it may take.

    Raises:
        ExpectationError: If the layer cannot be created or called.
    """
    require_backend()
    try:
        with within(seconds), quiet():
            try:
                subject = Subject(layer, inputs_of(inputs), call)
            except ExpectationError as error:
                raise ExpectationError(_of_torch_alone(layer) or str(error)) from error
            return _Questions(subject, weights).answers()
    except TimeIsUp:
        raise ExpectationError(f"creating and calling the layer does not end within {seconds:g} s") from None
    except Broken as broken:
        raise ExpectationError(broken.message) from broken


def _of_torch_alone(layer: object) -> str:
    """Return why a layer that holds modules of torch cannot be called elsewhere; empty for any other."""
    torch = sys.modules.get("torch")
    if torch is None:
        return ""
    try:
        created = layer() if callable(layer) and framework_of(layer) is None else layer
    except Exception:  # of the program; the reason is the first error
        return ""
    framework = framework_of(created)
    if framework is None or framework.backend.name == "torch":
        return ""
    own = framework.backend.attributes(created).items()
    held = [name for name, value in own if any(isinstance(each, torch.nn.Module) for each in _items(value))]
    if not held:
        return ""
    names = " and ".join(f"self.{name}" for name in held[:_MOST_NAMES])
    return f"{type(created).__name__} holds a torch.nn.Module in {names}, which runs on torch alone"


def _items(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list | tuple) else [value]


class _Questions:
    """The questions to a layer; each is asked of one instance that has the given weights."""

    def __init__(self, subject: Subject, weights: Sequence[Any] | None) -> None:
        self._subject = subject
        self._layer = subject.built()
        if weights is None:
            perturb(self._layer)
        elif [array.shape for array in weights] == [array.shape for array in self._layer.get_weights()]:
            self._layer.set_weights(list(weights))
        self._weights = self._layer.get_weights()
        self._arrays: dict[str, list[Any]] = {"weights": self._weights}
        self._untried: dict[str, str] = {}
        self._failures: dict[str, str] = {}

    def answers(self) -> Answers:
        """Return the answers to all questions."""
        subject = self._subject
        for name, ask in (
            ("outputs", self._inference),
            ("masks", self._masks),
            ("training", self._training),
            ("gradients", self._gradients),
        ):
            self._layer.set_weights(self._weights)
            try:
                ask()
            except Broken as broken:
                self._failures[name] = broken.message
            except NotApplicable as reason:
                self._untried[name] = str(reason)
        line = method_line(self._layer, "call")
        names = names_of_weights(self._layer)
        kinds = [array.dtype.name for array in self._weights]
        return Answers(
            backend=subject.backend.name,
            layer=subject.class_name,
            inputs=str(subject.inputs),
            line=None if line is None else (line.file, line.line),
            lives=_lives(subject),
            weights=[name.replace(" [", f" {kind}[", 1) for name, kind in zip(names, kinds, strict=True)],
            untried=self._untried,
            failures=self._failures,
            arrays=self._arrays,
            has_64_bits=subject.backend.has_64_bits,
        )

    def _inference(self) -> None:
        first = self._called(training=False)
        self._arrays["outputs"] = first
        if self._draws(training=False) or self._varies(first, training=False):
            self._untried["values"] = "it draws random numbers in inference"

    def _masks(self) -> None:
        """Keep the masks of the outputs, with a mask on every input that can have one."""
        subject = self._subject
        if "mask-passed-on" in subject.backend.untried:
            raise NotApplicable(subject.backend.untried["mask-passed-on"])
        try:
            tensors = inputs_with_mask(subject).tensors
        except NotApplicable:
            tensors = subject.tensors()  # an Embedding makes a mask of its own
            outputs = subject.call_with(self._layer, tensors, training=False)
            if not any(map(len, masks_of(subject, outputs))):
                raise
        with subject.doing("calling it with a mask"):
            outputs = subject.call_with(self._layer, tensors, training=False)
        self._arrays["masks"] = masks_of(subject, outputs)
        self._arrays["masked"] = subject.arrays(outputs)
        if "values" in self._untried:
            self._untried["masked"] = self._untried["values"]

    def _training(self) -> None:
        if self._draws(training=True):
            raise NotApplicable("it draws random numbers in training")
        self._layer.set_weights(self._weights)
        first = self._called(training=True)
        state = self._layer.get_weights()
        if self._varies(first, training=True):
            raise NotApplicable("it draws random numbers in training")
        self._arrays["training"] = first
        self._arrays["state"] = state

    def _gradients(self) -> None:
        subject, layer = self._subject, self._layer
        if "gradients" in subject.backend.untried:
            raise NotApplicable(subject.backend.untried["gradients"])
        if "training" in self._untried:
            raise NotApplicable(self._untried["training"])
        weights = list(layer.trainable_variables)
        if not weights:
            raise NotApplicable("it has no trainable weights")
        zeros = (subject.backend.array(weight) * 0 for weight in weights)
        grads = gradients_of(subject, layer)
        # JAX returns zeros for a weight that no output depends on, the others return nothing.
        pairs = zip(grads, zeros, strict=True)
        self._arrays["gradients"] = [zero if gradient is None else gradient for gradient, zero in pairs]

    def _draws(self, *, training: bool) -> bool:
        """Return whether a call draws random numbers, which also an operation with a number as seed does."""
        try:
            return draws_numbers(self._subject, self._layer, training)
        except Broken:  # it cannot be traced
            return False

    def _called(self, *, training: bool) -> list[Any]:
        with self._subject.doing(f"calling it with training={training}"):
            return self._subject.arrays(self._subject.call(self._layer, training=training))

    def _varies(self, first: list[Any], *, training: bool) -> bool:
        self._layer.set_weights(self._weights)
        return bool(difference(first, self._called(training=training)))


def _lives(subject: Subject) -> list[tuple[str, list[str]]]:
    """Return what happens to the layer and those inside in two calls in inference."""
    with subject.watch() as timeline:
        layer = subject.fresh()
        for _ in range(2):
            with subject.doing("calling it"):
                subject.call(layer, training=False)
    return _lives_in(timeline, subject.framework.keras.layers)


def _lives_in(timeline: Timeline, layers: Any) -> list[tuple[str, list[str]]]:
    """Return the kinds of the events of each layer in order, without calls that depend on the backend.

    The calls in which Keras infers shapes are more on torch and NumPy, where it infers each shape twice. The
    cell of an `LSTM` or `GRU` is not called where the backend has an operation for the whole sequence, as
    torch has for `LSTM` (Keras 3.15). Calls in a row of a layer inside count once: JAX traces the body of a
    loop, such as that of `RNN`, where torch runs it for each step.
    """
    cells = {qualified_name(cls) for cls in (layers.LSTMCell, layers.GRUCell)}
    whole_sequences = {qualified_name(cls) for cls in (layers.LSTM, layers.GRU)}
    fused = {event.seq for event in timeline if _is_of(event, whole_sequences)}
    lives: dict[int, tuple[str, list[str]]] = {}
    for event in timeline:
        is_seed = event.variable is not None and event.variable.role is not None
        if event.layer is None or is_seed or (event.kind == "call" and event.mode == "symbolic"):
            continue
        if event.kind == "call" and event.parent in fused and _is_of(event, cells):
            continue
        if event.kind in ("init", "build", "variable", "call"):
            name = "" if event.variable is None else f" {event.variable.name}"
            kinds = lives.setdefault(event.layer.id, (event.layer.class_name, []))[1]
            if event.kind != "call" or event.parent is None or kinds[-1:] != ["call"]:
                kinds.append(f"{event.kind}{name}")
    return list(lives.values())


def _is_of(event: Event, classes: set[str]) -> bool:
    """Return whether an event is of a layer of one of these classes, or of one derived from it."""
    return event.layer is not None and not classes.isdisjoint(event.layer.bases)


def write(answers: Answers, folder: Path) -> None:
    """Write answers into a folder."""
    import numpy as np

    arrays, dtypes = {}, {}
    for question, values in answers.arrays.items():
        for number, array in enumerate(values):
            key = f"{question}-{number}"
            dtypes[key] = array.dtype.name
            is_unknown = array.dtype.kind in "V"  # bfloat16, which a file of NumPy does not name
            stored = "float32" if is_unknown else str if array.dtype.kind == "O" else array.dtype
            arrays[key] = array.astype(stored)
    np.savez(folder / _ARRAYS, **arrays)
    counts = {question: len(values) for question, values in answers.arrays.items()}
    data = {**asdict(replace(answers, arrays={})), "arrays": counts, "dtypes": dtypes}
    (folder / _DATA).write_text(json.dumps(data))


def read(folder: Path) -> Answers | None:
    """Read answers from a folder; None if there are none."""
    import numpy as np

    file = folder / _DATA
    if not file.exists():
        return None
    data = json.loads(file.read_text())
    dtypes = data.pop("dtypes")
    with np.load(folder / _ARRAYS) as arrays:
        values = {
            question: [
                _in_dtype(arrays[key], dtypes[key]) for key in (f"{question}-{n}" for n in range(count))
            ]
            for question, count in data["arrays"].items()
        }
    line = data["line"] and tuple(data["line"])
    return Answers(**{**data, "arrays": values, "line": line})


def _in_dtype(array: Any, dtype: str) -> Any:
    if dtype == "bfloat16":
        return array.astype(importlib.import_module("ml_dtypes").bfloat16)
    return array
