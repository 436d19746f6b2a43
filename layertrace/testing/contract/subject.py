"""The layer under test: created again and again, and called with its inputs."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import layertrace
from layertrace.errors import ExpectationError
from layertrace.testing.contract.backends.backend import Backend
from layertrace.testing.contract.frameworks import Framework, framework_of
from layertrace.testing.contract.inputs import OPEN, Inputs
from layertrace.testing.contract.outcome import Broken, NotApplicable
from layertrace.testing.contract.places import line_of_error
from layertrace.timeline import Timeline
from layertrace.timeline.event import Location

__all__ = ["Subject", "brief"]


class Subject:
    """Creates fresh layers of one kind, and calls them.

    Args:
        source: A function that creates the layer, or a layer, which is created again from its config.
        inputs: The positional arguments of its call.
        call: The other arguments of its call.

    Attributes:
        framework: The Keras of the layer.
        cls: Its class.
        class_name: The name of its class.

    Raises:
        ExpectationError: If the source is neither, cannot create a layer, or the layer refuses the inputs.
    """

    def __init__(self, source: object, inputs: Inputs, call: Mapping[str, object]) -> None:
        given = framework_of(source)
        if given is None and not callable(source):
            raise ExpectationError(
                f"check_layer needs a layer, or a function that creates one, got a {type(source).__name__}"
            )
        self.inputs = inputs
        self.arguments = dict(call)
        self._given = source if given is not None else None
        self._create: Callable[[], Any] = self._from_config if given is not None else source  # type: ignore[assignment]  # it is callable
        layer = self._first()
        framework = framework_of(layer)
        if framework is None:
            raise ExpectationError(f"the function must return a Keras layer, got {type(layer).__name__}")
        self.framework: Framework = framework
        self.cls = type(layer)
        self.class_name = self.cls.__name__
        self._accepts = frozenset(inspect.signature(layer.call).parameters)
        try:
            self.call(layer)
        except Exception as error:
            raise ExpectationError(
                f"{self.class_name} cannot be called with {inputs}: {brief(error)}. "
                "Give an input that it accepts."
            ) from error

    @property
    def is_given(self) -> bool:
        """Whether a layer was given, and not a function."""
        return self._given is not None

    def fresh(self) -> Any:
        """Return a new layer that is not built yet."""
        with self.doing("creating it a second time"):
            return self._create()

    def original(self) -> Any:
        """Return the layer that was given, or a new one."""
        return self.fresh() if self._given is None else self._given

    def built(self) -> Any:
        """Return a new layer that was called once."""
        layer = self.fresh()
        with self.doing("calling it"):
            self.call(layer)
        return layer

    def call(self, layer: Any, *, batch: int | None = None, training: bool | None = None) -> Any:
        """Call a layer with tensors of a batch size."""
        return self.call_with(layer, self.tensors(batch), training)

    def call_with(self, layer: Any, tensors: tuple[Any, ...], training: bool | None = None) -> Any:
        """Call a layer with given tensors; `training` is passed if its `call` takes it."""
        arguments = dict(self.arguments)
        if training is not None and self.takes_training:
            arguments["training"] = training
        return layer(*tensors, **arguments)

    def compiled(self, layer: Any, *, training: bool | None = False, **options: Any) -> Any:
        """Return a compiled function that calls a layer; `options` are arguments of `tf.function`.

        Where nothing is compiled, as on torch, it calls the layer eagerly.
        """

        def call_of_check(*tensors: Any) -> Any:
            return self.call_with(layer, tensors, training)

        return self.backend.compiled(call_of_check, layer, **options)

    def functional(self, layer: Any, batch: int | None) -> Any:
        """Return a functional model that consists of the layer."""
        inputs = self.inputs.symbolic(self.framework.keras, batch)
        outputs = self.call_with(layer, inputs)
        return self.framework.keras.Model(inputs[0] if len(inputs) == 1 else list(inputs), outputs)

    def feed(self, batch: int | None = None) -> Any:
        """Return the tensors that a functional model takes."""
        tensors = self.tensors(batch)
        return tensors[0] if len(tensors) == 1 else list(tensors)

    @property
    def takes_training(self) -> bool:
        """Whether `call` has an argument `training`."""
        return "training" in self._accepts

    @property
    def backend(self) -> Backend:
        """What the backend of the layer answers."""
        return self.framework.backend

    @property
    def tf(self) -> Any:
        """The module `tensorflow`, for the checks that only it can be asked for."""
        return sys.modules["tensorflow"]

    @property
    def calling_compiled(self) -> str:
        """What a call of a function of `compiled` is, for messages: `calling it in a tf.function`."""
        return f"calling it in {self.backend.function}" if self.backend.function else "calling it"

    def tensors(
        self, batch: int | None = None, *, open_size: int = OPEN, rows: list[int] | None = None
    ) -> tuple[Any, ...]:
        """Return the arguments of a call as tensors of the backend; see `Inputs.tensors`."""
        return self.inputs.tensors(self.backend, batch, open_size=open_size, rows=rows)

    def arrays(self, outputs: Any) -> list[Any]:
        """Return the tensors of a structure of outputs as arrays."""
        return [self.backend.array(part) for part in self.backend.flatten(outputs) if part is not None]

    @contextmanager
    def watch(self) -> Iterator[Timeline]:
        """Record what happens to layers in a block."""
        with layertrace.trace(report=False) as timeline:
            yield timeline

    @contextmanager
    def doing(self, what: str, fix: str = "", line: Location | None = None) -> Iterator[None]:
        """Raise `Broken` for an exception of the layer in a block.

        Args:
            what: What the block does with the layer: `calling it`.
            fix: What to write instead.
            line: The line to blame if the exception passed through none of the layer.
        """
        try:
            yield
        except (Broken, NotApplicable):
            raise
        except Exception as error:
            name = getattr(self, "class_name", "the layer")
            cause = self.backend.cause_of(error)
            raise Broken(
                f"{name} fails when {what}: {brief(cause)}", line_of_error(cause) or line, fix
            ) from error

    def _first(self) -> Any:
        try:
            return self._create()
        except Exception as error:
            if self._given is None:
                raise ExpectationError(f"the function cannot create the layer: {brief(error)}") from error
            name = type(self._given).__name__
            raise ExpectationError(
                f"{name} cannot be created again from its config: {brief(error)}. Give a function that "
                f"creates it: check_layer(lambda: {name}(...), ...)"
            ) from error

    def _from_config(self) -> Any:
        layer: Any = self._given
        framework = framework_of(layer)
        assert framework is not None  # noqa: S101  # __init__ has looked
        config = layer.get_config()
        with framework.custom_objects(layer):
            if framework.keras.mixed_precision.global_policy().name != "float32":
                config.pop("dtype", None)  # so that the check of mixed precision reaches it
            return type(layer).from_config(config)


def brief(error: BaseException) -> str:
    """Return the type and the first line of an exception, without the words of Keras around it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    wrapper = ("Exception encountered when calling", "in user code:", "File ")
    own = [line for line in lines if not line.startswith(wrapper)]
    text = (own or lines or [""])[0]
    text = text.replace("\x1b[1m", "").replace("\x1b[0m", "")
    return f"{type(error).__name__}: {text}".removesuffix(": ").rstrip(".")
