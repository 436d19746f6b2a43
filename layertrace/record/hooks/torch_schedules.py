"""Notice schedules of torch that end too early, or that belong to an optimizer which never makes a step."""

from __future__ import annotations

from layertrace.record.describe import source_lines
from layertrace.record.describe.observations import PendingObservation, add_observation
from layertrace.record.frameworks import parts, torch_private
from layertrace.record.hooks.observer import AnyObserver, Call, watching
from layertrace.record.hooks.torch_updates import Scheduled, of_keras, parameters_of, scheduled
from layertrace.record.hooks.variables import number_of
from layertrace.record.hub import hub
from layertrace.record.process import safe
from layertrace.record.process.guard import guarded
from layertrace.record.spans import CodePosition
from layertrace.timeline.registry import Register

__all__ = ["RATES_READ", "SCHEDULES"]


class _Read:
    """Whether the program has read the rate of a schedule, perhaps to give it to another optimizer."""

    is_read = False


_rates: Register[_Read] = Register()

NEARLY_0 = 1e-6
"""The part of its highest value below which a rate changes no weight of float32, or hardly any."""

_FALLING = ("ExponentialLR", "MultiStepLR", "PolynomialLR", "StepLR")
"""Schedules that only fall; a `LambdaLR` that ends at 0 may be meant to freeze what it has trained."""


class _Rates:
    """The rates with which the steps between those of one schedule were made.

    Attributes:
        highest: The highest.
        counted: How many were read.
        ended: How many of these were nearly 0.
    """

    __slots__ = ("counted", "ended", "highest")

    def __init__(self) -> None:
        self.highest = 0.0
        self.counted = self.ended = 0


_fallen: Register[_Rates] = Register()


def _place(call: Call) -> CodePosition | None:
    """Return the line of the program that calls a method itself; None if torch, or a library, calls it."""
    frame = call.caller
    if frame is None or source_lines.users(frame.f_code, frame.f_lasti) is None:
        return None
    return source_lines.caller(call.method, frame)


def _stepped(call: Call) -> None:
    if not hub.observers:
        return
    with guarded("record a step of a schedule"):
        optimizer = safe.instance_dict(call.subject).get("optimizer")
        place = None if optimizer is None else _place(call)
        if place is None or not parts.exists(torch_private.PARTS["steps_of_schedules"]):
            return
        note = scheduled.get(optimizer)
        if safe.truth(safe.instance_dict(optimizer).get("_opt_called")) is True:
            if note is not None:
                note.makes_steps = True
            _look_at_rate(call.subject, optimizer, place)
            return
        if note is None:
            numbers = tuple(map(number_of, of_keras(parameters_of(optimizer))))
            note = scheduled.add(optimizer, Scheduled(numbers))
        rate = _rates.get(call.subject) or _rates.add(call.subject, _Read())
        observation = PendingObservation(
            "schedule unused",
            (id(note), place),
            name=safe.class_name(call.subject),
            reader=safe.class_name(optimizer),
            variables=note.variables,
            place=place,
        )
        observation.is_over = lambda: note.makes_steps or rate.is_read
        add_observation(observation)


def _look_at_rate(schedule: object, optimizer: object, place: CodePosition) -> None:
    """Record that the rate was nearly 0 in most steps of a schedule that only falls."""
    kind = type(schedule)
    if kind.__name__ not in _FALLING or not safe.is_library_class(kind):
        return
    groups = safe.unwrapped(safe.instance_dict(optimizer).get("param_groups"))
    items = [] if groups is None else [group for _, group in safe.first_items(groups, _MOST_GROUPS)]
    values = [group.get("lr") for group in items if type(group) is dict]
    numbers = [value for value in values if type(value) is float or type(value) is int]
    if not numbers or len(numbers) < len(values):
        return
    rates = _fallen.get(schedule) or _fallen.add(schedule, _Rates())
    rates.highest = max(rates.highest, *numbers)
    rates.counted += 1
    if max(numbers) > NEARLY_0 * rates.highest:
        return
    rates.ended += 1
    observation = PendingObservation(
        "rate ended",
        (id(rates), place),
        name=kind.__name__,
        role="torch",
        variables=tuple(map(number_of, of_keras(parameters_of(optimizer)))),
        place=place,
    )

    def is_over() -> bool:
        observation.now = (rates.counted, rates.ended)  # as it is when a recording is read
        return rates.ended * 2 <= rates.counted

    observation.is_over = is_over
    add_observation(observation)


_MOST_GROUPS = 64


def _rate_read(call: Call) -> None:
    rate = _rates.get(call.subject)
    if hub.observers and rate is not None and not rate.is_read:
        with guarded("record that the rate of a schedule was read"):
            rate.is_read = _place(call) is not None


SCHEDULES: AnyObserver = watching(_stepped)
"""Observes `step` of torch's schedules."""

RATES_READ: AnyObserver = watching(_rate_read)
"""Observes `get_last_lr` of torch's schedules."""
