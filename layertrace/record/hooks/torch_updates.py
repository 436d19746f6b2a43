"""Record the steps of torch's own optimizers as updates of the variables of Keras."""

from __future__ import annotations

import sys
import threading
import weakref
from collections.abc import Callable
from types import FrameType
from typing import Any

from layertrace.record.describe import source_lines
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.describe.trace_signatures import described
from layertrace.record.frameworks import torch_private
from layertrace.record.frameworks.loaded import Loaded
from layertrace.record.hooks.layer_calls import now
from layertrace.record.hooks.observer import Call, Undo, watching
from layertrace.record.hooks.optimizer_updates import updated
from layertrace.record.hooks.variables import variables_by_value
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.record.process.forks import held_over_forks
from layertrace.record.process.guard import guarded
from layertrace.record.spans import HookedMethod
from layertrace.timeline.registry import Register

__all__ = ["OPTIMIZERS", "Scheduled", "observe_steps", "of_keras", "parameters_of", "scheduled"]

_STEP = HookedMethod("watch")


class Scheduled:
    """An optimizer of torch with a schedule that was stepped; both may be gone when a recording is read.

    Attributes:
        variables: The numbers of its variables.
        makes_steps: Whether it has made a step itself.
    """

    __slots__ = ("makes_steps", "variables")

    def __init__(self, variables: tuple[int, ...]) -> None:
        self.variables = variables
        self.makes_steps = False


scheduled: Register[Scheduled] = Register()
"""The optimizers whose schedule was stepped before they made a step."""


class _Steps:
    """The hook that torch calls before each step of an optimizer, and how many recordings want that.

    What dynamo compiles of a step is compiled again when such a hook comes or goes. So the hook does not come
    after dynamo has compiled anything, and stays, without an effect, if dynamo has done so since it came.
    """

    def __init__(self) -> None:
        self._users = 0
        self._handle: Any = None
        self._lock = held_over_forks(threading.RLock())

    def start(self) -> Undo:
        """Observe for one more recording; return the undo."""
        with self._lock:
            self._users += 1
            if self._handle is None and _compiled() == 0:
                optimizer = sys.modules["torch.optim.optimizer"]
                self._handle = optimizer.register_optimizer_step_pre_hook(_hook(Loaded.backend.is_compiling))
        return self._stop

    def _stop(self) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0 and self._handle is not None and _compiled() == 0:
                self._handle.remove()
                self._handle = None


def _compiled() -> int | None:
    """Return how many functions dynamo has compiled since its last reset; None if that is unknown."""
    if torch_private.find("compiled_frames") is None:
        return None
    module, name = torch_private.home("compiled_frames")
    return int(getattr(module, name))


_steps = _Steps()


def _created(call: Call) -> None:
    """Record that the program creates an optimizer of torch, which knows the parameters of that moment."""
    if not hub.observers:
        return
    with guarded("record the creation of an optimizer"):
        place = source_lines.caller(call.method, call.caller)
        name = str(described(call.subject))
        add_observation(PendingObservation("optimizer created", (name,), name=name, place=place))


OPTIMIZERS = watching(_created)
"""Observes `torch.optim.Optimizer.__init__`."""


def observe_steps() -> Undo:
    """Observe the steps of torch's optimizers, which have a public hook for all of them."""
    return _steps.start()


def _hook(is_compiling: Callable[[], bool] | None) -> Callable[[Any, Any, Any], None]:
    # Dynamo compiles what a compiled function calls between its graphs: in torch 2.14 also this module.
    step = sys.modules["torch"].compiler.disable(_step) if "torch._dynamo" in sys.modules else _step

    def before_step(optimizer: Any, *_: Any) -> None:
        # torch.compile resolves this, and goes on without the rest.
        if is_compiling is not None and is_compiling():
            return
        if hub.observers:
            step(optimizer, sys._getframe(1))

    return before_step


def _step(optimizer: Any, caller: FrameType) -> None:
    started = now()
    with guarded("record a step of an optimizer"):
        place = source_lines.caller(_STEP, caller)
        if (note := scheduled.get(optimizer)) is not None:
            note.makes_steps = True
        parameters = parameters_of(optimizer)
        gradients = [parameter.grad for parameter in parameters]
        updated(optimizer, gradients, of_keras(parameters), place, started)


def parameters_of(optimizer: Any) -> list[Any]:
    """Return the parameters of an optimizer of torch that need a gradient."""
    groups = safe.instance_dict(optimizer).get("param_groups")
    if type(groups) is not list:
        return []
    given = [p for group in groups if type(group) is dict for p in group.get("params", ())]
    return [parameter for parameter in given if parameter.requires_grad]


_known: Register[weakref.ref[Any] | None] = Register()
"""The variables of Keras that hold a parameter, which may be one of torch alone."""


def of_keras(parameters: list[Any]) -> list[Any]:
    """Return the variables of Keras that hold parameters, or a parameter itself that none holds."""
    new = [parameter for parameter in parameters if id(parameter) not in _known.by_id]
    holders = variables_by_value() if new else {}
    for parameter in new:
        variable = holders.get(id(parameter))
        _known.add(parameter, None if variable is None else weakref.ref(variable))
    return [_holder(parameter) for parameter in parameters]


def _holder(parameter: Any) -> Any:
    reference = _known.get(parameter)
    variable = None if reference is None else reference()
    return parameter if variable is None else variable
