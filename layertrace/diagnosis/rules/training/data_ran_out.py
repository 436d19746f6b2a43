"""LT560: The data ran out before `fit` had made all its steps."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext
from layertrace.diagnosis.finding import Evidence, FixPlace, Violation
from layertrace.diagnosis.program_lines import statement_at
from layertrace.diagnosis.rule import WITH_TRAINING, rule
from layertrace.diagnosis.user_source import function_at
from layertrace.timeline.context import Observation
from layertrace.timeline.event import LayerRef, Location


@rule("LT560", "data-ran-out", "warning", links.TRAINING, backends=WITH_TRAINING)
def data_ran_out(context: DiagnosisContext) -> Iterator[Violation]:
    """The data ran out before `fit` had made all its steps.

    ## Why is this bad?

    A generator can be read only once. `fit` reads all of it in the first epoch, and has nothing to train on
    in the others. Keras warns that the input ran out of data, and goes on. A dataset that is not a whole
    number of epochs long ends in the middle of one.

    ## Example

    ```python
    def batches(size):
        for start in range(0, len(x), size):
            yield x[start : start + size], y[start : start + size]

    model.fit(batches(8), epochs=5, steps_per_epoch=8)
    ```

    ## Use instead

    ```python
    def batches(size):
        while True:
            for start in range(0, len(x), size):
                yield x[start : start + size], y[start : start + size]

    model.fit(batches(8), epochs=5, steps_per_epoch=8)
    ```

    ## Known limits

    A fit that a callback stopped is not reported, nor is an iterator that is not a generator.
    """
    for model, fit in context.layer_observations("fitted"):
        if not isinstance(fit.before, tuple) or len(fit.before) != 2:
            continue
        epochs, steps = fit.before
        made = fit.now
        if not isinstance(epochs, int) or (made is not None and not isinstance(made, int)):
            continue
        steps = steps if isinstance(steps, int) else None
        if fit.role == "exhausted generator" and (steps is not None or epochs > 1):
            # The last batch that is wanted may be the last one that there is:
            # tests/cases/clean/data_that_lasts.py
            if steps is None or (made is not None and made < epochs * steps):
                yield _of_generator(context, model, fit, epochs, steps)
        elif fit.role == "dataset" and steps is not None and made is not None:
            batches = next(iter(fit.variables), -1)
            if batches > 0 and batches % steps and made < epochs * steps:
                yield _of_dataset(context, model, fit, epochs * steps, batches)


def _of_generator(
    context: DiagnosisContext, model: LayerRef, fit: Observation, epochs: int, steps: int | None
) -> Violation:
    name = fit.reader.strip("<>")
    loop = _loop(fit.defined_at)
    call = "" if fit.location is None else statement_at(context, fit.location).source
    if steps is None:
        wanted = f"{epochs} epochs, but {name} is a generator, which gives its batches only once"
    else:
        wanted = f"{epochs * steps} steps ({epochs} epochs of {steps}), but {name} is a generator, which "
        wanted += "ended after one pass"
    made = "" if fit.now is None else f": {fit.now} steps were made"
    head = "" if loop is None else linecache.getline(loop.file, loop.line).strip()
    epochs_ended = "" if steps is not None else "; and give fit steps_per_epoch, the batches of one pass"
    fix_place: FixPlace = "in place"
    fix = f"while True:  # around the loop{epochs_ended}\n    {head}"
    if loop is None:
        fix_place = "elsewhere"
        datasets = "a tf.data.Dataset or " if context.backend == "tensorflow" else ""
        fix = f"# give fit {datasets}a keras.utils.PyDataset in place of {name}, or a\n"
        fix += "# generator that begins again after its last batch"
    place = loop or fit.location
    return Violation(
        message=f"{{layer}} was to be fitted for {wanted}{made}.",
        layer=model,
        location=place,
        evidence=(Evidence("fitted here", (), fit.location, call),),
        fix=fix,
        fix_place=fix_place,
    )


def _of_dataset(
    context: DiagnosisContext, model: LayerRef, fit: Observation, wanted: int, batches: int
) -> Violation:
    call = statement_at(context, fit.location).source
    data = next(iter(_first_argument(call)), "dataset")
    return Violation(
        message=f"{{layer}} was to be fitted for {wanted} steps, but {data} has {batches} batches and is not "
        f"repeated: {fit.now} steps were made.",
        layer=model,
        location=fit.location,
        evidence=(Evidence(f"{batches} batches, {wanted} steps", (), fit.location),),
        fix=f"{data}.repeat()  # in place of {data}; or leave out steps_per_epoch",
        fix_place="elsewhere",
    )


def _first_argument(source: str) -> Iterator[str]:
    """Yield the first argument of the call in a statement, as it is written."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):
        return
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "fit":
            yield from (ast.unparse(argument) for argument in node.args[:1])


def _loop(generator: Location | None) -> Location | None:
    """Return the outermost loop of a generator in which it yields."""
    function = function_at(generator)
    if generator is None or not isinstance(function, ast.FunctionDef):
        return None
    for node in function.body:
        yields = (isinstance(inner, (ast.Yield, ast.YieldFrom)) for inner in ast.walk(node))
        if isinstance(node, (ast.For, ast.While, ast.With)) and any(yields):
            return Location(generator.file, node.lineno, function.name)
    return None
