"""Find models that a program creates again and again on JAX, to run each a few times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from layertrace.diagnosis.context import DiagnosisContext, seqs
from layertrace.diagnosis.finding import Evidence, Violation
from layertrace.diagnosis.rules.tracing._recreated import MIN_FUNCTIONS, MIN_RUNS_PER_TRACE
from layertrace.timeline.event import Event, FunctionRef, Location


def models_recreated(context: DiagnosisContext) -> Iterator[Violation]:
    """Yield the models that one line creates again and again to run each a few times, without training."""
    groups: dict[tuple[str, Location | None], list[Event]] = {}
    used = _Used(context)
    for event in context.events("trace"):
        function = event.function
        is_new = event.cause is not None and event.cause.reason == "new model"
        if (
            is_new
            and function is not None
            and function.role in ("predict", "test")
            and not used.includes(event)
        ):
            groups.setdefault((function.role, event.location), []).append(event)
    for (role, line), traces in groups.items():
        count = len({event.function for event in traces}) + 1
        if count >= MIN_FUNCTIONS:
            yield Violation(
                message=f"Keras created {count} {role} functions and JAX traced and compiled each of them; "
                "create the model once, outside the loop.",
                location=line,
                evidence=(Evidence(str(traces[-1].cause), seqs(traces[0], traces[-1]), line),),
                fix="# create the model once, before the loop; for a few calls of each,\n"
                "# model(x, training=False) needs no tracing",
            )


class _Used:
    """The functions of models that run often, or whose layers are trained or called by others as well.

    tests/backends/cases/lt203_function_recreated/clean_models_that_are_meant.py has a cross-validation, and
    models that a function of the program trains.
    """

    def __init__(self, context: DiagnosisContext) -> None:
        self._context = context
        self._runs: Counter[FunctionRef | None] = Counter()
        for run in context.events("run"):
            self._runs[run.function] += run.times
        self._traces = Counter(event.function for event in context.events("trace"))
        self._callers: dict[int, set[FunctionRef | None]] = {}
        for call in context.events("call", lambda call: call.mode != "symbolic" and call.layer is not None):
            around = list(context.enclosing(call, "trace"))
            caller = around[-1].function if around else None
            if call.layer is not None:
                self._callers.setdefault(call.layer.id, set()).add(caller)

    def includes(self, trace: Event) -> bool:
        """Return whether the function of a trace is worth it."""
        inside = [event.layer.id for event in self._context.descendants(trace) if event.layer is not None]
        is_shared = any(self._callers.get(layer, set()) - {trace.function} for layer in inside)
        return is_shared or self._runs[trace.function] >= MIN_RUNS_PER_TRACE * self._traces[trace.function]
