"""Assert in tests what happens to layers and functions, and check layers against what all should do.

Every expectation takes a timeline; or a layer, a class or a name, whose events it takes from
`layertrace.current_timeline()`. A failed expectation raises an `AssertionError` that shows what was expected
next to what was found, that part of the tree, and the line of your code. A mistake in the expectation itself,
such as an unknown name or kind, raises a `LayertraceError` that lists the valid values.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from layertrace.testing.contract.api import check_layer, layer_checks
    from layertrace.testing.contract.examples import example
    from layertrace.testing.contract.packages import check_package
    from layertrace.testing.counts import assert_built_once, assert_calls
    from layertrace.testing.findings import assert_no_findings
    from layertrace.testing.golden import assert_unchanged_by, golden_json, golden_text, normalised
    from layertrace.testing.lifecycle import assert_lifecycle
    from layertrace.testing.order import assert_order
    from layertrace.testing.shapes import assert_shapes, assert_variables
    from layertrace.testing.traces import assert_max_traces

# Each module is imported when it is needed: one expectation does not load rich and the rules for another.
_HOMES = {
    "assert_built_once": "counts",
    "assert_calls": "counts",
    "assert_lifecycle": "lifecycle",
    "assert_max_traces": "traces",
    "assert_no_findings": "findings",
    "assert_order": "order",
    "assert_shapes": "shapes",
    "assert_unchanged_by": "golden",
    "assert_variables": "shapes",
    "check_layer": "contract.api",
    "check_package": "contract.packages",
    "example": "contract.examples",
    "golden_json": "golden",
    "golden_text": "golden",
    "layer_checks": "contract.api",
    "normalised": "golden",
}

__all__ = [
    "assert_built_once",
    "assert_calls",
    "assert_lifecycle",
    "assert_max_traces",
    "assert_no_findings",
    "assert_order",
    "assert_shapes",
    "assert_unchanged_by",
    "assert_variables",
    "check_layer",
    "check_package",
    "example",
    "golden_json",
    "golden_text",
    "layer_checks",
    "normalised",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = importlib.import_module(f"layertrace.testing.{_HOMES[name]}")
    value = globals()[name] = getattr(module, name)
    return value
