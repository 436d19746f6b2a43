"""LT112: A layer keeps an `nn.Parameter`, which Keras does not know as a weight."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from layertrace.diagnosis import links
from layertrace.diagnosis.context import DiagnosisContext, is_user_defined
from layertrace.diagnosis.finding import Edit, Evidence, Violation
from layertrace.diagnosis.method_edits import keras_in, lines_with
from layertrace.diagnosis.rewriting import source_of
from layertrace.diagnosis.rule import rule
from layertrace.diagnosis.user_source import assignments, dotted, methods_beside, nodes_at
from layertrace.timeline.context import LayerState
from layertrace.timeline.event import Location


@rule("LT112", "raw-parameter", "warning", links.SUBCLASSING, backends=("torch",))
def raw_parameter(context: DiagnosisContext) -> Iterator[Violation]:
    """A layer keeps an `nn.Parameter`, which Keras does not know as a weight.

    ## Why is this bad?

    Keras tracks instances of `keras.Variable`, and the parameters of an `nn.Module` in an attribute. A
    parameter that is an attribute itself is in `parameters()`, and not in `weights`: no optimizer of Keras
    trains it, and no file of Keras contains it.

    ## Example

    ```python
    def __init__(self):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(3))
    ```

    ## Use instead

    ```python
    def build(self, input_shape):
        self.scale = self.add_weight(shape=(3,), initializer="ones")
    ```

    The modules of a list or dict are unknown to Keras, too. Keep them in an `nn.ModuleList` or an
    `nn.ModuleDict`, which becomes a layer: `for block in self.blocks.module`.

    ## Known limits

    - Only a note if no optimizer of Keras has variables: one of torch may train it, and `torch.save` save it.
    - A parameter that needs no gradient is not looked at.
    """
    has_optimizer = any(spec.role == "optimizer" for _, spec, _ in context.created_variables())
    for state in context.states.values():
        layer = state.layer
        if not state.parameters or not is_user_defined(layer):
            continue
        name, shape = next(iter(state.parameters.items()))
        attribute, is_module = name.partition("[")[0], "]." in name
        lines = _lines(state, attribute)
        edits = _as_variable(*lines) if len(lines) == 1 and name == attribute else ()
        init = context.init_of(layer)
        fix = _in_module(lines[0] if lines else None, attribute) if is_module else _as_weight(name, shape)
        others = f" and {len(state.parameters) - 1} more" if len(state.parameters) > 1 else ""
        what = f"modules in {attribute}, whose nn.Parameter" if is_module else "an nn.Parameter"
        yield Violation(
            message=f"{{layer}} keeps {what} ({name}{others}), which Keras does not "
            + ("train, count or save." if has_optimizer else "count or save."),
            layer=layer,
            location=lines[0] if lines else None if init is None else init.location,
            evidence=(Evidence(f"an nn.Parameter of shape {tuple(shape)}", (), lines[0] if lines else None),),
            fix="" if edits else fix,
            fix_place="in place" if is_module and lines else None,
            edits=edits,
            severity=None if has_optimizer else "note",
        )


def _as_weight(name: str, shape: tuple[int, ...]) -> str:
    """Write a parameter as a weight of Keras, also one that a list or dict holds."""
    weight = re.sub(r"\W+", "_", name).strip("_")
    created = f'self.add_weight(shape={tuple(shape)}, initializer="zeros", name="{weight}")'
    return f"self.{name} = {created}  # with its initializer"


def _in_module(place: Location | None, attribute: str) -> str:
    """Write a list or dict of modules as a module, which Keras makes a layer of."""
    used = f"self.{attribute}.module  # in call, in place of self.{attribute}"
    for node in nodes_at(place):
        is_dict = isinstance(getattr(node, "value", None), (ast.Dict, ast.DictComp))
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            kind, held = "ModuleDict" if is_dict else "ModuleList", source_of(place, node.value)
            if held != "[]" and held != "{}":
                return f"self.{attribute} = torch.nn.{kind}({held})\n{used}"
    return f"self.{attribute} = torch.nn.ModuleList(self.{attribute})  # when it is complete\n{used}"


def _lines(state: LayerState, name: str) -> list[Location]:
    """Return the lines of a class that create a parameter."""
    methods = methods_beside(next(iter(state.methods.values()), None))
    return [line for method in methods.values() for line in assignments(method, name)]


def _as_variable(place: Location) -> tuple[Edit, ...]:
    """Return the edit that writes `keras.Variable` for `nn.Parameter`, which keeps the initial value.

    None in `build`, where Keras may infer shapes: a variable with a value cannot be created then.
    """
    calls = [node for node in nodes_at(place) if isinstance(node, ast.Call)]
    created = [call for call in calls if dotted(call.func).rpartition(".")[2] == "Parameter"]
    if len(created) != 1 or not place.function.endswith("__init__"):
        return ()
    (call,) = created
    if call.keywords or len(call.args) != 1 or call.func.lineno != call.func.end_lineno:
        return ()
    columns = call.func.col_offset, call.func.end_col_offset
    return lines_with(place, [(call.func.lineno, *columns, f"{keras_in(place)}.Variable")])
