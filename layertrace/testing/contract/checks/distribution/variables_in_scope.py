"""All variables of a layer belong to the strategy that it is created under."""

from __future__ import annotations

from layertrace.testing.contract.check import check
from layertrace.testing.contract.devices import mirrored
from layertrace.testing.contract.frameworks import variables_inside
from layertrace.testing.contract.outcome import Broken
from layertrace.testing.contract.places import class_line, method_line
from layertrace.testing.contract.subject import Subject


@check("distribution", "variables-in-scope", after=["build-once"], is_opt_in=True)
def variables_in_scope(subject: Subject) -> None:
    """Created in `strategy.scope()`, a layer has only variables that the strategy distributes.

    ## Why
    A variable that exists before, such as one of the module or the class, is one variable on one device: the
    replicas share it, and no update is synchronized. With several workers each has its own.

    ## Use instead
    Create each variable in `__init__` or `build`, with `self.add_weight`.

    ## Known limits
    This check runs only if it or its group is selected by name before TensorFlow has
    started, since it needs two logical CPUs. Variables are found in the attributes of the layer, of its
    class, and of layers inside.
    """
    strategy = mirrored()
    with strategy.scope():
        layer = subject.built()
    for holder, name, variable in variables_inside(layer):
        if not strategy.extended.variable_created_in_scope(variable):
            is_own = name in vars(holder)
            raise Broken(
                f"the variable {name} of {type(holder).__name__} is created outside of strategy.scope(), in "
                "which the layer is created",
                method_line(holder, "__init__") if is_own else class_line(type(holder)),
                f"create it in __init__ or build: self.{name} = self.add_weight(...)",
            )
