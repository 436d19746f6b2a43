"""What the tree of a timeline shows: the options of every function that draws it."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable, Mapping
from typing import Any, TypedDict, TypeVar

__all__ = ["TreeOptions", "list_tree_options"]

C = TypeVar("C", bound=Callable[..., Any])


class TreeOptions(TypedDict, total=False):
    """What a tree shows. Each option has a default.

    Args:
        depth: Number of levels of events to show; None for as many as read well (up to 20).
        fold: Whether to show repetitions once, with their number.
        times: Whether to show durations, where there is room.
        places: Whether to show the lines of code that caused the events.
        max_lines: Number of lines at most; None for one screen: 40, or 60 in less than 100 columns; 90 with
            `depth`. `tree()`, and any output without `fold`, has up to about 400.
        marks: Words to mark events with, by their `seq`.
    """

    depth: int | None
    fold: bool
    times: bool
    places: bool
    max_lines: int | None
    marks: Mapping[int, str] | None


_DEFAULTS = TreeOptions(depth=None, fold=True, times=True, places=True, max_lines=None, marks=None)


def list_tree_options(function: C) -> C:
    """List the options in the signature and the docstring of a function that takes them as `**options`.

    Type checkers read them from the annotation `Unpack[TreeOptions]`; this is for `help`,
    `inspect.signature` and the completion in notebooks.
    """
    signature = inspect.signature(function)
    *others, options = signature.parameters.values()
    listed = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=default,
            annotation=TreeOptions.__annotations__[name].__forward_arg__,
        )
        for name, default in _DEFAULTS.items()
    ]
    vars(function)["__signature__"] = signature.replace(parameters=[*others, *listed])
    if function.__doc__:  # Python removes it with -OO
        _, _, texts = inspect.cleandoc(TreeOptions.__doc__ or "").partition("Args:\n")
        function.__doc__ = re.sub(
            rf"^( *){options.name}: .*$",
            lambda line: textwrap.indent(textwrap.dedent(texts), line[1]),
            function.__doc__,
            flags=re.MULTILINE,
        )
    return function
