"""Each instance has weights of its own."""

from __future__ import annotations

from layertrace.testing.contract.check import check
from layertrace.testing.contract.evidence import creation
from layertrace.testing.contract.outcome import Broken
from layertrace.testing.contract.places import class_line, method_line
from layertrace.testing.contract.subject import Subject


@check("lifecycle", "instances-share-nothing")
def instances_share_nothing(subject: Subject) -> None:
    """Two layers that are created separately have no variable in common, and different names.

    ## Why
    A variable or a layer in a class attribute, or in the default value of an argument, belongs to all
    instances: one that trains changes the others. A model refuses two layers of one name, and the paths of
    their weights are the same.

    ## Known limits
    A function that creates layers around one shared layer breaks this on purpose. A name that is an argument
    is not looked at.
    """
    with subject.watch() as timeline:
        first, second = subject.built(), subject.built()
    init = creation(timeline, first)
    if first.name == second.name and init is not None and "name" not in init.arguments:
        raise Broken(
            f"each instance of {subject.class_name} is called {first.name!r}, so that no model can have two",
            method_line(first, "__init__"),
            "super().__init__(**kwargs), so that Keras numbers the names",
        )
    others = {id(variable) for variable in second.variables}
    shared = [variable for variable in first.variables if id(variable) in others]
    if shared:
        names = ", ".join(getattr(variable, "path", variable.name) for variable in shared[:3])
        raise Broken(
            f"two instances of {subject.class_name} share {names}",
            class_line(type(first)),
            "create it in __init__ or build, not in the class or in a default value",
        )
